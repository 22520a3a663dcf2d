import type { Finding, Readiness } from '../../analysis/engine/findings.ts';
import type { Silence } from '../../analysis/silence.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { analyse } from './analysis.ts';
import type { NewInsight } from './evidence.ts';
import { stateFinding } from './statements/statements.ts';

/** Everything that holds for the person now, and by the keys of insights why others do not. */
export async function findInsights(
  viewer: Viewer,
): Promise<{ insights: NewInsight[]; silences: ReadonlyMap<string, Silence> }> {
  const { conclusion, readiness, metrics } = await analyse(viewer);
  const context = { firstDay: conclusion.firstDay, metrics };
  const insights = conclusion.findings.flatMap((finding: Finding) => stateFinding(finding, context) ?? []);
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
