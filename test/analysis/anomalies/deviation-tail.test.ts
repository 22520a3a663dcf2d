import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeviationTail } from '../../../src/analysis/anomalies/deviation-tail.ts';
import { references } from '../patterns/reference-values.ts';

const tailOf = (...sizes: number[]) => new DeviationTail(Float64Array.from(sizes), 5);
const size = fc.double({ min: 0, max: 1000, noNaN: true });

describe('DeviationTail', () => {
  it('ranks what lies within the past', () => {
    const tail = tailOf(1, 2, 3, 4);
    expect([0.5, 2.5, 3, 4].map((one) => tail.findChance(one, 9))).toEqual([0.5, 0.3, 0.3, 0.2]);
  });

  it('takes what lies beyond it for rarer, the lighter the tail the more', () => {
    const light = tailOf(9, 9.5, 9.8, 9.9, 9.95, 9.97, 10);
    const heavy = tailOf(0.01, 0.1, 0.3, 0.8, 1.5, 4, 10);
    // The lightest tail there is, like x⁻⁴.
    expect(light.findChance(20, 9)).toBeCloseTo(0.1 / 16, 12);
    expect(heavy.findChance(20, 9)).toBeGreaterThan(0.05);
    expect(heavy.findChance(20, 9)).toBeLessThan(0.1);
  });

  it('concludes nothing from a past without deviations', () => {
    expect(tailOf().findChance(3, 49)).toBe(0.02);
    expect(tailOf(0, 0, 0).findChance(3, 49)).toBe(0.02);
    expect(tailOf(0, 0).scale).toBe(0);
    expect(tailOf().scale).toBe(0);
  });

  it.each(references.medians)('has the scale SciPy gives: median_abs_deviation', ({ sizes, median }) =>
    expect(tailOf(...sizes).scale).toBeCloseTo(median, 12),
  );

  it('falls back on the mean when most deviations are 0', () => {
    expect(tailOf(0, 0, 0, 0, 5).scale).toBe(1);
  });

  it('has the same answers whether deviations came at once or one by one', () => {
    fc.assert(
      fc.property(fc.array(size, { maxLength: 40 }), fc.array(size, { maxLength: 5 }), size, (before, later, one) => {
        const grown = tailOf(...before);
        for (const more of later) grown.insert(more);
        const whole = tailOf(...before, ...later);
        expect(grown.findChance(one, 60)).toBe(whole.findChance(one, 60));
        expect(grown.scale).toBe(whole.scale);
      }),
    );
  });

  it('has a threshold just above which the chance is small enough', () => {
    const positive = fc.double({ min: 0.01, max: 1000, noNaN: true });
    const past = fc.integer({ min: 45, max: 2000 });
    fc.assert(
      fc.property(fc.array(positive, { minLength: 20, maxLength: 45 }), past, (sizes, n) => {
        const tail = tailOf(...sizes);
        const threshold = tail.findThreshold(0.005, n);
        expect(tail.findChance(threshold * 1.000001, n)).toBeLessThanOrEqual(0.005);
        const isTooLikely = threshold === 0 || tail.findChance(threshold * 0.999999, n) > 0.005;
        expect(isTooLikely).toBe(true);
      }),
    );
  });
});
