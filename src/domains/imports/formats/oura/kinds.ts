import type { FileMetric, SourceFile } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import { amountOf, numberOf, textOf, type DeviceRecord } from '../device-files/device-record.ts';
import { baseOf } from '../device-files/export-files.ts';

/** A value that stands for a day. */
export type DayField = {
  metric: FileMetric;
  fields: readonly string[];
  value: (record: DeviceRecord) => number | null;
};

/** A kind of file, of the account export and of the API alike. */
export type Kind = {
  id: 'day' | 'sleep' | 'heartRate' | 'workout';
  label: string;
  /** Names of files without their ending, digits, blanks, - and _. */
  names: readonly string[];
  /** Fields without which there is nothing to read. */
  needed: readonly string[];
  /** Whether those fields tell the kind, whatever the file's name. */
  isTold: boolean;
  /** Of a day. */
  values: readonly DayField[];
};

const field = (metric: FileMetric, name: string, divisor = 1): DayField => ({
  metric,
  fields: [name],
  value: (record) => divide(amountOf(record, name), divisor),
});

const divide = (amount: number | null, divisor: number): number | null => (amount === null ? null : amount / divisor);

/** Nobody has a heart rate, or oxygen in the blood, of zero: it stands for what was not measured. */
const measured = (metric: FileMetric, name: string): DayField => ({
  metric,
  fields: [name],
  value: (record) => zeroToNull(amountOf(record, name)),
});

const zeroToNull = (amount: number | null): number | null => (amount === 0 ? null : amount);

const day = { id: 'day', isTold: true } as const;
const event = { isTold: true, values: [] } as const;

/** Metres of walking that would take as much energy: Oura does not measure distances. Activity of medium and high effort, in seconds. */
const activity: readonly DayField[] = [
  field(knownMetrics.activityScore, 'score'),
  field(knownMetrics.steps, 'steps'),
  field(knownMetrics.activeEnergy, 'active_calories'),
  field(knownMetrics.totalEnergy, 'total_calories'),
  field(knownMetrics.distance, 'equivalent_walking_distance', 1000),
  {
    metric: knownMetrics.exercise,
    fields: ['medium_activity_time', 'high_activity_time'],
    value: (record) => sum(amountOf(record, 'medium_activity_time'), amountOf(record, 'high_activity_time')),
  },
];

const sum = (a: number | null, b: number | null): number | null =>
  a === null && b === null ? null : (a ?? 0) + (b ?? 0);

export const kinds: readonly Kind[] = [
  {
    id: 'sleep',
    label: 'Sleep',
    names: ['sleepmodel', 'sleep'],
    needed: ['bedtime_end', 'total_sleep_duration'],
    ...event,
  },
  {
    ...day,
    label: 'Sleep score',
    names: ['dailysleep'],
    needed: ['day', 'score'],
    isTold: false,
    values: [field(knownMetrics.sleepScore, 'score')],
  },
  {
    ...day,
    label: 'Readiness',
    names: ['dailyreadiness'],
    needed: ['day', 'score', 'temperature_deviation'],
    values: [
      field(knownMetrics.readinessScore, 'score'),
      {
        metric: knownMetrics.temperatureDeviation,
        fields: ['temperature_deviation'],
        value: (record) => numberOf(record, 'temperature_deviation'),
      },
    ],
  },
  {
    ...day,
    label: 'Activity',
    names: ['dailyactivity'],
    needed: ['day', 'equivalent_walking_distance', 'steps'],
    values: activity,
  },
  {
    ...day,
    label: 'Oxygen saturation',
    names: ['dailyspo2'],
    needed: ['day', 'spo2_percentage'],
    values: [
      {
        metric: knownMetrics.oxygenSaturation,
        fields: ['spo2_percentage'],
        value: (record) => averageOf(record, 'spo2_percentage'),
      },
    ],
  },
  {
    ...day,
    label: 'VO2 max',
    names: ['vomax'],
    needed: ['day', 'vo2_max'],
    values: [measured(knownMetrics.vo2Max, 'vo2_max')],
  },
  { id: 'heartRate', label: 'Heart rate', names: ['heartrate'], needed: ['bpm', 'timestamp'], ...event, isTold: false },
  {
    id: 'workout',
    label: 'Workouts',
    names: ['workout'],
    needed: ['start_datetime', 'end_datetime', 'activity'],
    ...event,
  },
];

/** A number, or an object with an average: as JSON within a cell, or within JSON. */
function averageOf(record: DeviceRecord, name: string): number | null {
  const value = record.get(name);
  const text = textOf(record, name);
  const parsed = text?.startsWith('{') ? parse(text) : value;
  const average =
    typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>)['average'] : parsed;
  return zeroToNull(amountOf({ row: record.row, get: () => average }, name));
}

/** @returns NaN for what is no JSON */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NaN;
  }
}

/** The kind of a file: by its name and, since names may be anything, by how it begins. Null: it is none of these. */
export async function kindOf(file: SourceFile): Promise<Kind | null> {
  const name = baseOf(file.name)
    .replace(/\.\w+$/, '')
    .toLowerCase()
    .replace(/[\d\s_()-]/g, '');
  const named = kinds.find(({ names }) => names.includes(name));
  const head = (await file.head()).replace('\ufeff', '');
  const found = named ?? kinds.find(({ isTold, needed }) => isTold && isIn(head, needed));
  return found && isIn(head, found.needed) ? found : null;
}

/** Whether a file is JSON as the API answers. */
export const isJson = (head: string): boolean => /^[\ufeff\s]*\{/.test(head);

/** Whether the fields stand in the header of a table, or as keys in JSON of the API's shape. */
function isIn(head: string, fields: readonly string[]): boolean {
  if (isJson(head)) return /^\s*\{\s*"data"\s*:\s*\[/.test(head) && fields.every((each) => head.includes(`"${each}"`));
  const [header = ''] = head.split(/\r\n|\n|\r/, 1);
  const columns = new Set(
    header
      .toLowerCase()
      .split(/[;,\t|]/)
      .map((column) => column.trim().replaceAll('"', '')),
  );
  return fields.every((each) => columns.has(each));
}
