import { type Dependence, describeDependence } from '../series/autocorrelation.ts';
import { correlateComplete, pairAtLag } from './correlation.ts';
import { type DailySeries, normalizeScale } from '../series/daily-series.ts';
import { BARTLETT_LAGS, effectiveSize } from './effective-size.ts';
import { copyCoefficient } from './near-copy.ts';
import { averageRanks, rankSorted, sortedIndexes } from '../series/ranks.ts';
import { benjaminiHochberg, correlationPValue } from '../distributions/significance.ts';
import { describeShape, gammaTailPValue } from './tail-shape.ts';

export type CorrelationMethod = 'PEARSON' | 'SPEARMAN';
/**
 * One tested pair: `driver` on day t beside `outcome` on day t + `lagDays`; at lag 0 the driver is the earlier one in
 * the input. `n` common days are worth `effectiveN` independent ones. `pValue` is two-sided: Student's t, but never
 * below the gamma tail that skewed or heavy-tailed values call for. `qValue` is the false-discovery rate over the
 * family.
 */
export type CorrelationResult = {
  driver: string;
  outcome: string;
  lagDays: number;
  method: CorrelationMethod;
  coefficient: number;
  n: number;
  effectiveN: number;
  pValue: number;
  qValue: number;
  isSignificant: boolean;
};
export type CorrelationOptions = {
  method: CorrelationMethod;
  maxLagDays: number;
  minPairs?: number /* default 14 */;
  falseDiscoveryRate?: number /* default 0.10 */;
};
/** Two metrics that are one measurement; `coefficient` is Spearman's on the same day. */
export type NearCopy = { a: string; b: string; coefficient: number };
export type CorrelationFamily = { familySize: number; results: CorrelationResult[]; nearCopies: NearCopy[] };

export const MIN_PAIRS = 14;
export const FALSE_DISCOVERY_RATE = 0.1;

type Untested = Omit<CorrelationResult, 'qValue' | 'isSignificant'>;
type Prepared = { id: string; values: Float64Array; sorted: Int32Array; dependence: Dependence };

/**
 * All pairs: at lag 0 each unordered pair once; at lag ≥ 1 both directions (driver leads). Pairs with < minPairs common
 * days or a constant side are not tested and not in the family; neither are near-copies, at any lag. Results come in
 * the order of the input: by pair, then lag, then direction.
 */
export function testCorrelations(series: readonly DailySeries[], options: CorrelationOptions): CorrelationFamily {
  const prepared = series.map((one) => prepare(one, options.method));
  const nearCopies: NearCopy[] = [];
  const tested: Untested[] = [];
  for (const [a, b] of unorderedPairs(prepared)) {
    const coefficient = copyCoefficient(a.values, b.values);
    if (Number.isNaN(coefficient)) tested.push(...testPair(a, b, options));
    else nearCopies.push({ a: a.id, b: b.id, coefficient });
  }
  return { familySize: tested.length, results: judgeFamily(tested, options.falseDiscoveryRate), nearCopies };
}

/** Gives each test its q-value over all of `tested`, taken as one family (Benjamini & Hochberg 1995). Same order. */
export function judgeFamily(
  tested: readonly Untested[],
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

function prepare({ id, values: original }: DailySeries, method: CorrelationMethod): Prepared {
  const values = normalizeScale(original);
  const dependence = describeDependence(method === 'SPEARMAN' ? averageRanks(values) : values, BARTLETT_LAGS);
  return { id, values, sorted: sortedIndexes(values), dependence };
}

function testPair(a: Prepared, b: Prepared, options: CorrelationOptions): Untested[] {
  const tests = [testAtLag(a, b, 0, options)];
  for (let lag = 1; lag <= options.maxLagDays; lag++) {
    tests.push(testAtLag(a, b, lag, options), testAtLag(b, a, lag, options));
  }
  return tests.filter((test) => test !== null);
}

function testAtLag(driver: Prepared, outcome: Prepared, lagDays: number, options: CorrelationOptions): Untested | null {
  const { method, minPairs = MIN_PAIRS } = options;
  const { days, ...raw } = pairAtLag(driver.values, outcome.values, lagDays);
  if (days.length < minPairs) return null;
  const pairs = method === 'SPEARMAN' ? rankPairs(driver, outcome, days, lagDays) : raw;
  const coefficient = correlateComplete(pairs.driver, pairs.outcome);
  const effectiveN = effectiveSize(days, driver.dependence, outcome.dependence);
  const pValue = testCoefficient(coefficient, effectiveN, pairs);
  // NaN: a side is constant, or has an infinite value. One NaN would spoil the whole family's q-values.
  if (Number.isNaN(pValue)) return null;
  return { driver: driver.id, outcome: outcome.id, lagDays, method, coefficient, n: days.length, effectiveN, pValue };
}

function testCoefficient(
  r: number,
  effectiveN: number,
  pairs: { driver: Float64Array; outcome: Float64Array },
): number {
  const floor = gammaTailPValue(r, effectiveN, describeShape(pairs.driver), describeShape(pairs.outcome));
  return Math.max(floor, correlationPValue(r, effectiveN));
}

function rankPairs(driver: Prepared, outcome: Prepared, days: Int32Array, lagDays: number) {
  return { driver: rankOnDays(driver, days, lagDays), outcome: rankOnDays(outcome, days, 0) };
}

/**
 * Ranks over the values on `days`, each moved back by `lagDays`, and over no others. The series was sorted once;
 * walking that order spares a sort per test. Plain loops: this is where most of the time of a family goes.
 */
function rankOnDays({ values, sorted }: Prepared, days: Int32Array, lagDays: number): Float64Array {
  const positions = new Int32Array(values.length).fill(-1);
  for (let i = 0; i < days.length; i++) positions[days[i]! - lagDays] = i;
  const picked = new Float64Array(days.length);
  const order = new Int32Array(days.length);
  let next = 0;
  for (let i = 0; i < sorted.length; i++) {
    const position = positions[sorted[i]!]!;
    if (position < 0) continue;
    picked[position] = values[sorted[i]!]!;
    order[next++] = position;
  }
  return rankSorted(picked, order);
}
