import { correlateComplete, pairAtLag, pearson } from './correlation.ts';
import { averageRanks } from '../series/ranks.ts';

/** Rank agreement that alone makes two metrics one measurement. */
const COPY_SPEARMAN = 0.97;
/**
 * Linear agreement that does so too, provided the ranks come near it: one wild day can give any two metrics r = 0.99.
 */
const COPY_PEARSON = 0.95;
const SUPPORTING_SPEARMAN = 0.9;
/** Fewer common days agree by chance; they are not tested for correlation either. */
const MIN_COMMON_DAYS = 14;

/**
 * Whether two series (same days, same length) are one measurement under two names, as steps and distance are: their
 * correlation is a tautology, not a discovery. Same-day |Spearman| ≥ 0.97, or |Pearson| ≥ 0.95 with |Spearman| ≥ 0.9.
 *
 * Chosen on eight people's Fitbit months: steps and distance are caught in 8 of 8 (Spearman 0.984–1), minutes asleep
 * and in bed in 7 of 8 (0.91–0.98; the eighth, 0.88, sleeps badly, which is news), steps and calories in 3 of 8
 * (0.97–0.98; the others 0.76–0.97), distance and calories in 2 of 8. Nothing else there reaches 0.95.
 */
export function isNearCopy(a: Float64Array, b: Float64Array): boolean {
  return !Number.isNaN(copyCoefficient(a, b));
}

/** Spearman's coefficient of two near-copies; NaN when they are not. */
export function copyCoefficient(a: Float64Array, b: Float64Array): number {
  const { driver, outcome, days } = pairAtLag(a, b, 0);
  if (days.length < MIN_COMMON_DAYS) return Number.NaN;
  const rank = correlateComplete(averageRanks(driver), averageRanks(outcome));
  if (Math.abs(rank) >= COPY_SPEARMAN) return rank;
  const isLinear = Math.abs(pearson(driver, outcome)) >= COPY_PEARSON;
  return isLinear && Math.abs(rank) >= SUPPORTING_SPEARMAN ? rank : Number.NaN;
}
