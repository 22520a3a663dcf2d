import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianSlope } from '../../../src/analysis/trends/median-slope.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';
import { relativeError } from '../references.ts';
import { cases } from './reference-values.ts';

type Shape = (z: number, day: number) => number;

/** The same by its definition: all slopes, sorted. */
function sortAll(days: Float64Array, values: Float64Array): number {
  const slopes = new Float64Array((days.length * (days.length - 1)) / 2);
  let next = 0;
  for (let j = 1; j < days.length; j++) {
    for (let i = 0; i < j; i++) slopes[next++] = (values[j]! - values[i]!) / (days[j]! - days[i]!);
  }
  slopes.sort();
  return (slopes[Math.ceil(next / 2) - 1]! + slopes[Math.floor(next / 2)]!) / 2;
}

/** More slopes than are simply made, on days with gaps of up to `longestGap`. */
function drawPoints(n: number, longestGap: number, shape: Shape) {
  const uniform = seedUniform(n);
  let day = 0;
  const days = Float64Array.from({ length: n }, () => (day += 1 + Math.floor(longestGap * uniform())));
  return { days, values: drawAutoregressive(n, 0.5, uniform).map((z, i) => shape(z, days[i]!)) };
}

const shapes: [string, Shape][] = [
  ['noise', (z) => z],
  ['rising', (z, day) => z + 0.01 * day],
  ['falling', (z, day) => z - 0.01 * day],
  ['ratings', (z) => Math.max(1, Math.min(5, Math.round(3 + z)))],
  ['yes and no, mostly no', (z) => Number(z > 2)],
  ['a step', (_, day) => Number(day > 300)],
  ['whole numbers on a line', (_, day) => 3 * day - 100],
  ['whole numbers near a line', (z, day) => Math.floor(day / 3 + z)],
  ['tenths, falling', (z, day) => Math.round(10 * (80 + z - day / 50)) / 10],
  ['one huge outlier', (z, day) => (day === 200 ? 1e300 : z + 0.001 * day)],
  ['many huge outliers', (z, day) => (day % 100 < 2 ? 1e20 : z + 0.001 * day)],
  ['the ends of the range of doubles', (z) => (z > 1 ? 1e308 : z < -1 ? -1e308 : z)],
  ['values near the largest double', (z, day) => 1e307 * (z - day / 100)],
];

describe('medianSlope', () => {
  it.each(cases)('agrees with SciPy: $name', ({ days, values, slope }) => {
    const actual = medianSlope({ days: Float64Array.from(days), values: Float64Array.from(values) });
    expect(actual === slope ? 0 : relativeError(actual, slope)).toBeLessThan(1e-10);
  });

  describe.each([
    [500, 0],
    [503, 6],
  ])('of %s points', (n, longestGap) => {
    it.each(shapes)('is exactly the median of all slopes: %s', (_, shape) => {
      const { days, values } = drawPoints(n, longestGap, shape);
      expect(medianSlope({ days, values }) + 0).toBe(sortAll(days, values) + 0);
    });
  });

  it.each([
    ['a line that is not quite one, for rounding', (_: number, day: number) => 0.1 * day + 80],
    ['growth over hundreds of orders of magnitude', (_: number, day: number) => 2 ** (day / 2)],
  ])('is the median of all slopes: %s', (_, shape) => {
    const { days, values } = drawPoints(400, 6, shape);
    expect(relativeError(medianSlope({ days, values }), sortAll(days, values))).toBeLessThan(1e-10);
  });

  it('keeps the digits of the smallest values', () => {
    const values = Float64Array.from({ length: 12 }, (_, day) => day * 1e-320);
    expect(medianSlope({ days: Float64Array.from(values.keys()), values })).toBe(1e-320);
  });

  it('turns with the values, scales with them, does not care where they start, and mirrors in time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 190, maxLength: 260 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: -100, max: 100 }),
        (list, scale, turn) => {
          const values = Float64Array.from(list);
          const days = Float64Array.from(values.keys());
          const slope = medianSlope({ days, values });
          expect(medianSlope({ days, values: values.map((x) => scale * x) }) / scale).toBeCloseTo(slope, 9);
          expect(medianSlope({ days, values: values.map((x, day) => x + turn * day) }) - turn).toBeCloseTo(slope, 9);
          expect(medianSlope({ days: days.map((day) => day + scale), values })).toBe(slope);
          expect(medianSlope({ days, values: values.toReversed() })).toBeCloseTo(-slope, 12);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes 5000 points in a small part of the time that all slopes take', () => {
    const { days, values } = drawPoints(5000, 0, (z, day) => z + day / 5000);
    const time = (run: () => unknown) => {
      const start = performance.now();
      run();
      return performance.now() - start;
    };
    const own = Math.min(...Array.from({ length: 5 }, () => time(() => medianSlope({ days, values }))));
    expect(own).toBeLessThan(time(() => sortAll(days, values)) / 8);
  });
});
