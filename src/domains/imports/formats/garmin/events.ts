import type { FileMetric, Row } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import { amountOf, numberOf, textOf, type DeviceRecord } from '../device-files/device-record.ts';
import type { ExportReader, Values } from '../device-files/export-reader.ts';
import { atOffset, instantOf, readStamp } from '../device-files/stamps.ts';
import { dayOf, refuse, withoutZeros } from './days.ts';

const stages: readonly (readonly [FileMetric, string])[] = [
  [knownMetrics.deepSleep, 'deepSleepSeconds'],
  [knownMetrics.lightSleep, 'lightSleepSeconds'],
  [knownMetrics.remSleep, 'remSleepSeconds'],
];

export const sleepFields = [
  'calendarDate',
  'sleepStartTimestampGMT',
  'sleepEndTimestampGMT',
  'awakeSleepSeconds',
  'sleepScores.overallScore',
  ...stages.map(([, field]) => field),
];

/** A night. Its calendarDate is the day of waking up; asleep is what its stages add up to. */
export function readSleep(reader: ExportReader, record: DeviceRecord): Row[] {
  const { reading } = reader;
  const date = dayOf(record);
  if (date === null) return refuse(reader, record);
  const [start, end] = [instantIn(record, 'sleepStartTimestampGMT'), instantIn(record, 'sleepEndTimestampGMT')];
  const parts = stages.map(([metric, field]) => [metric, amountOf(record, field)] as const);
  const asleep = parts.reduce((sum, [, seconds]) => sum + (seconds ?? 0), 0);
  if (asleep === 0) {
    reading.leaveOut('Nights for which no sleep was measured');
    return [];
  }
  // Files of a hundred days may overlap. It has no id, and when it began is what tells it from a nap.
  const key = start === null ? 'day' : new Date(start).toISOString();
  if (!reader.isNew('sleep', date, key)) return [];
  const values: Values = [
    [knownMetrics.asleep, asleep],
    ...parts,
    [knownMetrics.awake, amountOf(record, 'awakeSleepSeconds')],
    [knownMetrics.inBed, start !== null && end !== null && end > start ? (end - start) / 1000 : null],
    [knownMetrics.sleepScore, amountOf(record, 'sleepScores.overallScore')],
  ];
  const woke = end === null ? null : reading.wallClock(end);
  const time = woke?.date === date ? woke.time : null;
  return reader.entries({ row: record.row, date, time, device: 'Garmin', key }, withoutZeros(reader, values));
}

/** Written without a zone, and meant in UTC. */
function instantIn(record: DeviceRecord, field: string): number | null {
  const stamp = readStamp(textOf(record, field) ?? '');
  return stamp && instantOf(stamp);
}

export const workoutFields = ['activityId', 'activityType', 'startTimeGmt', 'startTimeLocal', 'duration'];

/** No sport takes longer, in milliseconds. */
const workoutMax = 14 * 86_400_000;
const tagMax = 60;

/** An activity: how long it took, on the day that it began, with its kind as a tag. Times are milliseconds. */
export function readWorkout(reader: ExportReader, record: DeviceRecord): Row[] {
  const { reading } = reader;
  const duration = amountOf(record, 'duration');
  const clock = clockOf(reader, record);
  if (!clock || duration === null || !(duration <= workoutMax)) {
    reading.reject(record.row, 'The time of this activity, or how long it took, cannot be read.');
    return [];
  }
  const key = textOf(record, 'activityId');
  if (!reader.isNew('activity', key, clock.date, clock.time)) return [];
  const tag = textOf(record, 'activityType')?.slice(0, tagMax).toWellFormed();
  const moment = {
    row: record.row,
    date: reading.dayOf(clock.date, clock.time),
    time: clock.time,
    device: 'Garmin',
    key,
  };
  const values = withoutZeros(reader, [[knownMetrics.workout, Math.round(duration / 1000)]]);
  return reader.entries(moment, values).map((row) => ({ ...row, tags: tag ? [tag] : [] }));
}

/** Days from 1970 to 2200, in milliseconds. */
const instantMax = 7_289_654_400_000;
const offsetMax = 14 * 60;

/**
 * The clock on the wall as it began: from the local time, which is written as if it were UTC, when it is a possible one beside
 * the time in UTC; otherwise in the person's time zone.
 */
function clockOf({ reading }: ExportReader, record: DeviceRecord): { date: string; time: string } | null {
  const [gmt, local] = [numberOf(record, 'startTimeGmt'), numberOf(record, 'startTimeLocal')];
  if (gmt === null || !(gmt >= 0 && gmt < instantMax)) return null;
  const offset = local === null ? NaN : (local - gmt) / 60_000;
  return Math.abs(offset) <= offsetMax ? atOffset(gmt, offset) : reading.wallClock(gmt);
}
