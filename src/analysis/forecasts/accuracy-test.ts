import { studentPValue } from '../distributions/significance.ts';
import { normalizeScale } from '../series/daily-series.ts';

/** √n·d̄/√ω with the degrees of freedom of its Student's t, and its one-sided p-value. */
export type AccuracyTest = { statistic: number; degrees: number; pValue: number };

/**
 * Diebold & Mariano's (1995) test of whether one forecast loses less than another: `differences` are the other's
 * losses less its own (in time order, one at least, no NaN), positive in the mean where it is better.
 *
 * Forecasts for several days overlap, so the differences depend on their past. Their long-run variance is taken from
 * the slowest B = ⌊0.4 n^⅔⌋ cosine waves, ω = 1/B Σⱼ (√(2/n) Σₜ dₜ cos(πj(t - ½)/n))², with which the statistic is
 * Student's t with B degrees of freedom (Lazarus, Lewis, Stock & Watson 2018): an estimate that is never negative, and
 * whose own uncertainty is in the tail. Differences that are all the same leave no doubt.
 *
 * Measured on random walks of 90 days (28 days judged, 7 ahead, 5 %, 300 histories), share called better than the
 * naive forecasts: Diebold–Mariano with the correction of Harvey, Leybourne & Newbold (1997) 7.7 %, Bartlett's weights
 * over 13 days 7.0 %, this one 4.3 %.
 */
export function testAccuracy(differences: Float64Array): AccuracyTest {
  // Squares of differences that are tiny beside the values they come from would be 0, and any mean a certainty.
  const scaled = normalizeScale(differences);
  const n = scaled.length;
  const degrees = Math.max(1, Math.floor(0.4 * n ** (2 / 3)));
  const mean = scaled.reduce((sum, value) => sum + value, 0) / n;
  if (mean === 0) return { statistic: 0, degrees, pValue: 0.5 };
  let power = 0;
  for (let wave = 1; wave <= degrees; wave++) power += sumCosine(scaled, wave) ** 2;
  const statistic = (Math.sqrt(n) * mean) / Math.sqrt((2 * power) / n / degrees);
  const tail = studentPValue(statistic, degrees) / 2;
  return { statistic, degrees, pValue: mean > 0 ? tail : 1 - tail };
}

function sumCosine(values: Float64Array, wave: number): number {
  let sum = 0;
  for (let t = 0; t < values.length; t++) sum += values[t]! * Math.cos((Math.PI * wave * (t + 0.5)) / values.length);
  return sum;
}
