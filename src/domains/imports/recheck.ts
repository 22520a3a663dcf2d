import type { Viewer } from '../../kernel/viewer.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { toConfig } from '../metrics/metrics.ts';
import { toShownValue, toStoredValue, type MetricConfig, type StoredValue } from '../metrics/rules.ts';
import { findMisfit } from './json-shapes.ts';
import { mark } from './settle.ts';
import { readStagedEntries, readStagedMetrics, type StagingKey } from './staging.ts';

type StagedEntry = StoredValue & { metricId: string };

/** Refuses staged entries whose metric is gone, or no longer takes their value. */
export async function recheckEntries(tx: Transaction, viewer: Viewer, key: StagingKey, isJson: boolean): Promise<void> {
  const configs = await readConfigs(tx, viewer, key);
  for await (const page of readStagedEntries<StagedEntry>(tx, key)) {
    const refused = new Map<string, number[]>();
    for (const { ordinal, payload } of page) {
      const reason = findReason(configs.get(payload.metricId), payload, isJson);
      if (reason) refused.set(reason, [...(refused.get(reason) ?? []), ordinal]);
    }
    for (const [reason, ordinals] of refused) await mark(tx, key, ordinals, reason);
  }
}

function findReason(config: MetricConfig | undefined, entry: StagedEntry, isJson: boolean): string | null {
  if (!config) return 'The metric has been deleted since the file was checked.';
  const misfit = findMisfit(config, entry);
  if (misfit || isJson) return misfit;
  const stored = toStoredValue(config, toShownValue(config.type, entry));
  return typeof stored === 'string' ? stored : null;
}

/** What the metrics will be that entries are written to: the person's own, and those the import is about to create. */
export async function readConfigs(
  tx: Transaction,
  viewer: Viewer,
  key: StagingKey,
): Promise<Map<string, MetricConfig>> {
  const own = await tx.prisma.metric.findMany({ where: { userId: viewer.userId } });
  const configs = new Map(own.map((metric) => [metric.id, toConfig(metric)]));
  for (const { itemId, payload } of await readStagedMetrics(tx, key)) configs.set(itemId, toConfig(payload));
  return configs;
}
