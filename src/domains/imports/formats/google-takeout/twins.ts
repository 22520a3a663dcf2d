import type { FileMetric, Reading, Row, SourceFile } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import { amountOf, textOf, type DeviceRecord } from '../device-files/device-record.ts';
import type { ExportReader } from '../device-files/export-reader.ts';
import { readAmericanStamp, readStamp } from '../device-files/stamps.ts';
import { toMoment } from './samples.ts';

/** A kind of JSON that repeats what a table says better, and is read where that table is missing. */
export type Twin = {
  /** The kind of table that is preferred. */
  table: string;
  label: string;
  fields: readonly string[];
  read: (reader: ExportReader, record: DeviceRecord) => Row[];
};

/** Kilograms of an international pound, exactly (agreement of 1959). */
const poundKilograms = 0.45359237;

/** By kind of file. Times have no zone; those of sleep and weight are the clock on the wall. */
export const twins: Readonly<Record<string, Twin>> = {
  sleep: {
    table: 'usersleeps',
    label: 'Sleep',
    fields: [
      'logId',
      'dateOfSleep',
      'startTime',
      'endTime',
      'minutesAsleep',
      'minutesAwake',
      'timeInBed',
      'efficiency',
      'levels.summary.deep.minutes',
      'levels.summary.light.minutes',
      'levels.summary.rem.minutes',
    ],
    read: readSleep,
  },
  weight: {
    table: 'weight',
    label: 'Weight',
    fields: ['logId', 'weight', 'fat', 'date', 'time', 'source'],
    read: readWeight,
  },
  resting_heart_rate: {
    table: 'daily_resting_heart_rate',
    label: 'Resting heart rate',
    fields: ['dateTime', 'value.date', 'value.value'],
    read: readRestingHeartRate,
  },
  steps: { table: 'steps', label: 'Steps', fields: ['dateTime', 'value'], read: readSteps },
  heart_rate: {
    table: 'heart_rate',
    label: 'Heart rate',
    fields: ['dateTime', 'value.bpm'],
    read: readHeartRate,
  },
};

/** Kinds whose times are written in UTC, say some, or on the wall, say others. */
export const disputed: ReadonlySet<string> = new Set(['steps', 'heart_rate']);

/**
 * What the person says about those: the option "jsonTimes", UTC or LOCAL. Null: nothing, and they are left out, for a wrong
 * guess would move the steps of every evening to another day.
 */
export const timesOf = ({ options }: Reading): 'UTC' | 'LOCAL' | null => {
  const said = options['jsonTimes'];
  return said === 'UTC' || said === 'LOCAL' ? said : null;
};

export const readTwin = (reader: ExportReader, file: SourceFile, twin: Twin): AsyncGenerator<Row[]> =>
  reader.list(file, twin.label, { place: ['*'], fields: twin.fields }, (record) => twin.read(reader, record));

function readSleep(reader: ExportReader, record: DeviceRecord): Row[] {
  const start = textOf(record, 'startTime') ?? '';
  const key = keyOf(record, start);
  const day = readStamp(`${textOf(record, 'dateOfSleep')} 00:00`)?.date;
  if (!day) return refuse(reader, record, 'The day of this sleep cannot be read.');
  // Files of thirty days overlap by a night.
  if (!reader.isNew('sleep', key)) return [];
  const end = readStamp(textOf(record, 'endTime') ?? '');
  const minutes = (field: string) => {
    const amount = amountOf(record, field);
    return amount === null ? null : amount * 60;
  };
  const time = end?.date === day ? end.time : null;
  return reader.entries({ row: record.row, date: day, time, device: 'Fitbit', key }, [
    [knownMetrics.asleep, minutes('minutesAsleep')],
    [knownMetrics.awake, minutes('minutesAwake')],
    [knownMetrics.inBed, minutes('timeInBed')],
    [knownMetrics.deepSleep, minutes('levels.summary.deep.minutes')],
    [knownMetrics.lightSleep, minutes('levels.summary.light.minutes')],
    [knownMetrics.remSleep, minutes('levels.summary.rem.minutes')],
    [knownMetrics.sleepEfficiency, amountOf(record, 'efficiency')],
  ]);
}

function readWeight(reader: ExportReader, record: DeviceRecord): Row[] {
  const stamp = readAmericanStamp(`${textOf(record, 'date')} ${textOf(record, 'time')}`);
  if (!stamp) return refuse(reader, record, 'The time of this weight cannot be read.');
  const key = keyOf(record, `${stamp.date} ${stamp.time}`);
  if (!reader.isNew('weight', key)) return [];
  const device = reader.device(textOf(record, 'source'), 'Fitbit');
  const moment = { row: record.row, ...toMoment(stamp, reader.reading), device, key };
  const rows = reader.entries(moment, [
    [knownMetrics.weight, amountOf(record, 'weight') || null],
    [knownMetrics.bodyFat, amountOf(record, 'fat') || null],
  ]);
  return rows.map((row) => (isOf(reader, row, knownMetrics.weight) ? { ...row, question: askUnit(reader) } : row));
}

const isOf = ({ reading }: ExportReader, { metric }: Row, wanted: FileMetric): boolean =>
  metric === reading.metric(wanted);

/** The files that are known hold pounds, whatever the app shows; none says so itself. */
function askUnit({ reading }: ExportReader): string {
  const id = 'weight-unit';
  const message = 'In which unit does the file write your weight? Exports of Fitbit mostly have pounds.';
  reading.ask({ id, message, kind: 'UNIT', choices: { kg: 1, lb: poundKilograms }, suggestion: 'lb' });
  return id;
}

/** It is written at midnight of its day, and as nothing at all for days without one. */
function readRestingHeartRate(reader: ExportReader, record: DeviceRecord): Row[] {
  const stamp = readAmericanStamp(textOf(record, 'dateTime') ?? '');
  const value = amountOf(record, 'value.value');
  if (!stamp) return refuse(reader, record, 'The day of this value cannot be read.');
  if (!value) {
    reader.reading.leaveOut('Resting heart rate: zeros, which say that nothing was measured');
    return [];
  }
  const moment = { row: record.row, date: stamp.date, time: null, device: 'Fitbit' };
  reader.addDay(moment, [[knownMetrics.restingHeartRate, value]]);
  return [];
}

function readSteps(reader: ExportReader, record: DeviceRecord): Row[] {
  return addSample(reader, record, { metric: knownMetrics.steps, field: 'value', rule: 'SUM' });
}

function readHeartRate(reader: ExportReader, record: DeviceRecord): Row[] {
  return addSample(reader, record, { metric: knownMetrics.heartRate, field: 'value.bpm', rule: 'MEAN' });
}

function addSample(
  reader: ExportReader,
  record: DeviceRecord,
  { metric, field, rule }: { metric: FileMetric; field: string; rule: 'SUM' | 'MEAN' },
): Row[] {
  const { reading } = reader;
  const text = textOf(record, 'dateTime') ?? '';
  const stamp = readAmericanStamp(text);
  const value = amountOf(record, field);
  if (!stamp || value === null || Number.isNaN(value))
    return refuse(reader, record, 'The time or the value of this record cannot be read.');
  if (!reader.isNew(metric.name, text, value) || (rule === 'MEAN' && value === 0)) return [];
  const clock = timesOf(reading) === 'UTC' ? reading.wallClock(Date.parse(`${stamp.date}T${stamp.time}Z`)) : stamp;
  const place = { metric: reading.metric(metric), ...toMoment(clock, reading), device: 'Fitbit' };
  reader.days.add(place, value, { rule, row: record.row });
  return [];
}

/** Its own number; beyond 2^53 the nearest that a program can hold, which the time tells from its neighbours. */
function keyOf(record: DeviceRecord, time: string): string {
  const id = record.get('logId');
  if (typeof id === 'number' && !Number.isSafeInteger(id)) return `${id} ${time}`;
  return textOf(record, 'logId') ?? time;
}

function refuse({ reading }: ExportReader, { row }: DeviceRecord, reason: string): [] {
  reading.reject(row, reason);
  return [];
}
