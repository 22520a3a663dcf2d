import type { Readiness } from '../../analysis/engine/findings.ts';
import type { Silence } from '../../analysis/silence.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { analyse } from './analysis.ts';
import type { NewInsight } from './evidence.ts';

/** Everything that holds for the person now, and by the keys of insights why others do not. */
export async function findInsights(
  viewer: Viewer,
): Promise<{ insights: NewInsight[]; silences: ReadonlyMap<string, Silence> }> {
  const { insights, readiness } = await analyse(viewer);
  return { insights, silences: new Map(readiness.flatMap(toSilences)) };
}

/** What a question's silence means for the insights that would answer it. */
function toSilences({ ids, type, reason, missingDays }: Readiness): [string, Silence][] {
  const pair = ids.toSorted().join(':');
  // READY: something else answers the question now; this answer could not be given again.
  const silence = { reason: reason === 'READY' ? 'NOTHING_FOUND' : reason, missingDays } as const;
  return keysOf[type](ids, pair).map((key) => [key, silence]);
}

const keysOf: Record<Readiness['type'], (ids: readonly string[], pair: string) => string[]> = {
  CORRELATION: ([a, b], pair) => [
    `CORRELATION:${pair}`,
    `CHANGING_RELATION:${pair}`,
    `RECOMMENDATION:${a}:${b}`,
    `RECOMMENDATION:${b}:${a}`,
  ],
  TREND: ([id]) => [`TREND:${id}`, `CHANGE_POINT:${id}`],
  PATTERN: ([id]) => [`WEEKDAYS:${id}`, `MONTHS:${id}`],
  FORECAST: ([id]) => [`FORECAST:${id}`],
  ANOMALY: () => [],
  RECOMMENDATION: () => [],
};
