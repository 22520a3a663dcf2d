import type { FileMetric, Row } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import { toDayAndTime, type HealthCalendar } from '../apple-health/health-calendar.ts';
import { sleepMax, type SleepInterval, type SleepKind } from '../apple-health/nights.ts';
import { converterOf } from '../apple-health/units.ts';
import { momentOf } from './moments.ts';
import { numberOf, textOf, type Fields } from './point-values.ts';

/** Kinds of sleep, by the words of the app without spaces and in small letters. */
const words = new Map<string, SleepKind>([
  ['inbed', 'IN_BED'],
  ['asleep', 'ASLEEP'],
  ['unspecified', 'ASLEEP'],
  ['asleepunspecified', 'ASLEEP'],
  ['core', 'CORE'],
  ['asleepcore', 'CORE'],
  ['deep', 'DEEP'],
  ['asleepdeep', 'DEEP'],
  ['rem', 'REM'],
  ['asleeprem', 'REM'],
  ['awake', 'AWAKE'],
]);

/** Whether a point is a single stretch of sleep, as the app writes them when it is told not to sum up. */
export const isStretch = (fields: Fields): boolean => 'startDate' in fields && 'endDate' in fields;

/** A stretch of sleep, or a sentence that says why it is none. */
export function readStretch(calendar: HealthCalendar, fields: Fields): Omit<SleepInterval, 'row' | 'device'> | string {
  const from = momentOf(calendar, textOf(fields, 'startDate'));
  const to = momentOf(calendar, textOf(fields, 'endDate'));
  const kind = words.get(textOf(fields, 'value').replace(/\s/g, '').toLowerCase());
  if (!from || !to) return 'The start or the end is no date that can be read.';
  if (!kind) return 'The value is none that a sleep is known to have.';
  if (to.instant < from.instant) return 'The sleep ends before it begins.';
  if (to.instant - from.instant > sleepMax) return 'The sleep lasts for more than a day.';
  return { kind, start: from.instant, end: to.instant, local: to.local };
}

/** The metrics that are a single number of the point. */
const parts: readonly (readonly [FileMetric, string])[] = [
  [knownMetrics.inBed, 'inBed'],
  [knownMetrics.lightSleep, 'core'],
  [knownMetrics.deepSleep, 'deep'],
  [knownMetrics.remSleep, 'rem'],
  [knownMetrics.awake, 'awake'],
];

/**
 * The rows of a night that is summed up, in hours unless its unit says otherwise; or a sentence that says why there are none.
 * @param base row and device
 */
export function readNight(
  calendar: HealthCalendar,
  fields: Fields,
  units: string,
  base: Pick<Row, 'row' | 'device'>,
  metricOf: (metric: FileMetric) => number,
): Row[] | string {
  const end = momentOf(calendar, textOf(fields, 'sleepEnd', 'inBedEnd'));
  const day = end ?? momentOf(calendar, textOf(fields, 'date'));
  const convert = converterOf('duration', units || 'hr');
  if (!day) return 'The date is none that can be read.';
  if (!convert) return 'The unit is none that this type is known to have.';
  const { date, time } = toDayAndTime(day.local);
  const begin = momentOf(calendar, textOf(fields, 'sleepStart', 'inBedStart'));
  const key = begin ? `${new Date(begin.instant * 1000).toISOString().slice(0, 19)}Z` : 'day';
  const values = [
    [knownMetrics.asleep, asleepOf(fields)] as const,
    ...parts.map(([metric, field]) => [metric, numberOf(fields, field)] as const),
  ];
  // Zero stands for what was not measured: who has stages has no time in bed, and the other way round.
  const rows = values.filter(([, value]) => value > 0).map(([metric, value]) => ({ metric, value: convert(value) }));
  if (rows.length === 0) return 'The night has no durations.';
  if (rows.some(({ value }) => value > sleepMax)) return 'The sleep lasts for more than a day.';
  const rest = { ...base, date, time: end ? time : null, key };
  return rows.map(({ metric, value }) => ({ ...rest, metric: metricOf(metric), value: Number(value.toFixed(3)) }));
}

/**
 * Time asleep, without time in bed. "asleep" is all of it where stages are not told apart, and what belongs to no stage where they
 * are; "totalSleep" is all of it wherever it stands.
 */
function asleepOf(fields: Fields): number {
  const total = numberOf(fields, 'totalSleep');
  if (total > 0) return total;
  const stages = ['core', 'deep', 'rem'].map((name) => numberOf(fields, name) || 0);
  return Math.max(
    numberOf(fields, 'asleep') || 0,
    stages.reduce((sum, each) => sum + each, 0),
  );
}
