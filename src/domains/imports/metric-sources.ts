import type { ChangeTransaction } from '../../changes/write-changes.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { storeUpdate } from '../metrics/metrics.ts';
import type { MetricReport } from './import.ts';

/** What a person writes themselves, in whichever app or file. It counts before all programs unless they say otherwise. */
const own = new Set(['api', 'csv', 'json']);

/** What is worn all day has seen more of it than what is carried at times. */
const worn = /watch|band|ring|fitbit|oura|garmin|whoop|tracker/i;

/** The programs and devices of a metric in the order in which they count: those known already, then what is worn, then by name. */
export function orderSources(known: readonly string[], found: readonly string[]): string[] {
  const fresh = found.filter((source) => !own.has(source) && !known.includes(source));
  return [...known, ...fresh.toSorted((a, b) => Number(worn.test(b)) - Number(worn.test(a)) || (a < b ? -1 : 1))];
}

/** Adds the sources that a file brings to the metrics that the person has. */
export async function addSources(tx: ChangeTransaction, viewer: Viewer, used: readonly MetricReport[]): Promise<void> {
  const ids = used.filter(({ isNew }) => !isNew).map(({ id }) => id);
  const metrics = await tx.prisma.metric.findMany({ where: { userId: viewer.userId, id: { in: ids } } });
  for (const metric of metrics) {
    const { sources: found } = used.find(({ id }) => id === metric.id)!;
    const sources = orderSources(metric.sources, found);
    if (sources.length > metric.sources.length) await storeUpdate(tx, metric, { sources });
  }
}
