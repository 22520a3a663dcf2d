import { describe, expect, it } from 'vitest';
import { removeCarryOver } from '../../../src/analysis/correlations/carry-over.ts';
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
    expect(news.autocorrelations).toHaveLength(31);
    expect(Math.max(...news.autocorrelations.slice(1).map(Math.abs))).toBeLessThan(0.08);
    expect(meanSquare(news.values)).toBeCloseTo(1, 1);
    const afterGap = news.values.map((x, day) => (day > 0 && Number.isNaN(gappy[day - 1]!) ? x : missing));
    expect(meanSquare(afterGap)).toBeCloseTo(1, 1);
  });

  it('changes nothing without carry-over', () => {
    const values = drawAutoregressive(30, 0, seedUniform(4));
    expect(removeCarryOver(values, 0).values).toEqual(values);
  });

  it('asks few values about few days back', () => {
    expect(removeCarryOver(new Float64Array(34), 0.3).autocorrelations).toHaveLength(7);
    expect(removeCarryOver(new Float64Array(3).fill(missing), 0.3)).toEqual({
      values: new Float64Array(3).fill(missing),
      autocorrelations: Float64Array.of(1),
    });
  });
});
