import type { Metric } from '../../../generated/prisma/client.ts';
import { isSilence } from '../../analysis/silence.ts';
import type { DayValue } from '../../analysis/summaries/period-levels.ts';
import type { MetricPeriod } from '../../analysis/summaries/summary.ts';
import { fromDayNumber } from '../../kernel/civil-time.ts';
import type { DayEntries } from '../entries/day-entries.ts';
import { describeAnomaly } from './sentences/days.ts';
import { describeSummarySilence } from './sentences/summary.ts';

/** A value of one day and the entries it is made of. */
export type MetricDay = { date: string; value: number; entryIds: string[] };

/** One metric's period beside the one before. */
export type MetricSummary = {
  metricId: string;
  level: number | null;
  previousLevel: number | null;
  difference: number | null;
  /** How much it usually differs; null, as all of the comparison, when `silence` says why. */
  usualDifference: number | null;
  zScore: number | null;
  pValue: number | null;
  qValue: number | null;
  pastPeriods: number | null;
  isChanged: boolean;
  days: number;
  previousDays: number;
  highest: MetricDay | null;
  lowest: MetricDay | null;
  /** Of both periods, the newest day first. */
  entryIds: string[];
  entryCount: number;
  silence: string | null;
};

/** A day unlike the days before it. */
export type StandoutDay = {
  metricId: string;
  date: string;
  value: number;
  expected: number;
  /** In MADs. */
  deviation: number;
  pValue: number;
  sentence: string;
  entryIds: string[];
};

/** Ids of entries that one day, and one metric, name at most. */
export const idsMax = { day: 20, metric: 100 } as const;

/** A metric's period with the entries behind its numbers. @param entries of this metric, by day */
export function toMetricSummary(
  { id, levels, comparison, qValue, isChanged }: MetricPeriod,
  metric: Metric,
  entries: readonly DayEntries[],
): MetricSummary {
  const { lowest, highest, ...numbers } = levels;
  const { usualDifference, zScore, pValue, pastPeriods } = isSilence(comparison) ? unsaid : comparison;
  const newestFirst = entries.toReversed().flatMap(({ ids }) => ids);
  return {
    metricId: id,
    ...numbers,
    usualDifference,
    zScore,
    pValue,
    qValue,
    pastPeriods,
    isChanged,
    highest: highest && toMetricDay(highest, entries),
    lowest: lowest && toMetricDay(lowest, entries),
    entryIds: newestFirst.slice(0, idsMax.metric),
    entryCount: entries.reduce((sum, { count }) => sum + count, 0),
    silence: describeSummarySilence(metric, levels, comparison),
  };
}

/** The days of a metric's period that stood out. @param entries of this metric, by day */
export const toStandoutDays = (
  { id, anomalies }: MetricPeriod,
  metric: Metric,
  entries: readonly DayEntries[],
): StandoutDay[] =>
  anomalies.map(({ day, ...anomaly }) => {
    const { date, value, entryIds } = toMetricDay({ day, value: anomaly.value }, entries);
    const { expected, deviation, pValue } = anomaly;
    const sentence = describeAnomaly(metric, { metricId: id, date, ...anomaly });
    return { metricId: id, date, value, expected, deviation, pValue, sentence, entryIds };
  });

const unsaid = { usualDifference: null, zScore: null, pValue: null, pastPeriods: null };

function toMetricDay({ day, value }: DayValue, entries: readonly DayEntries[]): MetricDay {
  const date = fromDayNumber(day);
  return { date, value, entryIds: entries.find((one) => one.date === date)?.ids ?? [] };
}
