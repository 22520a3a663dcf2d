import { isConstant } from '../series/daily-series.ts';
import { averageRanks } from '../series/ranks.ts';
import { correlateComplete, pairAtLag, type Pairs, pearson } from './correlation.ts';

/** Rank agreement that alone makes two metrics one measurement. */
const COPY_SPEARMAN = 0.97;
/**
 * Linear agreement that does so too, provided the ranks come near it: one wild day can give any two metrics r = 0.99.
 */
const COPY_PEARSON = 0.97;
const SUPPORTING_SPEARMAN = 0.9;
/**
 * How far the steps from one day to the next must agree as well: two metrics that only rise together agree in level, and
 * not in their steps.
 */
const COPY_STEPS = 0.6;
/** Fewer common days agree by chance; they are not tested for correlation either. */
const MIN_COMMON_DAYS = 14;
/** A copy is one on the newest days as well: more of them only cost time. */
const MAX_COMMON_DAYS = 400;

/**
 * Spearman's coefficient of two series (same days, same length) that are one measurement under two names, as steps and
 * distance are, so that their correlation is a tautology and no discovery; NaN when they are not. They are with same-day
 * |Spearman| ≥ 0.97, or |Pearson| ≥ 0.97 with |Spearman| ≥ 0.9, and steps from day to day that agree, over the newest
 * 400 common days.
 *
 * Chosen on eight people's Fitbit months: steps and distance are caught in 8 of 8 (Spearman 0.984–1), minutes asleep
 * and in bed in 6 of 8 (the other two, 0.91 and 0.88, are parts of a whole), steps and calories in 3 of 8 (0.97–0.98;
 * the others 0.76–0.97), distance and calories in 2 of 8.
 */
export function copyCoefficient(a: Float64Array, b: Float64Array): number {
  const { driver, outcome } = newestPairs(a, b, 0);
  if (driver.length < MIN_COMMON_DAYS) return Number.NaN;
  const [ranksA, ranksB] = [averageRanks(driver), averageRanks(outcome)];
  const rank = correlateComplete(ranksA, ranksB);
  if (!(Math.abs(rank) >= SUPPORTING_SPEARMAN)) return Number.NaN;
  const isOne = Math.abs(rank) >= COPY_SPEARMAN || Math.abs(pearson(driver, outcome)) >= COPY_PEARSON;
  return isOne && Math.sign(rank) * stepCoefficient(ranksA, ranksB) >= COPY_STEPS ? rank : Number.NaN;
}

/** The newest 400 pairs at a lag. */
export function newestPairs(driver: Float64Array, outcome: Float64Array, lagDays: number): Pairs {
  const pairs = pairAtLag(driver, outcome, lagDays);
  return {
    driver: pairs.driver.subarray(-MAX_COMMON_DAYS),
    outcome: pairs.outcome.subarray(-MAX_COMMON_DAYS),
    days: pairs.days.subarray(-MAX_COMMON_DAYS),
  };
}

/**
 * Pearson's r of the steps from each value to the next, for two arrays without NaN. 0 when a side never steps, or always
 * by as much.
 */
export function stepCoefficient(a: Float64Array, b: Float64Array): number {
  const [stepsA, stepsB] = [a, b].map((values) => values.subarray(1).map((value, i) => value - values[i]!)) as [
    Float64Array,
    Float64Array,
  ];
  return isConstant(stepsA) || isConstant(stepsB) ? 0 : correlateComplete(stepsA, stepsB);
}
