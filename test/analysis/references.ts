import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

type CorrelationCase = { name: string; a: number[]; b: number[]; pearson: number; spearman: number; ranksA: number[]; skewnessA: number; kurtosisA: number };
type TrendCase = { name: string; days: number[]; values: number[]; slope: number; intercept: number; tau: number; score: number; variance: number };
type References = {
  correlations: CorrelationCase[];
  student: { t: number; df: number; p: number }[];
  coefficients: { r: number; n: number; p: number }[];
  gamma: { a: number; x: number; q: number }[];
  adjustment: { p: number[]; q: number[] };
  trends: TrendCase[];
};

/** What SciPy says; made by references/make-statistics.py. */
export const references = JSON.parse(
  readFileSync(new URL('./references/statistics.json', import.meta.url), 'utf8'),
) as References;

/** Equal up to a relative error: far in a tail an absolute one would let everything pass. */
export function expectRelative(actual: number, expected: number, tolerance = 1e-9): void {
  expect(Math.abs(actual / expected - 1), `${actual} instead of ${expected}`).toBeLessThan(tolerance);
}
