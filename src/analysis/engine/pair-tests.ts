import type { ColumnBank } from '../kernels/column-bank.ts';
import { type AdjustedTest, MIN_PAIRS, testAdjusted } from '../correlations/lagged-test.ts';
import { normalCriticalValue } from '../correlations/critical-value.ts';
import type { Member } from './member.ts';

/** What a pair brings to the family: how many tests were made, and those that may be let through. */
export type PairTests = { familySize: number; promising: AdjustedTest[] };

/** Below this |z| a test has p > 0.10 whatever else is known of it: Student's tails are heavier than the normal's. */
const LEAST_Z = normalCriticalValue(0.9);
const METHODS = ['PEARSON', 'SPEARMAN'] as const;

/**
 * Tests a pair at all lags from 0 to `maxLagDays`, both directions and both methods. The kernels give the adjusted
 * coefficients of all lags at once; only those that may reach p ≤ 0.10 with every day worth a whole one are tested in
 * full, one in ten where nothing is going on.
 */
export function testPair(bank: ColumnBank, a: Member, b: Member, maxLagDays: number): PairTests {
  const tests: PairTests = { familySize: 0, promising: [] };
  for (const method of METHODS) {
    const { coefficients, counts } = bank.pearson(a.slots[method], b.slots[method], maxLagDays);
    for (let i = 0; i < coefficients.length; i++) {
      if (counts[i]! < MIN_PAIRS) continue;
      const lag = i - maxLagDays;
      const [driver, outcome] = lag >= 0 ? [a, b] : [b, a];
      if (!isHopeless(coefficients[i]!, counts[i]!)) {
        const test = testAdjusted(driver.prepared[method], outcome.prepared[method], Math.abs(lag), MIN_PAIRS);
        if (test) tests.promising.push(test);
        tests.familySize += Number(test !== null);
      } else if (varyTogether(driver.prepared[method].values, outcome.prepared[method].values, Math.abs(lag))) {
        tests.familySize++;
      }
    }
  }
  return tests;
}
