import { sql } from '../../platform/database.ts';
import { readMetrics, toConfig, type NewMetric } from '../metrics/metrics.ts';
import type { MetricConfig } from '../metrics/rules.ts';
import type { Check } from './check.ts';
import type { FileFacts } from './check-csv.ts';
import { importLimits } from './input.ts';
import { findMisfit, readEntryItem, readMetricItem } from './json-shapes.ts';
import { readJson } from './read-json.ts';
import { markMetrics } from './settle.ts';

/** Checks an export in JSON. Metrics stand before entries, so each entry is checked against its metric as it comes. */
export async function checkJson(check: Check, text: AsyncIterable<string>): Promise<FileFacts> {
  const { staging, rejections, viewer } = check;
  const known = new Map((await readMetrics(viewer)).map((metric) => [metric.id, toConfig(metric)]));
  const brought = new Set<string>();
  let row = 0;
  await readJson(text, async (section, { value, problem }) => {
    row++;
    if (problem) return rejections.add(row, problem);
    const reason = await (section === 'metrics' ? stageMetric(row, value) : stageEntry(row, value));
    if (reason) rejections.add(row, reason);
  });
  await staging.flush();
  await markMetrics(sql, viewer, check.key, 'JSON');
  return { layout: 'JSON', ignoredColumns: [] };

  async function stageMetric(at: number, value: unknown): Promise<string | null> {
    const metric = readMetricItem(value);
    if (typeof metric === 'string') return metric;
    if (brought.has(metric.id)) return 'A metric with this id stands in the file already.';
    if (brought.size >= importLimits.metrics) return `A file brings at most ${importLimits.metrics} metrics.`;
    brought.add(metric.id);
    // A metric that the person has keeps its own definition: the one of the file is a duplicate, or refused.
    if (!known.has(metric.id)) known.set(metric.id, toMetricConfig(metric));
    await staging.add({ row: at, kind: 'METRIC', itemId: metric.id, payload: metric });
    return null;
  }

  async function stageEntry(at: number, value: unknown): Promise<string | null> {
    const entry = readEntryItem(value);
    if (typeof entry === 'string') return entry;
    const config = known.get(entry.metricId);
    if (!config) return 'There is no metric with this metricId.';
    const misfit = findMisfit(config, entry);
    if (misfit) return misfit;
    await staging.add({ row: at, kind: 'ENTRY', itemId: entry.id, payload: entry });
    return null;
  }
}

const toMetricConfig = ({ type, min, max, step }: NewMetric): MetricConfig => toConfig({ type, min, max, step });
