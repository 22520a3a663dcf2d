import { normalCriticalValue } from '../distributions/critical-value.ts';
import {
  type AdjustedTest,
  type CorrelationMethod,
  MIN_PAIRS,
  type PreparedSeries,
  testAdjusted,
  varyTogether,
} from '../correlations/lagged-test.ts';
import { profileNews } from '../correlations/news-profile.ts';
import { correlationPValue } from '../distributions/significance.ts';
import type { ColumnBank } from '../kernels/column-bank.ts';
import { FALSE_DISCOVERY_RATE } from './families.ts';
import type { Relation } from './findings.ts';
import type { Member } from './member.ts';

/** Days by which an outcome may follow its driver. */
export const MAX_LAG_DAYS = 14;
/** Below this |z| no test is let through whatever else is known of it: Student's tails are heavier than the normal's. */
const LEAST_Z = normalCriticalValue(1 - FALSE_DISCOVERY_RATE);
const METHODS: readonly CorrelationMethod[] = ['PEARSON', 'SPEARMAN'];
const LAGS = 2 * MAX_LAG_DAYS + 1;

/**
 * The tests of a pair, by number: at 14 + lag for Pearson's and 29 behind that for Spearman's; at a lag < 0 b leads.
 * Made in full only when asked for: see families.ts.
 */
export type PairTests = {
  a: Member;
  b: Member;
  /** How many tests were made. */
  familySize: number;
  /** Those that may be let through, each with a lower bound of its p-value. */
  promising: { test: number; bound: number }[];
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
  const tests: PairTests = { a, b, familySize: 0, promising: [], full: new Map(), described: new Map() };
  for (const [row, method] of METHODS.entries()) {
    const [x, y] = [a.prepared[method], b.prepared[method]];
    const slots = { a: a.slots[method], b: b.slots[method], spare };
    const { coefficients, counts } = profileNews(bank, slots, [x, y], MAX_LAG_DAYS);
    for (let at = 0; at < LAGS; at++) {
      const [lag, n] = [at - MAX_LAG_DAYS, counts[at]!];
      const isMade = n >= MIN_PAIRS && (lag >= 0 ? varyTogether(x, y, lag, n) : varyTogether(y, x, -lag, n));
      if (!isMade) continue;
      tests.familySize++;
      const bound = findBound(x, y, coefficients[at]!, n);
      if (bound <= FALSE_DISCOVERY_RATE) tests.promising.push({ test: row * LAGS + at, bound });
    }
  }
  return tests;
}

/** The test in full. It is promising, so it can be made. */
export function testInFull(tests: PairTests, number: number): AdjustedTest {
  const known = tests.full.get(number);
  if (known) return known;
  const method = METHODS[Math.floor(number / LAGS)]!;
  const lag = (number % LAGS) - MAX_LAG_DAYS;
  const [driver, outcome] = lag >= 0 ? [tests.a, tests.b] : [tests.b, tests.a];
  const test = testAdjusted(driver.prepared[method], outcome.prepared[method], Math.abs(lag))!;
  tests.full.set(number, test);
  return test;
}

/** The p-value if every day were worth a whole one; 1 where it is surely too large. */
function findBound(x: PreparedSeries, y: PreparedSeries, r: number, n: number): number {
  // NaN: nothing is left of a side.
  const isHopeless = !(r * r * (n - 2) >= LEAST_Z * LEAST_Z * (1 - r * r));
  return isHopeless ? 1 : correlationPValue(r, n * (1 - Math.max(x.fittedShare, y.fittedShare)));
}
