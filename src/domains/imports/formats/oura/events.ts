import type { FileMetric, Row } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import { amountOf, textOf, type DeviceRecord } from '../device-files/device-record.ts';
import type { ExportReader, Values } from '../device-files/export-reader.ts';
import { instantOf, readStamp, wallClockOf } from '../device-files/stamps.ts';

const device = 'Oura';

/** Times in bed and asleep, in seconds. */
const durations: readonly (readonly [FileMetric, string])[] = [
  [knownMetrics.asleep, 'total_sleep_duration'],
  [knownMetrics.inBed, 'time_in_bed'],
  [knownMetrics.deepSleep, 'deep_sleep_duration'],
  [knownMetrics.lightSleep, 'light_sleep_duration'],
  [knownMetrics.remSleep, 'rem_sleep_duration'],
  [knownMetrics.awake, 'awake_time'],
];

/** What is measured through the night, and of a nap says little. Oura shows the lowest heart rate as the resting one. */
const measurements: readonly (readonly [FileMetric, string])[] = [
  [knownMetrics.heartRateVariability, 'average_hrv'],
  [knownMetrics.restingHeartRate, 'lowest_heart_rate'],
  [knownMetrics.respiratoryRate, 'average_breath'],
  [knownMetrics.sleepEfficiency, 'efficiency'],
];

/** What is read of the objects of JSON. */
export const eventFields = {
  sleep: [
    'id',
    'type',
    'day',
    'bedtime_start',
    'bedtime_end',
    ...[...durations, ...measurements].map(([, field]) => field),
  ],
  heartRate: ['bpm', 'timestamp'],
  workout: ['id', 'activity', 'start_datetime', 'end_datetime'],
} as const;

/**
 * A night or a nap. Each is entries of its own, whose durations add up on the day of waking up; what is measured comes from
 * nights alone, or a nap would move it.
 */
export function readSleep(reader: ExportReader, record: DeviceRecord): Row[] {
  const { reading } = reader;
  const type = textOf(record, 'type')?.toLowerCase() ?? 'long_sleep';
  const reason = noSleep.get(type);
  if (reason !== undefined) {
    reading.leaveOut(reason);
    return [];
  }
  const end = readStamp(textOf(record, 'bedtime_end') ?? '');
  if (!end) return refuse(reader, record, 'The time of waking up cannot be read.');
  const key = textOf(record, 'id') ?? textOf(record, 'bedtime_start');
  // Files of the API that were asked for overlapping days bring a sleep twice.
  if (!reader.isNew('sleep', key, instantOf(end))) return [];
  const values: Values = [
    ...durations.map(([metric, field]) => [metric, amountOf(record, field)] as const),
    ...(type === 'long_sleep' ? measurements : []).map(
      ([metric, field]) => [metric, measuredOf(record, field)] as const,
    ),
  ];
  return reader.entries({ row: record.row, ...wallClockOf(end, reading), device, key }, values);
}

/** A rest is what the ring took for a sleep, and the person said was none. */
const noSleep: ReadonlyMap<string, string> = new Map([
  ['deleted', 'Sleeps that were deleted in the app'],
  ['rest', 'Rests, which were no sleep'],
]);

/** Zero stands for what could not be measured. */
function measuredOf(record: DeviceRecord, field: string): number | null {
  const amount = amountOf(record, field);
  return amount === 0 ? null : amount;
}

/** A heart rate, of many a day. */
export function readHeartbeat(reader: ExportReader, record: DeviceRecord): Row[] {
  const { reading } = reader;
  const stamp = readStamp(textOf(record, 'timestamp') ?? '');
  const bpm = measuredOf(record, 'bpm');
  // A moment without a zone may be any of twenty-five.
  if (!stamp || stamp.offset === null) return refuse(reader, record, 'The time of this record cannot be read.');
  if (Number.isNaN(bpm)) return refuse(reader, record, 'The heart rate is no number, or less than nothing.');
  // Two of one moment with one value are a copy.
  if (bpm === null || !reader.isNew('heart rate', instantOf(stamp), bpm)) return [];
  const { date, time } = wallClockOf(stamp, reading);
  const place = { metric: reading.metric(knownMetrics.heartRate), date: reading.dayOf(date, time), time, device };
  reader.days.add(place, bpm, { rule: 'MEAN', row: record.row });
  return [];
}

/** No sport takes longer. */
const workoutMax = 48 * 3600;
const tagMax = 60;

/** A workout: how long it took, on the day that it began, with its kind as a tag. */
export function readWorkout(reader: ExportReader, record: DeviceRecord): Row[] {
  const { reading } = reader;
  const start = readStamp(textOf(record, 'start_datetime') ?? '');
  const end = readStamp(textOf(record, 'end_datetime') ?? '');
  const seconds = start && end ? Math.round((instantOf(end) - instantOf(start)) / 1000) : NaN;
  if (!start || !(seconds >= 0 && seconds <= workoutMax))
    return refuse(reader, record, 'The times of this workout cannot be read, or are in the wrong order.');
  const key = textOf(record, 'id');
  if (!reader.isNew('workout', key, instantOf(start), seconds)) return [];
  const { date, time } = wallClockOf(start, reading);
  const tag = textOf(record, 'activity')?.slice(0, tagMax).toWellFormed();
  const moment = { row: record.row, date: reading.dayOf(date, time), time, device, key };
  return reader.entries(moment, [[knownMetrics.workout, seconds]]).map((row) => ({ ...row, tags: tag ? [tag] : [] }));
}

function refuse({ reading }: ExportReader, { row }: DeviceRecord, reason: string): [] {
  reading.reject(row, reason);
  return [];
}
