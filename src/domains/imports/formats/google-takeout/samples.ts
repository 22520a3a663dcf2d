import type { DayRule } from '../../day-values.ts';
import type { FileMetric, Reading, Row, SourceFile } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import { amountOf, textOf, type DeviceRecord } from '../device-files/device-record.ts';
import type { ExportReader } from '../device-files/export-reader.ts';
import { readStamp, wallClockOf, type Stamp, type WallClock } from '../device-files/stamps.ts';

/** A kind of file with a line for each measurement: timestamp, value and, mostly, "data source". */
export type Samples = {
  label: string;
  /** The column of the value, whose name says the unit. */
  column: string;
  metric: FileMetric;
  /** How the values of a day become one; null: each is an entry. */
  rule: DayRule | null;
  /** Whether a line stands for a whole day. */
  isDaily?: boolean;
  /** What the value is divided by. */
  divisor?: number;
  /** Whether zero says that nothing was measured. */
  isZeroNothing?: boolean;
  /** Whether the columns are only what its name lets expect: then a file without them is left out, and not refused. */
  isGuessed?: boolean;
};

const daily = { rule: 'LAST', isDaily: true, isZeroNothing: true } as const;

/** By kind of file. Those with `isGuessed` have not been seen; their header decides. */
export const samples: Readonly<Record<string, Samples>> = {
  steps: { label: 'Steps', column: 'steps', metric: knownMetrics.steps, rule: 'SUM' },
  heart_rate: {
    label: 'Heart rate',
    column: 'beats per minute',
    metric: knownMetrics.heartRate,
    rule: 'MEAN',
    isZeroNothing: true,
  },
  daily_resting_heart_rate: {
    label: 'Resting heart rate',
    column: 'beats per minute',
    metric: knownMetrics.restingHeartRate,
    ...daily,
  },
  weight: {
    label: 'Weight',
    column: 'weight grams',
    metric: knownMetrics.weight,
    rule: null,
    divisor: 1000,
    isZeroNothing: true,
  },
  daily_respiratory_rate: {
    label: 'Respiratory rate',
    column: 'breaths per minute',
    metric: knownMetrics.respiratoryRate,
    ...daily,
    isGuessed: true,
  },
  daily_heart_rate_variability: {
    label: 'Heart rate variability',
    column: 'average heart rate variability milliseconds',
    metric: knownMetrics.heartRateVariability,
    ...daily,
    isGuessed: true,
  },
};

/** Reads a file of measurements: into values of days, or entries. */
export async function* readSamples(reader: ExportReader, file: SourceFile, kind: Samples): AsyncGenerator<Row[]> {
  if (kind.isGuessed && !(await hasColumn(file, kind.column)))
    return reader.reading.leaveOut(`${kind.label} without a column "${kind.column}"`);
  yield* reader.table(file, kind.label, ['timestamp', kind.column], (record) => readSample(reader, record, kind));
}

async function hasColumn(file: SourceFile, column: string): Promise<boolean> {
  const [header = ''] = (await file.head()).split(/\r\n|\n|\r/, 1);
  return header.toLowerCase().includes(column);
}

function readSample(reader: ExportReader, record: DeviceRecord, kind: Samples): Row[] {
  const { reading } = reader;
  const timestamp = textOf(record, 'timestamp') ?? '';
  const stamp = readStamp(timestamp);
  if (!stamp || stamp.offset === null) return refuse(reader, record, 'The time of this line cannot be read.');
  const value = amountOf(record, kind.column);
  if (value === null || Number.isNaN(value)) return refuse(reader, record, 'The value of this line cannot be read.');
  if (value === 0 && kind.isZeroNothing) {
    reading.leaveOut(`${kind.label}: zeros, which say that nothing was measured`);
    return [];
  }
  const device = reader.device(textOf(record, 'data source'), 'Fitbit');
  // A line may stand in two files, or in two folders; nobody measures the same twice in one second with one device.
  if (!reader.isNew(kind.label, timestamp, device, value)) return [];
  return place(reader, { record, stamp, device, value: value / (kind.divisor ?? 1) }, kind);
}

type Sample = { record: DeviceRecord; stamp: Stamp; device: string; value: number };

function place(reader: ExportReader, { record, stamp, device, value }: Sample, kind: Samples): Row[] {
  const { row } = record;
  const metric = reader.reading.metric(kind.metric);
  if (kind.isDaily)
    reader.days.add({ metric, date: dayOfWhole(stamp, reader.reading), time: null, device }, value, {
      rule: kind.rule!,
      row,
    });
  else {
    const { date, time } = toMoment(wallClockOf(stamp, reader.reading), reader.reading);
    if (kind.rule === null) return [{ row, metric, date, time, value, device }];
    reader.days.add({ metric, date, time, device }, value, { rule: kind.rule, row });
  }
  return [];
}

/** A wall clock with the day that it counts to. */
export const toMoment = ({ date, time }: WallClock, reading: Reading): WallClock => ({
  date: reading.dayOf(date, time),
  time,
});

/**
 * The day that a value for a whole day is of. Midnight of UTC is how a day without a time is written: west of
 * Greenwich the clock shows the day before then, and means this one.
 */
const dayOfWhole = (stamp: Stamp, reading: Reading): string =>
  stamp.offset === 0 && stamp.time === '00:00:00' ? stamp.date : wallClockOf(stamp, reading).date;

function refuse({ reading }: ExportReader, { row }: DeviceRecord, reason: string): [] {
  reading.reject(row, reason);
  return [];
}
