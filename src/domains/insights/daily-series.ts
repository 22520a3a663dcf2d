import type { DailySeries } from '../../analysis/series/daily-series.ts';
import { fromDayNumber, toDayNumber } from '../../kernel/civil-time.ts';
import type { BucketedSeries, DayRange } from '../entries/series.ts';

/** Days an analysis looks back from the newest entry: what held years ago is not what holds now. */
export const historyDays = 1095;

/** Series of one length, side by side, day by day; index 0 is `firstDay`. */
export type AlignedSeries = { firstDay: number; length: number; series: DailySeries[] };

/** Puts series side by side on the days from the first to the last value, gaps as NaN, at most `historyDays`. */
export function alignSeries(bucketed: readonly BucketedSeries[]): AlignedSeries {
  const ends = bucketed.filter(({ dates }) => dates.length > 0);
  if (ends.length === 0) return { firstDay: 0, length: 0, series: [] };
  const lastDay = Math.max(...ends.map(({ dates }) => toDayNumber(dates.at(-1)!)));
  const firstDay = Math.max(lastDay - historyDays + 1, Math.min(...ends.map(({ dates }) => toDayNumber(dates[0]!))));
  const length = lastDay - firstDay + 1;
  return { firstDay, length, series: ends.map((one) => align(one, firstDay, length)) };
}

/** The days from one index to another. */
export const toRange = ({ firstDay }: AlignedSeries, first: number, last: number): DayRange => ({
  from: fromDayNumber(firstDay + first),
  to: fromDayNumber(firstDay + last),
});

function align({ metricId, dates, values }: BucketedSeries, firstDay: number, length: number): DailySeries {
  const aligned = new Float64Array(length).fill(Number.NaN);
  dates.forEach((date, i) => {
    const index = toDayNumber(date) - firstDay;
    if (index >= 0) aligned[index] = values[i]!;
  });
  return { id: metricId, values: aligned };
}
