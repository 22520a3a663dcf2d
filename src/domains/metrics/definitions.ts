import { LRUCache } from 'lru-cache';
import type { Viewer } from '../../kernel/viewer.ts';
import { prisma } from '../../platform/database.ts';
import { toConfig } from './metrics.ts';
import type { MetricConfig } from './rules.ts';

/** What is needed to check a value, and the version it is true for. */
export type MetricDefinition = MetricConfig & { version: number };

/**
 * Definitions read lately. One may be out of date: whoever writes by it names its version in the statement, which then
 * does nothing.
 */
const recent = new LRUCache<string, MetricDefinition>({ max: 20_000 });

const keyOf = (viewer: Viewer, id: string): string => `${viewer.userId}:${id}`;

/** Definitions of the viewer's metrics by id; unknown ids are missing. May be out of date. */
export async function recallDefinitions(
  viewer: Viewer,
  ids: readonly string[],
): Promise<Map<string, MetricDefinition>> {
  const known = new Map<string, MetricDefinition>();
  for (const id of ids) {
    const definition = recent.get(keyOf(viewer, id));
    if (definition) known.set(id, definition);
  }
  const unknown = ids.filter((id) => !known.has(id));
  return unknown.length === 0 ? known : new Map([...known, ...(await readDefinitions(viewer, unknown))]);
}

/** Definitions as they are now. Pass the transaction's client when there is one. */
export async function readDefinitions(
  viewer: Viewer,
  ids: readonly string[],
  client: Pick<ReturnType<typeof prisma>, 'metric'> = prisma(),
): Promise<Map<string, MetricDefinition>> {
  const rows = await client.metric.findMany({ where: { userId: viewer.userId, id: { in: [...ids] } } });
  const definitions = new Map(rows.map((row) => [row.id, { ...toConfig(row), version: row.version }]));
  for (const [id, definition] of definitions) recent.set(keyOf(viewer, id), definition);
  return definitions;
}
