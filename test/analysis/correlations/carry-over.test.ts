import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeCarryOver } from '../../../src/analysis/correlations/carry-over.ts';
import { autocorrelations } from '../../../src/analysis/series/autocorrelation.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

const { NaN: missing } = Number;
const meanSquare = (values: Float64Array) => {
  const present = values.filter((x) => !Number.isNaN(x));
  return present.reduce((sum, x) => sum + x * x, 0) / present.length;
};

describe('removeCarryOver', () => {
  it('takes what a day passes on to the next with a value, however far that is', () => {
    const { values } = removeCarryOver(Float64Array.of(2, 3, missing, 1), 0.5);
    expect([...values]).toEqual([
      2,
      expect.closeTo(2 / Math.sqrt(0.75), 12),
      missing,
      expect.closeTo(0.25 / Math.sqrt(1 - 0.0625), 12),
    ]);
  });

  it('leaves independent days of one variance, whatever the gaps', () => {
    const uniform = seedUniform(3);
    const gappy = drawAutoregressive(4000, 0.8, uniform).map((x) => (uniform() < 0.4 ? missing : x));
    const news = removeCarryOver(gappy, 0.8);
    expect(news.autocorrelations).toHaveLength(61);
    expect(Math.max(...news.autocorrelations.slice(1).map(Math.abs))).toBeLessThan(0.08);
    expect(meanSquare(news.values)).toBeCloseTo(1, 1);
    const afterGap = news.values.map((x, day) => (day > 0 && Number.isNaN(gappy[day - 1]!) ? x : missing));
    expect(meanSquare(afterGap)).toBeCloseTo(1, 1);
  });

  it('changes nothing without carry-over', () => {
    const values = drawAutoregressive(30, 0, seedUniform(4));
    expect(removeCarryOver(values, 0).values).toEqual(values);
  });

  it.each([
    [3, 0],
    [34, 6],
    [200, 30],
    [365, 45],
    [1825, 60],
  ])('asks %i values about %i days back', (values, lags) => {
    expect(removeCarryOver(new Float64Array(values), 0.3).autocorrelations).toHaveLength(lags + 1);
  });

  it('knows nothing of a series without values', () => {
    const empty = new Float64Array(3).fill(missing);
    const news = removeCarryOver(empty, 0.3);
    expect(news.values).toEqual(empty);
    expect(news.autocorrelations).toEqual(Float64Array.of(1));
  });

  it('has the autocorrelations that the days have one by one, also with the gaps counted before', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 400 }), fc.constantFrom(0, 0.3, 0.9), (seed, days, gaps) => {
        const uniform = seedUniform(seed);
        const residuals = drawAutoregressive(days, 0.8, uniform).map((x) => (uniform() < gaps ? missing : x));
        const own = removeCarryOver(residuals, 0.8);
        for (const news of [own, removeCarryOver(residuals, 0.3, own.present)]) {
          const { values, autocorrelations: measured } = news;
          expect(measured).toEqual(autocorrelations(values, measured.length - 1));
        }
      }),
    );
  });
});
