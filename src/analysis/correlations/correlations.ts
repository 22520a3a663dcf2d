import type { DailySeries } from '../series/daily-series.ts';
import { benjaminiHochberg } from '../distributions/significance.ts';
import {
  type CorrelationMethod,
  type LaggedTest,
  MIN_PAIRS,
  newsFor,
  type PreparedSeries,
  prepareSeries,
  testAtLag,
} from './lagged-test.ts';
import { findTautologies, type Tautology } from './tautologies.ts';

export { type CorrelationMethod, MIN_PAIRS } from './lagged-test.ts';

/** Series side by side from `firstDay` on, in days since 1970-01-01. */
export type CorrelationInput = { firstDay: number; series: readonly DailySeries[] };

/**
 * One tested pair: `driver` on day t beside `outcome` on day t + `lagDays`; at lag 0 the driver is the earlier one in
 * the input. `coefficient` is that of the days as they are. `adjustedCoefficient` is that of the news of the days, what
 * is left of them without weekday, trend, season, and what carries over from the days before; this one is tested. `n`
 * common days are worth `effectiveN` independent ones. `pValue` is two-sided: Student's t, but never below the gamma
 * tail that skewed or heavy-tailed values call for. `qValue` is the false-discovery rate over the family.
 */
export type CorrelationResult = LaggedTest & { qValue: number; isSignificant: boolean };
export type CorrelationOptions = {
  method: CorrelationMethod;
  maxLagDays: number;
  minPairs?: number /* default 14 */;
  falseDiscoveryRate?: number /* default 0.10 */;
};
export type CorrelationFamily = { familySize: number; results: CorrelationResult[]; tautologies: Tautology[] };

export const FALSE_DISCOVERY_RATE = 0.1;

/**
 * All pairs: at lag 0 each unordered pair once; at lag ≥ 1 both directions (driver leads). Pairs with < minPairs common
 * days or a constant side are not tested and not in the family; neither are tautologies, at any lag. Results come in
 * the order of the input: by pair, then lag, then direction.
 */
export function testCorrelations(
  { firstDay, series }: CorrelationInput,
  options: CorrelationOptions,
): CorrelationFamily {
  const prepared = series.map((one) => prepareSeries(one, firstDay, options.method));
  const tautologies = findTautologies(series);
  const untested = new Set(tautologies.map(({ a, b }) => JSON.stringify([a, b])));
  const tested = [...unorderedPairs(prepared)].flatMap(([a, b]) =>
    untested.has(JSON.stringify([a.id, b.id])) ? [] : testPair(a, b, options),
  );
  return { familySize: tested.length, results: judgeFamily(tested, options.falseDiscoveryRate), tautologies };
}

/** Gives each test its q-value over all of `tested`, taken as one family (Benjamini & Hochberg 1995). Same order. */
export function judgeFamily(
  tested: readonly LaggedTest[],
  falseDiscoveryRate = FALSE_DISCOVERY_RATE,
): CorrelationResult[] {
  const qValues = benjaminiHochberg(Float64Array.from(tested, (test) => test.pValue));
  return tested.map((test, i) => ({ ...test, qValue: qValues[i]!, isSignificant: qValues[i]! <= falseDiscoveryRate }));
}

/** Every unordered pair once, in the order of the list. */
export function* unorderedPairs<T>(list: readonly T[]): Generator<[T, T]> {
  for (let i = 0; i < list.length; i++) {
    for (let j = i + 1; j < list.length; j++) yield [list[i]!, list[j]!];
  }
}

function testPair(a: PreparedSeries, b: PreparedSeries, { maxLagDays, minPairs = MIN_PAIRS }: CorrelationOptions) {
  const tests = [testAtLag(a, b, 0, minPairs)];
  const [aNews, bNews] = [newsFor(a, b, 1), newsFor(b, a, 1)];
  for (let lag = 1; lag <= maxLagDays; lag++) {
    tests.push(testAtLag(a, b, lag, minPairs, aNews), testAtLag(b, a, lag, minPairs, bNews));
  }
  return tests.filter((test) => test !== null);
}
