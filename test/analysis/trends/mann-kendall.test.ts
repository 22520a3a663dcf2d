import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreKendall } from '../../../src/analysis/trends/mann-kendall.ts';
import { cases } from './reference-values.ts';

/** S by its definition. */
function sumSigns(values: readonly number[]): number {
  return values.reduce(
    (sum, later, j) => sum + values.slice(0, j).reduce((part, earlier) => part + Math.sign(later - earlier), 0),
    0,
  );
}

describe('scoreKendall', () => {
  it.each(cases)('agrees with SciPy and R: $name', ({ values, tau, z }) => {
    const kendall = scoreKendall(Float64Array.from(values));
    expect(kendall.score).toBe(sumSigns(values));
    expect(kendall.tau).toBeCloseTo(tau, 12);
    expect(kendall.score / Math.sqrt(kendall.variance)).toBeCloseTo(z ?? 1, 10);
  });

  it('counts every pair, whatever the ties', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 2, maxLength: 80 }), (values) => {
        const { score } = scoreKendall(Float64Array.from(values));
        expect(score).toBe(sumSigns(values));
        expect(scoreKendall(Float64Array.from(values.toReversed())).score + score).toBe(0);
      }),
    );
  });
});
