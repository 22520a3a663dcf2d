import { readFileSync } from 'node:fs';

type Values = (number | null)[];
type Adjustment = { name: string; values: Values; residuals: Values; terms: number };
type LaggedCorrelation = {
  name: string;
  a: Values;
  b: Values;
  lag: number;
  n: number;
  pearson: number;
  spearman: number;
  adjustedPearson: number;
  adjustedSpearman: number;
};
type References = {
  firstDay: number;
  adjustments: Adjustment[];
  correlations: LaggedCorrelation[];
  autocorrelations: { name: string; values: Values; acf: number[] }[];
  longley: { columns: number[][]; values: number[]; certifiedResidualSum: number; residuals: number[] };
  adjustment: { p: number[]; q: number[] };
};

/** What SciPy, statsmodels and NIST say; made by references/correlations/make-correlations.py. */
export const references = JSON.parse(
  readFileSync(new URL('../references/correlations/correlations.json', import.meta.url), 'utf8'),
) as References;

/** A series as the analysis has it: NaN for null. */
export const toSeries = (values: Values): Float64Array => Float64Array.from(values, (value) => value ?? Number.NaN);
