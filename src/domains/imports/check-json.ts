import { sql } from '../../platform/database/database.ts';
import { readMetrics, toConfig } from '../metrics/metrics.ts';
import type { MetricConfig } from '../metrics/rules.ts';
import type { Check, FileFacts } from './check.ts';
import type { Source } from './format.ts';
import { importLimits } from './input.ts';
import { findMisfit, readEntryItem, readMetricItem } from './json-shapes.ts';
import { readJson } from './read-json.ts';
import { markMetrics } from './settle.ts';

/** The metrics met so far, which decide about the entries. */
type Known = {
  /** Those of the person and of the file. */
  configs: Map<string, MetricConfig>;
  /** Ids of those that stand in the file. */
  brought: Set<string>;
};

/** Checks an export in JSON. Metrics stand before entries, so each entry is checked against its metric as it comes. */
export async function checkJson(check: Check, { files: [file] }: Source): Promise<FileFacts> {
  const own = await readMetrics(check.viewer);
  const known: Known = { configs: new Map(own.map((metric) => [metric.id, toConfig(metric)])), brought: new Set() };
  let row = 0;
  await readJson(file!.text(), async (section, { value, problem }) => {
    row++;
    const stage = section === 'metrics' ? stageMetric : stageEntry;
    const reason = problem ?? (await stage(check, known, row, value));
    if (reason) check.rejections.add(row, reason);
  });
  await check.staging.flush();
  await markMetrics(sql, check.viewer, check.key, 'JSON');
  return { layout: 'JSON', ignoredColumns: [], leftOut: new Map(), questions: [] };
}

/** @returns why the item cannot be taken over, or null when it is staged; so does the next */
async function stageMetric(
  { staging }: Check,
  { configs, brought }: Known,
  row: number,
  value: unknown,
): Promise<string | null> {
  const metric = readMetricItem(value);
  if (typeof metric === 'string') return metric;
  if (brought.has(metric.id)) return 'A metric with this id stands in the file already.';
  if (brought.size >= importLimits.metrics) return `A file brings at most ${importLimits.metrics} metrics.`;
  brought.add(metric.id);
  // A metric that the person has keeps its own definition: the one of the file is a duplicate, or refused.
  if (!configs.has(metric.id)) configs.set(metric.id, toConfig(metric));
  await staging.add({ row, kind: 'METRIC', itemId: metric.id, payload: metric });
  return null;
}

async function stageEntry({ staging }: Check, { configs }: Known, row: number, value: unknown): Promise<string | null> {
  const entry = readEntryItem(value);
  if (typeof entry === 'string') return entry;
  const config = configs.get(entry.metricId);
  if (!config) return 'There is no metric with this metricId.';
  const misfit = findMisfit(config, entry);
  if (misfit) return misfit;
  const { id, source, version, createdAt, updatedAt, ...content } = entry;
  const payload = { version, ...(createdAt ? { createdAt } : {}), ...(updatedAt ? { updatedAt } : {}) };
  const staged = { ...content, source, records: 1, isKeyed: false, payload };
  await staging.add({ row, kind: 'ENTRY', itemId: id, entry: staged });
  return null;
}
