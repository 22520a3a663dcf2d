import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseThreshold } from '../../../src/analysis/correlations/threshold.ts';
import { drawNormal, seedUniform } from '../noise.ts';

const draw = (seed: number, shape: (z: number) => number) => {
  const uniform = seedUniform(seed);
  return Float64Array.from({ length: 101 }, () => shape(drawNormal(uniform)));
};

describe('chooseThreshold', () => {
  it.each([
    ['steps', draw(1, (z) => Math.round(7800 + 3000 * z)), 8000],
    ['hours of sleep', draw(2, (z) => 7.4 + 0.9 * z), 7.5],
    ['a rating', Float64Array.of(1, 2, 3, 3, 3, 4, 4, 4, 4, 5), 4],
    ['drinks, mostly none', Float64Array.of(0, 0, 0, 0, 0, 0, 1, 2, 0, 3), 1],
    ['tiny numbers', draw(2, (z) => 1e-6 * (7.4 + 0.9 * z)), 7.5e-6],
  ])('is a round number near the middle: %s', (_, values, expected) => {
    expect(chooseThreshold(values)).toBeCloseTo(expected, 10);
  });

  it('is a multiple of the steps that are asked for: half hours, in seconds', () => {
    const seconds = draw(3, (z) => Math.round(3600 * (7.4 + 0.9 * z)));
    expect(chooseThreshold(seconds, [300, 1800])! % 1800).toBe(0);
    const minutes = draw(4, (z) => Math.round(60 * (11 + 2 * z)));
    expect(chooseThreshold(minutes, [60, 300, 1800])! % 60).toBe(0);
  });

  it('is a value where no step is fine enough, and null for a constant', () => {
    expect(chooseThreshold(Float64Array.of(1, 2, 3, 4), [1000])).toBe(3);
    expect(chooseThreshold(new Float64Array(20).fill(0.1))).toBeNull();
    expect(chooseThreshold(new Float64Array(0))).toBeNull();
  });

  it('leaves at least four fifths of the evenest split on the smaller side, whatever the values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 5 })), {
          minLength: 2,
          maxLength: 60,
        }),
        (list) => {
          const values = Float64Array.from(list);
          const threshold = chooseThreshold(values);
          const smaller = (cut: number) => {
            const above = values.filter((value) => value >= cut).length;
            return Math.min(above, values.length - above);
          };
          const best = Math.max(...values.map(smaller));
          // Null where no cut leaves anything on the smaller side.
          expect(threshold === null).toBe(best === 0);
          expect(Number.isFinite(threshold ?? 0)).toBe(true);
          expect(smaller(threshold ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(0.8 * best);
        },
      ),
    );
  });
});
