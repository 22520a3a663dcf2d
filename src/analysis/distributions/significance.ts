import { regularizedBeta } from './incomplete-beta.ts';

/**
 * Two-sided p-value of Student's t with `df` > 0 (possibly fractional) degrees of freedom:
 * I_{df/(df+t²)}(df/2, 1/2), Abramowitz & Stegun 26.7.1. Keeps its relative precision far into the tail.
 */
export function studentPValue(t: number, df: number): number {
  const square = t * t;
  if (square === Number.POSITIVE_INFINITY) return 0;
  return regularizedBeta(df / (df + square), square / (df + square), df / 2, 0.5);
}

/**
 * Two-sided p-value of a correlation coefficient r in [-1, 1] got from data worth `effectiveN` independent pairs:
 * Student's t with effectiveN - 2 degrees of freedom, t = r √((n-2)/(1-r²)). Put into the formula of `studentPValue`,
 * df/(df+t²) is 1 - r². Three pairs or fewer prove nothing: p = 1.
 */
export function correlationPValue(r: number, effectiveN: number): number {
  if (effectiveN <= 3) return 1;
  return regularizedBeta((1 - r) * (1 + r), r * r, (effectiveN - 2) / 2, 0.5);
}

/**
 * The q-values of a family of p-values (Benjamini & Hochberg 1995, step-up): q ≤ α selects the tests that keep the
 * expected share of false ones at α. Same order as the input, monotone in p, never below p nor above 1.
 */
export function benjaminiHochberg(pValues: Float64Array): Float64Array {
  const size = pValues.length;
  const ascending = Int32Array.from(pValues.keys()).sort((a, b) => pValues[a]! - pValues[b]!);
  const qValues = new Float64Array(size);
  let smallest = 1;
  for (let rank = size; rank >= 1; rank--) {
    const index = ascending[rank - 1]!;
    // p·(m/r) rather than (p·m)/r: with r = m the factor is exactly 1, and q never falls below p by rounding.
    smallest = Math.min(smallest, pValues[index]! * (size / rank));
    qValues[index] = smallest;
  }
  return qValues;
}
