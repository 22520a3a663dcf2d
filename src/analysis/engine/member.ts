import { type CorrelationMethod, type PreparedSeries, prepareSeries } from '../correlations/lagged-test.ts';
import { readCalendar } from '../series/adjust.ts';
import { reportSeries, type SeriesReport } from './series-report.ts';

/** A series within the engine, with all that is computed from it alone. */
export type Member = {
  id: string;
  /** By day from the engine's first one, NaN where there is none; all members are of one length. */
  values: Float64Array;
  report: SeriesReport;
  prepared: Record<CorrelationMethod, PreparedSeries>;
  /** Its number among the members, and the columns of the bank that hold its residuals. */
  place: number;
  slots: Record<CorrelationMethod, number>;
};

/** Computes all that depends on this series alone. */
export function createMember(id: string, values: Float64Array, firstDay: number, place: number): Member {
  const series = { id, values };
  const calendar = readCalendar(values, firstDay);
  const prepared = {
    PEARSON: prepareSeries(series, firstDay, 'PEARSON', calendar),
    SPEARMAN: prepareSeries(series, firstDay, 'SPEARMAN', calendar),
  };
  const slots = { PEARSON: 2 * place, SPEARMAN: 2 * place + 1 };
  return { id, values, report: reportSeries(values, firstDay), prepared, place, slots };
}
