import { normalCriticalValue } from '../correlations/critical-value.ts';
import {
  type AdjustedTest,
  type CorrelationMethod,
  MIN_PAIRS,
  newsFor,
  type PreparedSeries,
  testAdjusted,
} from '../correlations/lagged-test.ts';
import { correlationPValue } from '../distributions/significance.ts';
import type { ColumnBank } from '../kernels/column-bank.ts';
import type { LagProfile } from '../kernels/lag-profile.ts';
import type { Relation } from './findings.ts';
import type { Member } from './member.ts';

/** Days by which an outcome may follow its driver. */
export const MAX_LAG_DAYS = 14;
/** Below this |z| a test has p > 0.10 whatever else is known of it: Student's tails are heavier than the normal's. */
const LEAST_Z = normalCriticalValue(0.9);
const METHODS: readonly CorrelationMethod[] = ['PEARSON', 'SPEARMAN'];
const LAGS = 2 * MAX_LAG_DAYS + 1;

/**
 * The tests of a pair, at 14 + lag for Pearson's and 29 behind that for Spearman's; at a lag < 0 b leads. Made in full
 * only when asked for: see families.ts.
 */
export type PairTests = {
  a: Member;
  b: Member;
  /** How many tests were made. */
  familySize: number;
  /** A lower bound of each test's p-value, 1 where that is above 0.10, NaN where no test was made. */
  bounds: Float64Array;
  /** Those made in full so far. */
  full: Map<number, AdjustedTest>;
  /** What was found of the pair the last time, by test and by how the driver is kept. */
  described: Map<string, Described>;
};
/** A relation short of what depends on others. */
export type Described = Omit<Relation, 'qValue' | 'familySize'>;

/**
 * Tests a pair at the lags from 0 to 14 days, both directions and both methods, as far as the kernels can: they give the
 * coefficients of all lags at once, and a p-value that would be right if every day were worth a whole one.
 * @param bank holds the news of both in their slots
 * @param spare a slot of the bank that nobody else uses
 */
export function testPair(bank: ColumnBank, spare: number, a: Member, b: Member): PairTests {
  const bounds = new Float64Array(METHODS.length * LAGS).fill(Number.NaN);
  const tests: PairTests = { a, b, familySize: 0, bounds, full: new Map(), described: new Map() };
  for (const [row, method] of METHODS.entries()) {
    const [x, y] = [a.prepared[method], b.prepared[method]];
    const own = bank.pearson(a.slots[method], b.slots[method], MAX_LAG_DAYS);
    const face = (driver: PreparedSeries, outcome: PreparedSeries, slot: number): LagProfile | null => {
      const news = newsFor(driver, outcome, 1);
      if (news === driver.news) return null;
      bank.set(spare, news.values);
      return bank.pearson(spare, slot, MAX_LAG_DAYS);
    };
    const [ahead, behind] = [face(x, y, b.slots[method]), face(y, x, a.slots[method])];
    for (let lag = -MAX_LAG_DAYS; lag <= MAX_LAG_DAYS; lag++) {
      const facing = lag > 0 ? ahead : lag < 0 ? behind : null;
      const [profile, at] = facing ? [facing, MAX_LAG_DAYS + Math.abs(lag)] : [own, MAX_LAG_DAYS + lag];
      const bound = findBound(x, y, lag, profile.coefficients[at]!, profile.counts[at]!);
      bounds[row * LAGS + MAX_LAG_DAYS + lag] = bound;
      tests.familySize += Number(!Number.isNaN(bound));
    }
  }
  return tests;
}

/** The test in full. It has a bound, so it can be made. */
export function testInFull(tests: PairTests, index: number): AdjustedTest {
  const known = tests.full.get(index);
  if (known) return known;
  const method = METHODS[Math.floor(index / LAGS)]!;
  const lag = (index % LAGS) - MAX_LAG_DAYS;
  const [driver, outcome] = lag >= 0 ? [tests.a, tests.b] : [tests.b, tests.a];
  const test = testAdjusted(driver.prepared[method], outcome.prepared[method], Math.abs(lag))!;
  tests.full.set(index, test);
  return test;
}

function findBound(x: PreparedSeries, y: PreparedSeries, lag: number, r: number, n: number): number {
  if (n < MIN_PAIRS) return Number.NaN;
  const isVaried = lag >= 0 ? varyTogether(x, y, lag, n) : varyTogether(y, x, -lag, n);
  if (!isVaried) return Number.NaN;
  // NaN: nothing is left of a side.
  const isHopeless = !(r * r * (n - 2) >= LEAST_Z * LEAST_Z * (1 - r * r));
  return isHopeless ? 1 : correlationPValue(r, n * (1 - Math.max(x.fittedShare, y.fittedShare)));
}

/** Whether both sides vary over their n common days: surely when no value comes as often as that. */
function varyTogether(driver: PreparedSeries, outcome: PreparedSeries, lagDays: number, n: number): boolean {
  if (n > driver.mostTied && n > outcome.mostTied) return true;
  const [a, b] = [driver.values, outcome.values];
  let first = -1;
  let isVariedA = false;
  let isVariedB = false;
  for (let day = lagDays; day < b.length && !(isVariedA && isVariedB); day++) {
    if (Number.isNaN(a[day - lagDays]!) || Number.isNaN(b[day]!)) continue;
    if (first < 0) first = day;
    isVariedA ||= a[day - lagDays] !== a[first - lagDays];
    isVariedB ||= b[day] !== b[first];
  }
  return isVariedA && isVariedB;
}
