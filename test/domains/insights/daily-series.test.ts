import { describe, expect, it } from 'vitest';
import { alignSeries, historyDays, toRange } from '../../../src/domains/insights/daily-series.ts';

describe('alignSeries', () => {
  it('puts series side by side, with NaN for days without a value', () => {
    const aligned = alignSeries([
      { metricId: 'a', dates: ['2026-01-02', '2026-01-04'], values: [1, 2] },
      { metricId: 'b', dates: ['2026-01-01'], values: [3] },
    ]);
    expect(aligned.series.map(({ values }) => [...values])).toEqual([
      [NaN, 1, NaN, 2],
      [3, NaN, NaN, NaN],
    ]);
    expect(toRange(aligned, 0, 3)).toEqual({ from: '2026-01-01', to: '2026-01-04' });
  });

  it('forgets what lies further back than the history', () => {
    const aligned = alignSeries([{ metricId: 'a', dates: ['1990-01-01', '2026-01-01'], values: [1, 2] }]);
    expect(aligned.length).toBe(historyDays);
    expect(aligned.series[0]!.values.filter((value) => !Number.isNaN(value))).toEqual(Float64Array.of(2));
  });

  it('has no days when there is nothing', () => {
    expect(alignSeries([])).toEqual({ firstDay: 0, length: 0, series: [] });
  });
});
