import { readFileSync } from 'node:fs';

type CorrelationCase = {
  name: string;
  a: number[];
  b: number[];
  pearson: number;
  spearman: number;
  ranksA: number[];
  skewnessA: number;
  kurtosisA: number;
};
type TrendCase = {
  name: string;
  days: number[];
  values: number[];
  slope: number;
  intercept: number;
  tau: number;
  score: number;
  variance: number;
};
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

/** How far off, as a share of the expected value: far in a tail an absolute error would let everything pass. */
export function relativeError(actual: number, expected: number): number {
  return Math.abs(actual / expected - 1);
}
