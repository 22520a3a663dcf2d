import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairAtLag, pearson, spearman } from '../../../src/analysis/correlations/correlation.ts';
import { drawNormal, seedUniform } from '../noise.ts';
import { references } from '../references.ts';

const { NaN: missing } = Number;

describe('pearson and spearman', () => {
  it.each(references.correlations)('agree with SciPy: $name', (reference) => {
    const [a, b] = [Float64Array.from(reference.a), Float64Array.from(reference.b)];
    expect(pearson(a, b)).toBeCloseTo(reference.pearson, 9);
    expect(spearman(a, b)).toBeCloseTo(reference.spearman, 12);
  });

  it('look only at days on which both have a value', () => {
    const a = Float64Array.of(1, 2, missing, 4, 7, 90);
    const b = Float64Array.of(2, 1, 50, 5, 6, missing);
    const [completeA, completeB] = [Float64Array.of(1, 2, 4, 7), Float64Array.of(2, 1, 5, 6)];
    expect(pearson(a, b)).toBe(pearson(completeA, completeB));
    expect(spearman(a, b)).toBeCloseTo(0.8, 12);
  });

  it('have no answer when a side is constant, whatever rounding does to its mean', () => {
    const flat = new Float64Array(11).fill(0.1);
    const rising = flat.map((_, i) => i);
    expect(pearson(flat, rising)).toBeNaN();
    expect(spearman(rising, flat)).toBeNaN();
    expect(pearson(new Float64Array(0), new Float64Array(0))).toBeNaN();
  });

  it('hold up to the ends of the range of doubles', () => {
    const [a, b] = [Float64Array.of(1, 2, 4, 8), Float64Array.of(2, 1, 5, 6)];
    for (const scale of [Number.MAX_VALUE / 8, 2 ** -1050]) {
      expect(
        pearson(
          a.map((x) => scale * x),
          b,
        ),
      ).toBeCloseTo(pearson(a, b), 9);
    }
  });

  it('do not care for units, order or direction of time', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: -1000, max: 1000 }),
        (seed, scale, shift) => {
          const uniform = seedUniform(seed);
          const a = Float64Array.from({ length: 25 }, () => drawNormal(uniform));
          const b = Float64Array.from({ length: 25 }, () => drawNormal(uniform));
          for (const correlate of [pearson, spearman]) {
            const r = correlate(a, b);
            expect(correlate(b, a)).toBeCloseTo(r, 9);
            expect(
              correlate(
                a.map((x) => scale * x + shift),
                b,
              ),
            ).toBeCloseTo(r, 9);
            expect(
              correlate(
                a.map((x) => -x),
                b,
              ),
            ).toBeCloseTo(-r, 9);
            expect(correlate(a.toReversed(), b.toReversed())).toBeCloseTo(r, 9);
          }
          expect(spearman(a.map(Math.exp), b)).toBeCloseTo(spearman(a, b), 9);
        },
      ),
    );
  });
});

describe('pairAtLag', () => {
  it("puts the driver's day t beside the outcome's day t + lag", () => {
    const pairs = pairAtLag(Float64Array.of(1, missing, 3, 4, 5), Float64Array.of(10, 20, 30, missing, 50), 1);
    expect([...pairs.driver]).toEqual([1, 4]);
    expect([...pairs.outcome]).toEqual([20, 50]);
    expect([...pairs.days]).toEqual([1, 4]);
  });

  it('finds no pairs at a lag longer than the series', () => {
    expect(pairAtLag(Float64Array.of(1, 2), Float64Array.of(1, 2), 3).days).toHaveLength(0);
  });
});
