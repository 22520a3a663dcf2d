import { LRUCache } from 'lru-cache';
import type { Metric } from '../../../generated/prisma/client.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql, type Sql } from '../../platform/database/database.ts';
import { erasuresHeard, onErasure } from '../../platform/forgetting/erasures.ts';
import { toConfig } from './metrics.ts';
import type { MetricConfig } from './rules.ts';

/** A metric as it was at one moment. */
export type MetricDefinition = {
  metric: Metric;
  /** What it says about its values. */
  config: MetricConfig;
  /** Which state the person's metrics were in when it was read: equal marks are the same state of all of them. */
  mark: number;
};

export type Definitions = Map<string, MetricDefinition>;

/** The mark of the state that all of them are of; null when they are of several states, or none. */
export function markOf(definitions: Definitions): number | null {
  const [mark = null, ...others] = new Set([...definitions.values()].map((definition) => definition.mark));
  return others.length === 0 ? mark : null;
}

/**
 * Definitions read lately. One may be out of date: whoever relies on it compares its mark in the statement that does the
 * work.
 */
const recent = new LRUCache<string, MetricDefinition>({ max: 20_000 });
onErasure((userId) => {
  for (const key of recent.keys()) if (key.startsWith(userId)) recent.delete(key);
});

const keyOf = (viewer: Viewer, id: string): string => `${viewer.userId}:${id}`;

/** Definitions of the viewer's metrics by id; unknown ids are missing. May be out of date. */
export async function recallDefinitions(viewer: Viewer, ids: readonly string[]): Promise<Definitions> {
  const known: Definitions = new Map();
  for (const id of ids) {
    const definition = recent.get(keyOf(viewer, id));
    if (definition) known.set(id, definition);
  }
  const unknown = ids.filter((id) => !known.has(id));
  return unknown.length === 0 ? known : new Map([...known, ...(await readDefinitions(viewer, unknown))]);
}

/** To be called when something failed with definitions from memory: they may be the reason. */
export function forgetDefinitions(viewer: Viewer, ids: readonly string[]): void {
  for (const id of ids) recent.delete(keyOf(viewer, id));
}

/** Definitions as they are now. Pass the transaction when there is one. */
export async function readDefinitions(viewer: Viewer, ids: readonly string[], reader: Sql = sql): Promise<Definitions> {
  const erasures = erasuresHeard();
  const rows = await reader.query<{ metric: Metric; mark: number }>(
    `SELECT metric_snapshot(m) AS metric, h.definitions_version AS mark FROM change_heads h JOIN metrics m USING (user_id)
     WHERE m.user_id = $1::uuid AND m.id = ANY($2::uuid[])`,
    [viewer.userId, ids],
    'read-definitions',
  );
  const definitions = new Map(rows.map(({ metric, mark }) => [metric.id, { metric, config: toConfig(metric), mark }]));
  // What an open transaction has written may still come to nothing: others must not remember it.
  if (reader === sql && erasuresHeard() === erasures)
    for (const [id, definition] of definitions) recent.set(keyOf(viewer, id), definition);
  return definitions;
}
