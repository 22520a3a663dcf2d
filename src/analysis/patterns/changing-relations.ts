import { correlateComplete, pairAtLag, type Pairs } from '../correlations/correlation.ts';
import type { CorrelationMethod } from '../correlations/correlations.ts';
import { countIndependentDays } from '../correlations/independent-days.ts';
import { fisherError, intervalOf } from '../correlations/interval.ts';
import { upperGamma } from '../distributions/incomplete-gamma.ts';
import { adjust } from '../series/adjust.ts';
import { isConstant, normalizeScale } from '../series/daily-series.ts';
import { averageRanks } from '../series/ranks.ts';
import { type Silence, silent } from '../silence.ts';

/** A stretch of the outcome's days, as indexes, with the coefficient of its `n` pairs. */
export type RelationWindow = { first: number; last: number; coefficient: number; n: number };
/**
 * How a relation went over time. `coefficient`s are of what is left without weekday, trend and season. `pValue` is that
 * of "it was the same throughout", over all the days on which it was asked for a change; where it is small, `change`
 * names the first day after the clearest one, and the coefficients before and from it on.
 */
export type RelationTrace = {
  verdict: 'HOLDS' | 'FADED' | 'EMERGED' | 'CHANGED';
  pValue: number;
  change: { day: number; before: number; after: number } | null;
  windows: RelationWindow[];
};
/** `firstDay` is the civil day of index 0, in days since 1970-01-01; `method` that of the relation that was found. */
export type TraceOptions = { firstDay: number; method: CorrelationMethod };

const WINDOW_DAYS = 90;
const STEP_DAYS = 30;
const MIN_WINDOWS = 3;
/** Pairs without which a window, or a side of a split, says nothing. */
const MIN_PAIRS = 30;
/** Where a history is split in two, in shares of its pairs. */
const SPLITS = [1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4];
const SIGNIFICANCE_LEVEL = 0.05;
/** Fisher's z of a perfect correlation is infinite. */
const LARGEST_COEFFICIENT = 1 - 1e-12;

/** Both sides without weekday, trend and season, paired; and how many independent ones the pairs on some days are. */
type Relation = { pairs: Pairs; method: CorrelationMethod; countIndependent: (days: Int32Array) => number };
type Part = { coefficient: number; effectiveN: number };
type Split = { day: number; before: Part; after: Part; pValue: number };

/**
 * Whether a relation that was found has held all the time, over windows of 90 days every 30 days, counted back from the
 * newest; silent with fewer than three windows of at least 30 pairs each, and where a side does not vary.
 *
 * The test splits the pairs at a quarter, a third, half, two thirds and three quarters (as far as 30 pairs are left on
 * either side) and compares both sides' Fisher z with their effective n: z₁ - z₂ has the variance of the one plus that of
 * the other. The least p-value counts times the number of splits (Bonferroni). FADED: the later side is less than half the
 * earlier one and its 95 % interval holds 0; EMERGED: the other way round; CHANGED: another difference.
 */
export function traceRelation(
  driver: Float64Array,
  outcome: Float64Array,
  lagDays: number,
  options: TraceOptions,
): RelationTrace | Silence {
  const relation = prepareRelation(driver, outcome, lagDays, options);
  const { pairs } = relation;
  if (isConstant(pairs.driver) || isConstant(pairs.outcome)) return silent('CONSTANT');
  const windows = describeWindows(pairs);
  if (windows.length < MIN_WINDOWS) return tooFewWindows(pairs.days, windows.length);
  const splits = SPLITS.map((share) => splitAt(relation, Math.round(share * pairs.days.length))).filter(
    (split) => split !== null,
  );
  const clearest = splits.toSorted((a, b) => a.pValue - b.pValue)[0];
  const pValue = Math.min(1, (clearest?.pValue ?? 1) * splits.length);
  if (!clearest || pValue > SIGNIFICANCE_LEVEL) return { verdict: 'HOLDS', pValue, change: null, windows };
  const { day, before, after } = clearest;
  const change = { day, before: before.coefficient, after: after.coefficient };
  return { verdict: nameChange(before, after, options.method), pValue, change, windows };
}

function prepareRelation(
  driver: Float64Array,
  outcome: Float64Array,
  lagDays: number,
  { firstDay, method }: TraceOptions,
): Relation {
  const [x, y] = [driver, outcome].map((values) => {
    const scaled = normalizeScale(values);
    const { residuals, drifts } = adjust(method === 'SPEARMAN' ? averageRanks(scaled) : scaled, firstDay);
    return { values: residuals, removed: 1 + drifts };
  }) as [{ values: Float64Array; removed: number }, { values: Float64Array; removed: number }];
  const countIndependent = (days: Int32Array) => countIndependentDays(days, x, y);
  return { pairs: pairAtLag(x.values, y.values, lagDays), method, countIndependent };
}

/** The windows with enough pairs in which both sides vary, oldest first. */
function describeWindows(pairs: Pairs): RelationWindow[] {
  const { days } = pairs;
  const windows: RelationWindow[] = [];
  const first = days[0] ?? 0;
  for (let last = days.at(-1) ?? -1; last - WINDOW_DAYS + 1 >= first; last -= STEP_DAYS) {
    const start = days.findIndex((day) => day > last - WINDOW_DAYS);
    const end = days.findLastIndex((day) => day <= last) + 1;
    if (end - start < MIN_PAIRS) continue;
    const coefficient = correlateComplete(pairs.driver.subarray(start, end), pairs.outcome.subarray(start, end));
    if (!Number.isNaN(coefficient)) windows.push({ first: last - WINDOW_DAYS + 1, last, coefficient, n: end - start });
  }
  return windows.reverse();
}

function tooFewWindows(days: Int32Array, windows: number): Silence {
  const span = days.length > 0 ? days.at(-1)! - days[0]! + 1 : 0;
  const needed = WINDOW_DAYS + (MIN_WINDOWS - 1) * STEP_DAYS;
  const missingDays = span < needed ? needed - span : (MIN_WINDOWS - windows) * STEP_DAYS;
  return { reason: 'TOO_FEW_PAIRED_DAYS', missingDays };
}

/** The pairs before and from `index` on, compared; null where a side is too small or does not vary. */
function splitAt({ pairs, method, countIndependent }: Relation, index: number): Split | null {
  const { days } = pairs;
  if (Math.min(index, days.length - index) < MIN_PAIRS) return null;
  const [before, after] = [
    [0, index],
    [index, days.length],
  ].map(([start, end]) => describePart(pairs, start!, end!, countIndependent));
  if (!before || !after) return null;
  if (!(Math.min(before.effectiveN, after.effectiveN) > 3)) return null;
  const [z1, z2] = [before, after].map(({ coefficient }) => Math.atanh(coefficient)) as [number, number];
  const errors = [before, after].map(({ coefficient, effectiveN }) => fisherError(coefficient, effectiveN, method));
  const z = (z1 - z2) / Math.hypot(...errors);
  return { day: days[index]!, before, after, pValue: upperGamma(0.5, (z * z) / 2) };
}

function describePart(
  pairs: Pairs,
  start: number,
  end: number,
  countIndependent: (days: Int32Array) => number,
): Part | null {
  const coefficient = correlateComplete(pairs.driver.subarray(start, end), pairs.outcome.subarray(start, end));
  if (Number.isNaN(coefficient)) return null;
  const bounded = Math.max(-LARGEST_COEFFICIENT, Math.min(LARGEST_COEFFICIENT, coefficient));
  return { coefficient: bounded, effectiveN: countIndependent(pairs.days.subarray(start, end)) };
}

function nameChange(before: Part, after: Part, method: CorrelationMethod): RelationTrace['verdict'] {
  if (isGone(after, before, method)) return 'FADED';
  return isGone(before, after, method) ? 'EMERGED' : 'CHANGED';
}

/** Whether a side has less than half of the other's relation, and may have none. */
function isGone(part: Part, other: Part, method: CorrelationMethod): boolean {
  const { low, high } = intervalOf(part.coefficient, part.effectiveN, method);
  return low <= 0 && high >= 0 && 2 * Math.abs(part.coefficient) < Math.abs(other.coefficient);
}
