import { averageRanks } from '../series/ranks.ts';
import { correlateComplete } from './correlation.ts';
import { newestPairs, stepCoefficient } from './near-copy.ts';

/** A value that a tracker makes of a metric's last days; NaN where it cannot. */
export type Derivation = { kind: 'COPY' | 'CHANGE'; at: (values: Float64Array, day: number) => number };

/** The days that moving averages usually go over. */
const AVERAGED_DAYS = [3, 7, 14, 28];
/** At least this share of the days of an average must have a value. */
const MIN_FILLED = 0.5;

const MIN_COMMON_DAYS = 14;
const MIN_COEFFICIENT = 0.97;
/** What ranks and steps must add to that: neither a wild day nor a common trend is a rule. */
const MIN_RANK = 0.9;
const MIN_STEPS = 0.6;
/** Chance must not have lifted a true 0.95 so high: Fisher's z, one-sided, one time in a thousand. */
const STRONG_COEFFICIENT = 0.95;
const CERTAINTY = 3.09;

const valueAt = (values: Float64Array, day: number): number => (day < 0 ? Number.NaN : values[day]!);

/**
 * Yesterday's value, as a night's sleep has that is written down a day late; the change since yesterday, which also
 * recognises a running sum, whose change the metric is; and the means of today and the days before.
 */
export const DERIVATIONS: readonly Derivation[] = [
  { kind: 'COPY', at: (values, day) => valueAt(values, day - 1) },
  { kind: 'CHANGE', at: (values, day) => values[day]! - valueAt(values, day - 1) },
  ...AVERAGED_DAYS.map((days): Derivation => ({ kind: 'CHANGE', at: (values, day) => meanUpTo(values, day, days) })),
];

/**
 * Pearson's coefficient of two series that are one up to scale and offset: at least 0.97, more when there are few days,
 * with ranks and steps from day to day that agree. NaN for anything else, and for fewer than 14 common days.
 */
export function ruleCoefficient(a: Float64Array, b: Float64Array): number {
  const { driver, outcome } = newestPairs(a, b, 0);
  if (driver.length < MIN_COMMON_DAYS) return Number.NaN;
  const linear = correlateComplete(driver, outcome);
  if (!isCertain(linear, driver.length)) return Number.NaN;
  const rank = Math.sign(linear) * correlateComplete(averageRanks(driver), averageRanks(outcome));
  const steps = Math.sign(linear) * stepCoefficient(driver, outcome);
  return rank >= MIN_RANK && steps >= MIN_STEPS ? linear : Number.NaN;
}

function isCertain(r: number, n: number): boolean {
  const least = Math.tanh(Math.atanh(STRONG_COEFFICIENT) + CERTAINTY / Math.sqrt(n - 3));
  return Math.abs(r) >= Math.max(MIN_COEFFICIENT, least);
}

/** The mean of the values that are there among a day and those before it. */
function meanUpTo(values: Float64Array, day: number, days: number): number {
  if (day < days - 1) return Number.NaN;
  let sum = 0;
  let count = 0;
  for (let i = day - days + 1; i <= day; i++) {
    if (Number.isNaN(values[i]!)) continue;
    sum += values[i]!;
    count++;
  }
  return count >= MIN_FILLED * days ? sum / count : Number.NaN;
}
