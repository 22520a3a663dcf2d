import { isConstant, normalizeScale } from '../series/daily-series.ts';
import { averageRanks } from '../series/ranks.ts';

/**
 * The complete pairs of two series, all three of one length; `days` are the indexes of the outcome's days, ascending.
 */
export type Pairs = { driver: Float64Array; outcome: Float64Array; days: Int32Array };

/**
 * The days on which both have a value: the driver's on day t beside the outcome's on day t + `lagDays` (≥ 0). Both
 * series are of one length.
 */
export function pairAtLag(driver: Float64Array, outcome: Float64Array, lagDays: number): Pairs {
  const days = new Int32Array(Math.max(0, outcome.length - lagDays));
  let n = 0;
  for (let day = lagDays; day < outcome.length; day++) {
    if (!Number.isNaN(driver[day - lagDays]!) && !Number.isNaN(outcome[day]!)) days[n++] = day;
  }
  const pairs = { driver: new Float64Array(n), outcome: new Float64Array(n), days: days.subarray(0, n) };
  for (let i = 0; i < n; i++) {
    pairs.driver[i] = driver[days[i]! - lagDays]!;
    pairs.outcome[i] = outcome[days[i]!]!;
  }
  return pairs;
}

/** Pearson's r over the complete pairs of two arrays of one length. NaN when either side does not vary over them. */
export function pearson(a: Float64Array, b: Float64Array): number {
  const pairs = pairAtLag(a, b, 0);
  return correlateComplete(normalizeScale(pairs.driver), normalizeScale(pairs.outcome));
}

/**
 * Spearman's rho over the complete pairs: Pearson's r of their average ranks. NaN when either side does not vary over
 * them.
 */
export function spearman(a: Float64Array, b: Float64Array): number {
  const pairs = pairAtLag(a, b, 0);
  return correlateComplete(averageRanks(pairs.driver), averageRanks(pairs.outcome));
}

/** Pearson's r, Σ(x-x̄)(y-ȳ) / √(Σ(x-x̄)² Σ(y-ȳ)²), of arrays without NaN; NaN when a side is constant. */
export function correlateComplete(a: Float64Array, b: Float64Array): number {
  // Asked of the values, not of the sum of squares: the mean of n times 0.1 is not exactly 0.1.
  if (isConstant(a) || isConstant(b)) return Number.NaN;
  const meanA = mean(a);
  const meanB = mean(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]! - meanA;
    const y = b[i]! - meanB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return Math.max(-1, Math.min(1, ab / (Math.sqrt(aa) * Math.sqrt(bb))));
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
