import { readFileSync } from 'node:fs';

type RecursionCase = {
  name: string;
  values: (number | null)[];
  alpha: number;
  beta: number;
  gamma: number;
  phi: number;
  level: number;
  trend: number;
  season: number[];
  fitted: number[];
  forecast: number[];
};
type AccuracyCase = { name: string; differences: number[]; degrees: number; statistic: number; p: number };
type ForecastCase = {
  name: string;
  values: (number | null)[];
  horizon: number;
  model: string;
  parameters: { alpha: number; beta: number; gamma: number; phi: number };
  points: { index: number; value: number; low: number; high: number }[];
  coverage: number;
  error: number;
  naiveError: number;
  p: number;
  backTestedDays: number;
};

/** What statsmodels, R and a second program for the back-test say; made by references/forecasts/make-forecasts.py. */
export const references = JSON.parse(
  readFileSync(new URL('../references/forecasts/forecasts.json', import.meta.url), 'utf8'),
) as { recursions: RecursionCase[]; accuracy: AccuracyCase[]; forecasts: ForecastCase[] };

/** A series from JSON, which has null for missing days. */
export const toSeries = (values: readonly (number | null)[]): Float64Array =>
  Float64Array.from(values, (value) => value ?? Number.NaN);
