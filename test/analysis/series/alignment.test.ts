import { describe, expect, it } from 'vitest';
import { alignAll, alignSeries, findWindow, type SparseSeries } from '../../../src/analysis/series/alignment.ts';

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
const sparse = (id: string, ...dates: string[]): SparseSeries => ({
  id,
  days: Int32Array.from(dates, day),
  values: Float64Array.from(dates, (_, i) => i + 1),
});

describe('findWindow', () => {
  it('begins on 1 January of the oldest year, and five years before the newest one at the most', () => {
    expect(findWindow([sparse('a', '2026-03-01', '2026-05-01')], day('2026-12-31'))).toEqual({
      firstDay: day('2026-01-01'),
      lastDay: day('2026-05-01'),
    });
    expect(findWindow([sparse('a', '1999-03-01'), sparse('b', '2026-05-01')], day('2026-12-31'))?.firstDay).toBe(
      day('2021-01-01'),
    );
  });

  it('is not moved by a day in the far future, which is a typing error', () => {
    const window = findWindow([sparse('a', '2026-03-01', '2199-05-01')], day('2026-12-31'));
    expect(window).toEqual({ firstDay: day('2026-01-01'), lastDay: day('2026-03-01') });
  });

  it('is none without a value, or with future ones only', () => {
    expect(findWindow([], 0)).toBeNull();
    expect(findWindow([sparse('a', '2199-05-01')], day('2026-12-31'))).toBeNull();
  });
});

describe('alignSeries and alignAll', () => {
  it('puts each value on its day and leaves gaps as NaN', () => {
    const aligned = alignSeries(sparse('a', '2026-01-02', '2026-01-04'), {
      firstDay: day('2026-01-01'),
      lastDay: day('2026-01-05'),
    });
    expect([...aligned]).toEqual([Number.NaN, 1, Number.NaN, 2, Number.NaN]);
  });

  it('begins with the oldest value, and leaves out series that have none in the window', () => {
    const aligned = alignAll(
      [sparse('a', '2026-01-03', '2026-01-04'), sparse('old', '2001-01-01'), sparse('late', '2199-01-01')],
      day('2026-12-31'),
    );
    expect(aligned).toEqual({
      firstDay: day('2026-01-03'),
      length: 2,
      series: [{ id: 'a', values: Float64Array.of(1, 2) }],
    });
  });
});
