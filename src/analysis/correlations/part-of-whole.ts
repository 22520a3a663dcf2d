import { averageRanks } from '../series/ranks.ts';
import { correlateComplete } from './correlation.ts';
import { newestPairs, stepCoefficient } from './near-copy.ts';

const MIN_COMMON_DAYS = 14;
/** Ratings have fewer values; two of them may well lie one above the other. */
const MIN_DISTINCT_VALUES = 12;
/** One day in so many may break the rule: an entry put right by hand. */
const DAYS_PER_EXCEPTION = 50;
/** A part that decides on its whole is at least so much of it, and goes with it at least so closely. */
const MIN_SHARE = 0.5;
const MIN_COEFFICIENT = 0.8;
const MIN_STEPS = 0.6;
/** The whole is the part and a rest: it grows by one with the part, or a little more when the rest grows too. */
const SLOPES = { least: 0.9, most: 1.2 };
/** A rest is small and varies; an offset between two scales is large and steady. */
const MAX_STEADINESS = 5;

/**
 * Spearman's coefficient of a part (minutes asleep) and the whole that it makes up (minutes in bed), in either order;
 * NaN for anything else, and for fewer than 14 common days. Amounts are recognised as whole numbers ≥ 0 with a dozen
 * different values, the one never above the other; the part must be half of the whole or more, and go with it at 0.8 or
 * more, in steps from day to day as well; and what remains must look like a rest: the whole grows by 0.9 to 1.2 with
 * the part, and the mean of the remainder is at most five times its standard deviation.
 */
export function partCoefficient(a: Float64Array, b: Float64Array): number {
  const { driver, outcome, days } = newestPairs(a, b, 0);
  if (days.length < MIN_COMMON_DAYS || !areAmounts(driver) || !areAmounts(outcome)) return Number.NaN;
  const [part, whole] = mean(driver) <= mean(outcome) ? [driver, outcome] : [outcome, driver];
  if (!isWithin(part, whole) || !leavesRest(part, whole)) return Number.NaN;
  const [ranksA, ranksB] = [averageRanks(part), averageRanks(whole)];
  const rank = correlateComplete(ranksA, ranksB);
  const isClose = Math.min(rank, correlateComplete(part, whole)) >= MIN_COEFFICIENT;
  return isClose && stepCoefficient(ranksA, ranksB) >= MIN_STEPS ? rank : Number.NaN;
}

function areAmounts(values: Float64Array): boolean {
  const isAmount = (value: number) => value >= 0 && Number.isSafeInteger(value);
  return values.every(isAmount) && new Set(values).size >= MIN_DISTINCT_VALUES;
}

function isWithin(part: Float64Array, whole: Float64Array): boolean {
  const exceptions = part.reduce((count, value, i) => count + Number(value > whole[i]!), 0);
  return exceptions * DAYS_PER_EXCEPTION <= part.length && mean(part) >= MIN_SHARE * mean(whole);
}

function leavesRest(part: Float64Array, whole: Float64Array): boolean {
  const rest = whole.map((value, i) => value - part[i]!);
  const slope = covariance(part, whole) / covariance(part, part);
  const isSteady = mean(rest) > MAX_STEADINESS * Math.sqrt(covariance(rest, rest));
  return slope >= SLOPES.least && slope <= SLOPES.most && !isSteady;
}

function covariance(a: Float64Array, b: Float64Array): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + ((value - meanA) * (b[i]! - meanB)) / a.length, 0);
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value / values.length, 0);
