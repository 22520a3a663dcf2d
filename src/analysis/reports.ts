import { type CorrelationFamily, type CorrelationOptions, testCorrelations } from './correlations/correlations.ts';
import { alignAll, type AlignedSeries, type SparseSeries } from './series/alignment.ts';
import { type DayRange, findDayRange } from './series/daily-series.ts';
import { describeMotion, type Motion } from './trends/motion.ts';
import { testTrend, type TrendResult } from './trends/trend.ts';

/** What a person asks about series of their choice, as one value in and one out: the shape a thread takes. */

/** Values later than `limit` are not looked at. Days are counted from 1970-01-01. */
export type ReportInput = { series: SparseSeries[]; limit: number };
/** From the oldest to the newest value looked at; the day before the limit when there is none. */
type Looked = { range: DayRange };
export type CorrelationReport = Looked & CorrelationFamily;
export type TrendReport = Looked & {
  trends: { id: string; trend: TrendResult; motion: Motion | null; range: DayRange }[];
};

/** Every correlation test of one method. */
export function reportCorrelations(input: ReportInput & { options: CorrelationOptions }): CorrelationReport {
  const aligned = alignAll(input.series, input.limit);
  return { range: toRange(aligned, input.limit), ...testCorrelations(aligned, input.options) };
}

/** The trend of each series that has enough values for one. */
export function reportTrends({ series, limit }: ReportInput): TrendReport {
  const aligned = alignAll(series, limit);
  const { firstDay } = aligned;
  const trends = aligned.series.flatMap(({ id, values }) => {
    const trend = testTrend(values);
    const { first, last } = findDayRange(values);
    return trend ? [{ id, trend, motion: describeMotion(values), range: shift({ first, last }, firstDay) }] : [];
  });
  return { range: toRange(aligned, limit), trends };
}

const toRange = ({ firstDay, length }: AlignedSeries, limit: number): DayRange =>
  length > 0 ? shift({ first: 0, last: length - 1 }, firstDay) : { first: limit - 1, last: limit - 1 };

const shift = ({ first, last }: DayRange, days: number): DayRange => ({ first: first + days, last: last + days });
