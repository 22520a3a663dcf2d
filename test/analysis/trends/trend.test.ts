import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreKendall } from '../../../src/analysis/trends/mann-kendall.ts';
import { testTrend } from '../../../src/analysis/trends/trend.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';
import { references } from '../references.ts';

/** A daily series with these values on these days and nothing in between. */
function spread(days: number[], values: number[]): Float64Array {
  const series = new Float64Array(days.at(-1)! + 1).fill(Number.NaN);
  days.forEach((day, i) => {
    series[day] = values[i]!;
  });
  return series;
}

describe('testTrend', () => {
  it.each(references.trends)('agrees with SciPy: $name', (reference) => {
    const trend = testTrend(spread(reference.days, reference.values))!;
    expect(trend.slopePerDay).toBeCloseTo(reference.slope, 12);
    expect(trend.intercept).toBeCloseTo(reference.intercept, 9);
    expect(trend.strength).toBeCloseTo(reference.tau, 12);
    const { score, variance } = scoreKendall(Float64Array.from(reference.values));
    expect(score).toBe(reference.score);
    expect(variance).toBeCloseTo(reference.variance, 9);
  });

  it('names a clear direction, and STEADY what might be chance', () => {
    const noise = drawAutoregressive(120, 0.3, seedUniform(5));
    expect(testTrend(noise.map((x, day) => x + 0.05 * day))!.direction).toBe('RISING');
    expect(testTrend(noise.map((x, day) => x - 0.05 * day))!.direction).toBe('FALLING');
    expect(testTrend(noise)!.direction).toBe('STEADY');
  });

  it('takes a straight line for a trend, however it is rounded', () => {
    const line = Float64Array.from({ length: 10 }, (_, day) => 0.1 * day + 80);
    expect(testTrend(line)).toMatchObject({
      direction: 'RISING',
      strength: 1,
      n: 10,
      slopePerDay: expect.closeTo(0.1, 9),
    });
  });

  it('has no answer for fewer than ten values or constant ones', () => {
    const rising = Float64Array.from({ length: 10 }, (_, day) => (day === 4 ? Number.NaN : day));
    expect(testTrend(rising)).toBeNull();
    expect(testTrend(new Float64Array(30).fill(0.1))).toBeNull();
    expect(testTrend(new Float64Array(0))).toBeNull();
  });

  it('does not care for units and mirrors with the values', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: -500, max: 500 }),
        (seed, scale, shift) => {
          const values = drawAutoregressive(40, 0.5, seedUniform(seed)).map((x, day) => x + day / 30);
          const trend = testTrend(values)!;
          const scaled = testTrend(values.map((x) => scale * x + shift))!;
          const mirrored = testTrend(values.map((x) => -x))!;
          expect(scaled.slopePerDay / scale).toBeCloseTo(trend.slopePerDay, 9);
          expect(scaled.pValue).toBeCloseTo(trend.pValue, 9);
          expect(mirrored).toMatchObject({
            slopePerDay: expect.closeTo(-trend.slopePerDay, 9),
            // Close to, because 0 mirrored is -0.
            strength: expect.closeTo(-trend.strength, 12),
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps its level on noise that depends on its past', () => {
    for (const phi of [0, 0.6, 0.85]) {
      const falls = Array.from({ length: 400 }, (_, seed) =>
        testTrend(drawAutoregressive(120, phi, seedUniform(seed)))!,
      ).filter(({ direction }) => direction !== 'STEADY');
      expect(falls.length / 400, `φ = ${phi}`).toBeLessThanOrEqual(0.05 + 1.64 * Math.sqrt((0.05 * 0.95) / 400));
    }
  });

  it('still sees a rise of two standard deviations over four months of such noise', () => {
    const seen = Array.from({ length: 100 }, (_, seed) => drawAutoregressive(120, 0.6, seedUniform(seed)))
      .map((noise) => testTrend(noise.map((x, day) => x + 0.02 * day))!)
      .filter(({ direction }) => direction === 'RISING');
    expect(seen.length).toBeGreaterThanOrEqual(85);
  });

  it('does not care for missing days at the ends, and turns round with time', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const values = drawAutoregressive(40, 0.5, seedUniform(seed)).map((x, day) => x + day / 30);
        const trend = testTrend(values)!;
        const padded = testTrend(Float64Array.of(Number.NaN, ...values, Number.NaN, Number.NaN))!;
        expect(padded).toEqual({ ...trend, intercept: expect.closeTo(trend.intercept - trend.slopePerDay, 9) });
        expect(testTrend(values.toReversed())).toMatchObject({
          slopePerDay: expect.closeTo(-trend.slopePerDay, 9),
          pValue: expect.closeTo(trend.pValue, 9),
          strength: expect.closeTo(-trend.strength, 12),
        });
      }),
      { numRuns: 50 },
    );
  });

  it('is not moved by a wild day, nor by values at the ends of the range of doubles', () => {
    const line = Float64Array.from({ length: 40 }, (_, day) => (day === 20 ? 1e308 : 0.5 * day));
    expect(testTrend(line)).toMatchObject({ direction: 'RISING', slopePerDay: 0.5 });
    const fromEndToEnd = Float64Array.from({ length: 40 }, (_, day) => (day / 19.5 - 1) * 1.7e308);
    expect(testTrend(fromEndToEnd)).toMatchObject({ direction: 'RISING', strength: 1 });
    const tiny = Float64Array.from({ length: 40 }, (_, day) => day * 1e-310);
    expect(testTrend(tiny)).toMatchObject({ direction: 'RISING', slopePerDay: expect.closeTo(1e-310, 300) });
  });

  it('answers with finite numbers whatever comes', () => {
    const numbers = fc.oneof(fc.double(), fc.integer({ min: -2, max: 2 }), fc.constantFrom(1e308, -1e308, 5e-324));
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 5, maxLength: 60 }), fc.nat({ max: 2000 }), (list, start) => {
        const series = Float64Array.from([...Array.from({ length: start }, () => Number.NaN), ...list]);
        const { direction: _, ...figures } = testTrend(series) ?? { direction: null };
        expect(Object.values(figures).every(Number.isFinite)).toBe(true);
      }),
    );
  });
});
