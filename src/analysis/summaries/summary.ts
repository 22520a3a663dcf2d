import { type Anomaly, findAnomalies } from '../anomalies/anomalies.ts';
import { benjaminiHochberg } from '../distributions/significance.ts';
import { alignSeries, type SparseSeries } from '../series/alignment.ts';
import { isSilence, type Silence } from '../silence.ts';
import { comparePeriods, type PeriodComparison } from './compare-periods.ts';
import { type DayValue, measurePeriod, type PeriodLevels } from './period-levels.ts';

/**
 * The metrics with what is known of them up to the end of the period `from` to `to`, both included. Days are counted from
 * 1970-01-01. On `unfinishedDay` the values of `growing` are sums that still grow.
 */
export type SummaryInput = {
  series: SparseSeries[];
  from: number;
  to: number;
  unfinishedDay: number | null;
  growing: string[];
};

/**
 * A metric's period, its days counted from 1970-01-01. `comparison` is a reason where there is too little past to compare
 * with. `qValue` is the false-discovery rate over all comparisons of the summary. `anomalies` are the days of the period
 * unlike those before.
 */
export type MetricPeriod = Measured & { qValue: number | null; isChanged: boolean };
type Measured = {
  id: string;
  levels: PeriodLevels;
  comparison: PeriodComparison | Silence;
  anomalies: UnusualDay[];
};
export type UnusualDay = Omit<Anomaly, 'index'> & { day: number };

/** The share of false ones among the changes of summaries that is accepted. */
export const SUMMARY_FALSE_DISCOVERY_RATE = 0.1;

/**
 * Every metric with a value in the period or in the one before, in the order of the input. A metric is changed when it is
 * so by itself, p < 0.05, and among all that were compared, q ≤ 0.10 (Benjamini & Hochberg 1995).
 */
export function summarise(input: SummaryInput): MetricPeriod[] {
  const measured = input.series.flatMap((one) => measure(one, input) ?? []);
  const compared = measured.flatMap(({ comparison }) => (isSilence(comparison) ? [] : [comparison]));
  const qValues = benjaminiHochberg(Float64Array.from(compared, ({ pValue }) => pValue));
  return measured.map((metric) => {
    const { comparison } = metric;
    if (isSilence(comparison)) return { ...metric, qValue: null, isChanged: false };
    const qValue = qValues[compared.indexOf(comparison)]!;
    return { ...metric, qValue, isChanged: comparison.isChanged && qValue <= SUMMARY_FALSE_DISCOVERY_RATE };
  });
}

function measure(series: SparseSeries, { from, to, unfinishedDay, growing }: SummaryInput): Measured | null {
  const firstDay = series.days[0] ?? to;
  const values = alignSeries(series, { firstDay, lastDay: to });
  const [first, last] = [from - firstDay, to - firstDay];
  const levels = measurePeriod(values, first, last);
  if (levels.days + levels.previousDays === 0) return null;
  const growingDay = unfinishedDay !== null && growing.includes(series.id) ? unfinishedDay - firstDay : null;
  const finished = values.map((value, day) => (day === growingDay ? Number.NaN : value));
  const unusual = findAnomalies(finished, firstDay, { first, last });
  const toDay = (one: DayValue | null) => one && { ...one, day: firstDay + one.day };
  return {
    id: series.id,
    levels: { ...levels, lowest: toDay(levels.lowest), highest: toDay(levels.highest) },
    comparison: comparePeriods(values, first, last, growingDay),
    anomalies: isSilence(unusual)
      ? []
      : unusual.anomalies.map(({ index, ...anomaly }) => ({ ...anomaly, day: firstDay + index })),
  };
}
