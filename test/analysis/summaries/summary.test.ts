import { describe, expect, it } from 'vitest';
import type { SparseSeries } from '../../../src/analysis/series/alignment.ts';
import type { PeriodComparison } from '../../../src/analysis/summaries/compare-periods.ts';
import { summarise } from '../../../src/analysis/summaries/summary.ts';
import { drawAutoregressive, drawPerson, seedUniform } from '../noise.ts';

/** 2026-01-01. */
const firstDay = 20_454;
const noSums = { unfinishedDay: null, growing: [] };

const toSparse = ({ id, values }: { id: string; values: Float64Array }): SparseSeries => {
  const days = Int32Array.from(values.keys()).filter((day) => !Number.isNaN(values[day]!));
  return { id, days: days.map((day) => firstDay + day), values: Float64Array.from(days, (day) => values[day]!) };
};

/** The summary of a week that ends on the given index. */
const summariseWeek = (series: { id: string; values: Float64Array }[], last: number) =>
  summarise({ series: series.map(toSparse), from: firstDay + last - 6, to: firstDay + last, ...noSums });

describe('summarise', () => {
  it('keeps the rate of false changes over all metrics of a summary', () => {
    // 10 % of 200 are 20 ± 4.2.
    const withChange = Array.from({ length: 200 }, (_, seed) => drawPerson(seed + 1, 10, 180, 0.5)).filter((series) =>
      summariseWeek(series, 179).some(({ isChanged }) => isChanged),
    );
    expect(withChange.length).toBeLessThanOrEqual(30);
  });

  it('finds the one that changed among those that did not', () => {
    const found = Array.from({ length: 40 }, (_, seed) => {
      const series = drawPerson(seed + 1, 10, 365, 0.3);
      series[4]!.values = series[4]!.values.map((z, day) => (day >= 358 ? z + 3 : z));
      return summariseWeek(series, 364)[4]!;
    });
    expect(found.filter(({ isChanged }) => isChanged).length).toBeGreaterThan(30);
  });

  it('gives q over those compared alone, whatever else has values', () => {
    const long = drawAutoregressive(60, 0, seedUniform(1)).map((z, day) => (day >= 53 ? z + 4 : z));
    const short = long.map((z, day) => (day >= 50 ? z : Number.NaN));
    const [first, second, third] = summariseWeek(
      [
        { id: 'long', values: long },
        { id: 'short', values: short },
        { id: 'flat', values: new Float64Array(60).fill(3) },
      ],
      59,
    );
    expect(first).toMatchObject({ id: 'long', isChanged: true });
    expect(first!.qValue).toBe((first!.comparison as PeriodComparison).pValue);
    expect(second).toMatchObject({ levels: { days: 7, previousDays: 3 }, qValue: null, isChanged: false });
    expect(third).toMatchObject({ comparison: { reason: 'CONSTANT' }, qValue: null, isChanged: false });
  });

  it('names the days of the lowest and the highest value', () => {
    const [summary] = summariseWeek([{ id: 'a', values: Float64Array.of(9, 9, 9, 4, 1, 2, 3, 8, 5, 5) }], 9);
    expect(summary!.levels).toMatchObject({
      lowest: { day: firstDay + 4, value: 1 },
      highest: { day: firstDay + 7, value: 8 },
    });
  });

  it('leaves out what has no value in either period, and later values', () => {
    const old = { id: 'old', values: new Float64Array(20).fill(1) };
    expect(summariseWeek([old], 46)).toEqual([]);
    expect(summariseWeek([{ id: 'later', values: old.values }], -1)).toEqual([]);
    expect(summariseWeek([], 6)).toEqual([]);
    expect(summariseWeek([{ id: 'empty', values: new Float64Array() }], 6)).toEqual([]);
  });

  it('takes the unfinished day only from the sums that still grow', () => {
    const values = drawAutoregressive(60, 0, seedUniform(3));
    const series = ['sum', 'mean'].map((id) => toSparse({ id, values }));
    const today = firstDay + 59;
    const [sum, mean] = summarise({ series, from: today, to: today, unfinishedDay: today, growing: ['sum'] });
    expect(sum).toMatchObject({ comparison: { reason: 'NOT_APPLICABLE' }, levels: { days: 1 } });
    expect(mean).toMatchObject({ comparison: { days: 1 } });
  });
});
