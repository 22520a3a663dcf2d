import { describe, expect, it } from 'vitest';
import { autocorrelations, correctPhi } from '../../../src/analysis/series/autocorrelation.ts';
import { countDistances, effectiveSize, weighDistances } from '../../../src/analysis/correlations/effective-size.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';
import { references, toSeries } from './reference-values.ts';

const everyDay = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
const exact = (phi: number) => Float64Array.from({ length: 31 }, (_, k) => phi ** k);

describe('autocorrelations', () => {
  it.each(references.autocorrelations)("are statsmodels': $name", ({ values, acf }) => {
    autocorrelations(toSeries(values), 10).forEach((value, lag) => expect(value).toBeCloseTo(acf[lag]!, 9));
  });

  it('find a weekly rhythm through missing days', () => {
    const values = Float64Array.from({ length: 140 }, (_, day) =>
      day % 5 === 0 ? Number.NaN : Math.cos((day * 2 * Math.PI) / 7),
    );
    const [, r1, , , , , , r7] = autocorrelations(values, 7);
    expect(r1).toBeCloseTo(Math.cos((2 * Math.PI) / 7), 1);
    expect(r7).toBeCloseTo(1, 1);
  });

  it('are 0 at lags that no two values are apart, and for a constant', () => {
    const weekly = Float64Array.from({ length: 70 }, (_, day) => (day % 7 === 0 ? Math.sin(day) : Number.NaN));
    expect([...autocorrelations(weekly, 6)]).toEqual([1, 0, 0, 0, 0, 0, 0]);
    expect([...autocorrelations(new Float64Array(20).fill(3), 2)]).toEqual([1, 0, 0]);
  });

  it('give φ without its bias', () => {
    const short = Array.from({ length: 2000 }, (_, seed) => drawAutoregressive(30, 0.6, seedUniform(seed)));
    const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    expect(mean(short.map((values) => autocorrelations(values, 1)[1]!))).toBeLessThan(0.53);
    expect(
      Math.abs(mean(short.map((values) => correctPhi(autocorrelations(values, 1)[1]!, 30, 1))) - 0.6),
    ).toBeLessThan(0.04);
    expect(correctPhi(1, 20, 1)).toBe(0.99);
  });
});

describe('effectiveSize', () => {
  it("is Bartlett's formula when no day is missing", () => {
    const phi = 0.36;
    const sum = Array.from({ length: 30 }, (_, i) => (1 - (i + 1) / 100) * phi ** (i + 1)).reduce((a, b) => a + b);
    expect(effectiveSize(everyDay(100), exact(0.6), exact(0.6))).toBeCloseTo(100 / (1 + 2 * sum), 6);
  });

  it('counts pairs far apart for more than pairs on successive days', () => {
    const weekly = everyDay(100).map((day) => day * 7);
    expect(effectiveSize(weekly, exact(0.6), exact(0.6))).toBeGreaterThan(99);
  });

  it('never exceeds n, even where series swing to and fro', () => {
    expect(effectiveSize(everyDay(50), exact(-0.7), exact(0.7))).toBe(50);
  });

  it('looks back as far as both know, and no further', () => {
    expect(effectiveSize(everyDay(50), exact(0.9).subarray(0, 2), exact(0.9))).toBeCloseTo(
      50 / (1 + 2 * 0.98 * 0.81),
      9,
    );
    expect(effectiveSize(everyDay(50), exact(0.9).subarray(0, 1), exact(0.9))).toBe(50);
  });

  it('counts the same days the same way, gaps or no gaps', () => {
    // Two years apart two months are two months: only the distances within each matter.
    const apart = Int32Array.from([...everyDay(40), ...everyDay(40).map((day) => day + 730)]);
    const one = effectiveSize(everyDay(40), exact(0.5), exact(0.5));
    expect(effectiveSize(apart, exact(0.5), exact(0.5))).toBeCloseTo(2 * one, 9);
  });
});

describe('countDistances', () => {
  it.each([0, 1, 14, 60])('counts pairs of days up to %i days apart', (furthest) => {
    const uniform = seedUniform(furthest);
    for (const days of [everyDay(40), everyDay(90).filter(() => uniform() < 0.6)]) {
      const expected = Array.from(
        { length: furthest + 1 },
        (_, k) => days.filter((day) => days.includes(day + k)).length,
      );
      expect([...countDistances(days, furthest)]).toEqual(expected);
    }
  });

  it('may count further than what is asked of the days', () => {
    const days = everyDay(90).filter((day) => day % 5 > 0);
    const [a, b] = [exact(0.6).subarray(0, 8), exact(0.7)];
    expect(weighDistances(countDistances(days, 50), a, b)).toBe(effectiveSize(days, a, b));
  });
});
