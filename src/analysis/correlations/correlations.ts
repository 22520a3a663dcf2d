import type { DailySeries } from '../series/daily-series.ts';
import { benjaminiHochberg } from '../distributions/significance.ts';
import { type CorrelationMethod, type LaggedTest, MIN_PAIRS } from './lagged-test.ts';
import { prepareSubjects, testPairAtLags } from './pair-family.ts';
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
  maxLagDays: number /* up to 30 */;
  minPairs?: number /* default 14 */;
  falseDiscoveryRate?: number /* default 0.10 */;
  tautologies?: readonly Tautology[] /* where they are known already; by default they are searched for */;
};
/** The same for a family of several methods. */
export type FamilyOptions = Omit<CorrelationOptions, 'method'>;
export type CorrelationFamily = { familySize: number; results: CorrelationResult[]; tautologies: Tautology[] };

export const FALSE_DISCOVERY_RATE = 0.1;

/**
 * All pairs: at lag 0 each unordered pair once; at lag ≥ 1 both directions (driver leads). Pairs with < minPairs common
 * days or a constant side are not tested and not in the family; neither are tautologies, at any lag. Results come in
 * the order of the input: by pair, then lag, then direction.
 * @throws RangeError for lags that are no whole number of days up to 30
 */
export function testCorrelations(
  input: CorrelationInput,
  { method, ...options }: CorrelationOptions,
): CorrelationFamily {
  return testFamily(input, [method], options);
}

/** The same by several methods, all tests in one family: they come by pair, then method, lag and direction. */
export function testFamily(
  { firstDay, series }: CorrelationInput,
  methods: readonly CorrelationMethod[],
  { maxLagDays, minPairs = MIN_PAIRS, falseDiscoveryRate, ...known }: FamilyOptions,
): CorrelationFamily {
  const tautologies = [...(known.tautologies ?? findTautologies(series))];
  const untested = new Set(tautologies.map(({ a, b }) => JSON.stringify([a, b])));
  const subjects = prepareSubjects(series, firstDay, methods);
  const tested = [...unorderedPairs(subjects.all)].flatMap(([a, b]) =>
    untested.has(JSON.stringify([a.id, b.id])) ? [] : testPairAtLags(subjects, a, b, { maxLagDays, minPairs }),
  );
  return { familySize: tested.length, results: judgeFamily(tested, falseDiscoveryRate), tautologies };
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
