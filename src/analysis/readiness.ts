import { pairAtLag } from './correlations/correlation.ts';
import { MIN_PAIRS, unorderedPairs } from './correlations/correlations.ts';
import { countDays, type DailySeries, isConstant } from './series/daily-series.ts';
import { MIN_TREND_DAYS } from './trends/trend.ts';

/** NOT_NUMERIC is never given here: a text metric has no daily series. The domain adds it. */
export type ReadinessReason = 'READY' | 'TOO_FEW_DAYS' | 'TOO_FEW_PAIRED_DAYS' | 'CONSTANT' | 'NOT_NUMERIC';
/** `missingDays` is how many more days would do, null when days are not what is missing. */
export type SeriesReadiness = {
  ids: string[];
  type: 'CORRELATION' | 'TREND';
  reason: ReadinessReason;
  missingDays: number | null;
};
type Verdict = Pick<SeriesReadiness, 'reason' | 'missingDays'>;

/**
 * What stands between the data and an answer: one TREND row per series, then one CORRELATION row per unordered pair, in
 * the order of the input. A pair is READY exactly when its values of one day can be tested (near-copies are left out
 * of the tests for another reason, and are READY here).
 */
export function assessReadiness(series: readonly DailySeries[]): SeriesReadiness[] {
  const rows: SeriesReadiness[] = series.map((one) => ({ ids: [one.id], type: 'TREND', ...assessTrend(one.values) }));
  for (const [a, b] of unorderedPairs(series)) {
    rows.push({ ids: [a.id, b.id], type: 'CORRELATION', ...assessPair(a.values, b.values) });
  }
  return rows;
}

function assessTrend(values: Float64Array): Verdict {
  const days = countDays(values);
  if (days < MIN_TREND_DAYS) return { reason: 'TOO_FEW_DAYS', missingDays: MIN_TREND_DAYS - days };
  return { reason: isConstant(values) ? 'CONSTANT' : 'READY', missingDays: null };
}

function assessPair(a: Float64Array, b: Float64Array): Verdict {
  const fewest = Math.min(countDays(a), countDays(b));
  if (fewest < MIN_PAIRS) return { reason: 'TOO_FEW_DAYS', missingDays: MIN_PAIRS - fewest };
  if (isConstant(a) || isConstant(b)) return { reason: 'CONSTANT', missingDays: null };
  const { driver, outcome, days } = pairAtLag(a, b, 0);
  if (days.length < MIN_PAIRS) return { reason: 'TOO_FEW_PAIRED_DAYS', missingDays: MIN_PAIRS - days.length };
  // Varying as a whole, yet not on the days they share.
  const isFlat = isConstant(driver) || isConstant(outcome);
  return { reason: isFlat ? 'CONSTANT' : 'READY', missingDays: null };
}
