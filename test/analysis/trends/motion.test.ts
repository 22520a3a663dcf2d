import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeMotion } from '../../../src/analysis/trends/motion.ts';
import { testTrend } from '../../../src/analysis/trends/trend.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

const seriesOf = (days: number, valueOf: (day: number) => number) =>
  Float64Array.from({ length: days }, (_, i) => valueOf(i));

describe('describeMotion', () => {
  it('is the slope of the last four weeks, and how it differs from the four before, a day', () => {
    const bend = seriesOf(70, (day) => (day < 42 ? 2 * day : 84 + 5 * (day - 42)));
    // Of the 56 days the first 28 rise by 2 a day and the last 28 by 5, whatever was before.
    expect(describeMotion(bend)).toEqual({
      velocity: 5,
      velocityPValue: expect.closeTo(0, 3),
      acceleration: 3 / 28,
      accelerationPValue: 0,
    });
  });

  it('ends with the newest value, and does not mind wild or missing days', () => {
    const line = seriesOf(80, (day) => (day > 63 || day % 3 === 0 ? Number.NaN : day === 50 ? 1e300 : 70 - day / 4));
    const motion = describeMotion(line)!;
    expect(motion.velocity).toBeCloseTo(-0.25, 12);
    expect(motion.acceleration).toBeCloseTo(0, 12);
  });

  it('has no velocity with fewer than 14 values in four weeks, and no acceleration with fewer in those before', () => {
    expect(describeMotion(seriesOf(13, (day) => day))).toBeNull();
    expect(describeMotion(seriesOf(60, (day) => (day % 7 === 0 ? day : Number.NaN)))).toBeNull();
    expect(describeMotion(new Float64Array(0))).toBeNull();
    expect(describeMotion(new Float64Array(40).fill(Number.NaN))).toBeNull();
    const gap = seriesOf(100, (day) => (day > 50 && day < 80 ? Number.NaN : day));
    expect(describeMotion(gap)).toMatchObject({ velocity: 1, acceleration: null, accelerationPValue: null });
    expect(describeMotion(seriesOf(14, (day) => day))).toMatchObject({ velocity: 1, acceleration: null });
  });

  it('stands still where nothing varies', () => {
    expect(describeMotion(new Float64Array(60).fill(0.1))).toEqual({
      velocity: 0,
      velocityPValue: 1,
      acceleration: 0,
      accelerationPValue: 1,
    });
  });

  it('scales with the values and turns round with time', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 1000 }), (seed, scale) => {
        const series = drawAutoregressive(56, 0.4, seedUniform(seed));
        const motion = describeMotion(series)!;
        const scaled = describeMotion(series.map((x) => scale * x))!;
        expect(scaled.velocity / scale).toBeCloseTo(motion.velocity, 9);
        expect(scaled.accelerationPValue).toBeCloseTo(motion.accelerationPValue!, 9);
        expect(motion.velocityPValue).toBe(testTrend(series.subarray(28))!.pValue);
        // Time the other way round changes the sign of every slope and the order of the two.
        expect(describeMotion(series.toReversed())!.acceleration).toBeCloseTo(motion.acceleration!, 9);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the level of the acceleration on noise, and sees a bend', () => {
    const pValuesOf = (phi: number, bend: number) =>
      Array.from({ length: 400 }, (_, seed) =>
        describeMotion(
          drawAutoregressive(56, phi, seedUniform(seed)).map((z, day) => z + bend * Math.max(0, day - 28)),
        ),
      ).map((motion) => motion!.accelerationPValue!);
    const rejected = (pValues: number[]) => pValues.filter((p) => p < 0.05).length / pValues.length;
    for (const phi of [0, 0.3, 0.6]) {
      expect(rejected(pValuesOf(phi, 0)), `φ = ${phi}`).toBeLessThanOrEqual(0.05 + 1.64 * Math.sqrt(0.0475 / 400));
    }
    expect(rejected(pValuesOf(0, 0.1))).toBeGreaterThan(0.6);
  });

  it('answers with finite numbers whatever comes', () => {
    const values = fc.oneof(fc.double(), fc.integer({ min: -2, max: 2 }), fc.constantFrom(1e308, -1e308, 5e-324));
    fc.assert(
      fc.property(fc.array(values, { maxLength: 70 }), (list) => {
        const motion = describeMotion(Float64Array.from(list));
        expect(Object.values(motion ?? {}).every((value) => value === null || Number.isFinite(value))).toBe(true);
      }),
    );
  });
});
