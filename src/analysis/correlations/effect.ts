import { isBinary, isConstant, normalizeScale } from '../series/daily-series.ts';
import { pairAtLag, type Pairs } from './correlation.ts';
import { studentCriticalValue } from '../distributions/critical-value.ts';
import { compareGroups } from './group-difference.ts';
import { chooseThreshold } from './threshold.ts';

/**
 * The outcome `lagDays` after days on which the driver was at least `threshold` ("above"; yes, for a binary driver,
 * whose threshold is null) and after the others. Means and differences are in the outcome's units, shares of yes where
 * it is binary. `difference` is meanAbove - meanBelow; `adjustedDifference` what is left of it once weekday, trend and
 * season are taken out, with its 95 % interval from `low` to `high`.
 */
export type Effect = {
  threshold: number | null;
  meanAbove: number;
  meanBelow: number;
  difference: number;
  adjustedDifference: number;
  low: number;
  high: number;
  nAbove: number;
  nBelow: number;
  outcomeIsBinary: boolean;
};
/**
 * `firstDay` is the civil day of index 0, in days since 1970-01-01. `steps` are what a threshold may be a multiple of,
 * where round decimal numbers are not what people think in: 3600, 1800 and 300 for durations in seconds.
 */
export type EffectOptions = { firstDay: number; steps?: readonly number[] };

type Adjusted = Pick<Effect, 'adjustedDifference' | 'low' | 'high'>;

const MIN_PAIRS = 14;
/** The mean of fewer days is an anecdote. */
const MIN_GROUP = 5;
const LEVEL = 0.95;

/**
 * How much the outcome differs between days `lagDays` after a high and after a low driver. Null for fewer than 14 pairs
 * or 5 days in a group, where a side does not vary or the calendar alone decides on it, and for values too far out to
 * be subtracted.
 */
export function describeEffect(
  driver: Float64Array,
  outcome: Float64Array,
  lagDays: number,
  { firstDay, steps }: EffectOptions,
): Effect | null {
  const pairs = pairAtLag(driver, outcome, lagDays);
  if (pairs.days.length < MIN_PAIRS || isConstant(pairs.outcome)) return null;
  const threshold = isBinary(driver) ? null : chooseThreshold(pairs.driver, steps);
  const isAbove = pairs.driver.map((value) => Number(value >= (threshold ?? 1)));
  const [above, below] = [1, 0].map((side) => pairs.outcome.filter((_, i) => isAbove[i] === side)) as [
    Float64Array,
    Float64Array,
  ];
  if (Math.min(above.length, below.length) < MIN_GROUP) return null;
  const [meanAbove, meanBelow] = [mean(above), mean(below)];
  const raw = { meanAbove, meanBelow, difference: meanAbove - meanBelow };
  const adjusted = adjustDifference(pairs, isAbove, firstDay);
  if (!adjusted || !Object.values({ ...raw, ...adjusted }).every(Number.isFinite)) return null;
  const counts = { nAbove: above.length, nBelow: below.length };
  const outcomeIsBinary = isBinary(outcome);
  return { threshold, ...raw, ...(outcomeIsBinary ? clipToShares(adjusted) : adjusted), ...counts, outcomeIsBinary };
}

function adjustDifference({ days, outcome }: Pairs, isMember: Float64Array, firstDay: number): Adjusted | null {
  const values = normalizeScale(outcome);
  const found = compareGroups({ days, isMember, values }, firstDay);
  if (!found) return null;
  const unit = unitOf(outcome, values);
  const halfWidth = studentCriticalValue(LEVEL, found.df) * found.error;
  return {
    adjustedDifference: found.difference * unit,
    low: (found.difference - halfWidth) * unit,
    high: (found.difference + halfWidth) * unit,
  };
}

/** The power of two that `normalizeScale` divided by. */
function unitOf(original: Float64Array, scaled: Float64Array): number {
  const largest = scaled.findIndex((value) => Math.abs(value) >= 1);
  return original[largest]! / scaled[largest]!;
}

/** Shares differ by 1 at the most. */
function clipToShares(adjusted: Adjusted): Adjusted {
  const clip = (value: number) => Math.max(-1, Math.min(1, value));
  return {
    adjustedDifference: clip(adjusted.adjustedDifference),
    low: clip(adjusted.low),
    high: clip(adjusted.high),
  };
}

/** Each value divided before the sum is taken: the sum of very large ones would be infinite. */
function mean(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value / values.length;
  return total;
}
