import { correlateComplete, pairAtLag } from '../../src/analysis/correlations/correlation.ts';
import { effectiveSize } from '../../src/analysis/correlations/effective-size.ts';

import {
  type CorrelationMethod,
  MIN_PAIRS,
  type PreparedSeries,
  prepareSeries,
} from '../../src/analysis/correlations/lagged-test.ts';
import type { News } from '../../src/analysis/correlations/carry-over.ts';
import { describeShape, gammaTailPValue } from '../../src/analysis/correlations/tail-shape.ts';
import { correlationPValue } from '../../src/analysis/distributions/significance.ts';
import { autocorrelations, correctPhi } from '../../src/analysis/series/autocorrelation.ts';
import { countDays } from '../../src/analysis/series/daily-series.ts';
import { averageRanks } from '../../src/analysis/series/ranks.ts';
import { FIRST_DAY } from './noise.ts';

/** Ways to a p-value, in the order of the tables. */
export const METHODS = [
  'raw, as before',
  'plain n',
  "Bartlett's sum",
  'AR(1)',
  'smaller of the two',
  'news, no sum',
  'used',
] as const;
export type Method = (typeof METHODS)[number];
/** By method; only `used` where the others were not asked for. */
export type PValues = Partial<Record<Method, number>>;

type Memory = { scores: Float64Array; autocorrelations: Float64Array; phi: number };
/** A series readied for all methods: as it is, and without its calendar. */
export type Subject = { prepared: PreparedSeries; raw: Memory; adjusted: Memory };
type Sides = { driver: Float64Array; outcome: Float64Array };

const BARTLETT_LAGS = 30;

/** Readies a series for all methods. */
export function prepareSubject(values: Float64Array, method: CorrelationMethod): Subject {
  const prepared = prepareSeries({ id: '', values }, FIRST_DAY, method);
  const remember = (scores: Float64Array): Memory => {
    const measured = autocorrelations(scores, BARTLETT_LAGS);
    return { scores, autocorrelations: measured, phi: correctPhi(measured[1]!, countDays(scores), 2) };
  };
  const scores = method === 'SPEARMAN' ? averageRanks(prepared.values) : prepared.values;
  return { prepared, raw: remember(scores), adjusted: remember(prepared.residuals) };
}

/**
 * The p-values of a driver and an outcome at a lag by all methods; null when they have too few days in common.
 * `driverNews` is `newsFor` the driver.
 */
export function testByAll(driver: Subject, outcome: Subject, lag: number, driverNews: News): PValues | null {
  const { days, ...adjusted } = pairAtLag(driver.adjusted.scores, outcome.adjusted.scores, lag);
  if (days.length < MIN_PAIRS) return null;
  const raw = pairAtLag(driver.raw.scores, outcome.raw.scores, lag);
  const share = 1 - Math.max(driver.prepared.fittedShare, outcome.prepared.fittedShare);
  const n = share * days.length;
  const bartlett = share * bartlettSize(days, driver.adjusted, outcome.adjusted);
  const ar1 = share * geometricSize(days, driver.adjusted.phi * outcome.adjusted.phi);
  const before = Math.min(
    bartlettSize(days, driver.raw, outcome.raw),
    geometricSize(days, driver.raw.phi * outcome.raw.phi),
  );
  const news = pairAtLag(driverNews.values, outcome.prepared.news.values, lag);
  const used = share * effectiveSize(days, driverNews.autocorrelations, outcome.prepared.news.autocorrelations);
  return {
    'raw, as before': pValue(raw, before),
    'plain n': pValue(adjusted, n),
    "Bartlett's sum": pValue(adjusted, bartlett),
    'AR(1)': pValue(adjusted, ar1),
    'smaller of the two': pValue(adjusted, Math.min(bartlett, ar1)),
    'news, no sum': pValue(news, n),
    used: pValue(news, used),
  };
}

function pValue({ driver, outcome }: Sides, effectiveN: number): number {
  const r = correlateComplete(driver, outcome);
  if (Number.isNaN(r)) return 1;
  const p = correlationPValue(r, effectiveN);
  return p > 0.1 ? p : Math.max(p, gammaTailPValue(r, effectiveN, describeShape(driver), describeShape(outcome)));
}

const bartlettSize = (days: Int32Array, a: Memory, b: Memory): number =>
  effectiveSize(days, a.autocorrelations, b.autocorrelations);

/** n²/Σᵢⱼ q^|dᵢ-dⱼ|, at most n: two AR(1) processes whose φ multiply to `ratio`. */
function geometricSize(days: Int32Array, ratio: number): number {
  let shared = 0;
  let sum = 0;
  for (let i = 1; i < days.length; i++) {
    shared = (shared + 1) * ratio ** (days[i]! - days[i - 1]!);
    sum += shared;
  }
  return days.length ** 2 / Math.max(days.length, days.length + 2 * sum);
}
