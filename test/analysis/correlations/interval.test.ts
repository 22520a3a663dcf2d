import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalOf } from '../../../src/analysis/correlations/interval.ts';
import { prepareSeries, testAtLag } from '../../../src/analysis/correlations/lagged-test.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';
import { references } from './effect-references.ts';

function coverage(method: 'PEARSON' | 'SPEARMAN', phi: number, r: number): number {
  const truth = method === 'PEARSON' ? r : (6 / Math.PI) * Math.asin(r / 2);
  const holds = Array.from({ length: 200 }, (_, seed) => {
    const uniform = seedUniform(seed);
    const [a, rest] = [drawAutoregressive(120, phi, uniform), drawAutoregressive(120, phi, uniform)];
    const b = a.map((value, day) => r * value + Math.sqrt(1 - r * r) * rest[day]!);
    const [x, y] = [a, b].map((values, i) => prepareSeries({ id: String(i), values }, 0, method));
    const test = testAtLag(x!, y!, 0)!;
    const { low, high } = intervalOf(test.adjustedCoefficient, test.effectiveN, method);
    return Number(low <= truth && truth <= high);
  });
  return holds.reduce((sum, one) => sum + one, 0) / holds.length;
}

describe('intervalOf', () => {
  it.each(references.intervals)('agrees with SciPy for r = $r, n = $n', ({ n, r, rho, usual, strict, spearman }) => {
    const close = ([low, high]: [number, number]) => ({ low: expect.closeTo(low, 9), high: expect.closeTo(high, 9) });
    expect(intervalOf(r, n, 'PEARSON')).toEqual(close(usual));
    expect(intervalOf(r, n, 'PEARSON', 0.99)).toEqual(close(strict));
    expect(intervalOf(rho, n, 'SPEARMAN')).toEqual(close(spearman));
  });

  it('is within [-1, 1] around r, and open where little is known', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true }), (r, n) => {
        for (const method of ['PEARSON', 'SPEARMAN'] as const) {
          const { low, high } = intervalOf(r, n, method);
          expect(low).toBeGreaterThanOrEqual(-1);
          expect(high).toBeLessThanOrEqual(1);
          expect(low).toBeLessThanOrEqual(r + 1e-12);
          expect(high).toBeGreaterThanOrEqual(r - 1e-12);
        }
      }),
    );
    expect(intervalOf(0.9, 3, 'PEARSON')).toEqual({ low: -1, high: 1 });
    expect(intervalOf(Number.NaN, 50, 'PEARSON')).toEqual({ low: -1, high: 1 });
    expect(intervalOf(1, 50, 'SPEARMAN')).toEqual({ low: 1, high: 1 });
  });

  it.each([
    ['PEARSON', 0.85, 0],
    ['PEARSON', 0.6, 0.6],
    ['SPEARMAN', 0.6, 0.3],
  ] as const)('holds the true value as often as it says: %s, φ = %d, r = %d', (method, phi, r) => {
    expect(coverage(method, phi, r)).toBeGreaterThan(0.915);
  });
});
