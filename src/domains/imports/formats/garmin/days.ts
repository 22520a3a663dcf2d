import type { FileMetric, Row } from '../../format.ts';
import { isDay } from '../../../../kernel/civil-time.ts';
import { knownMetrics } from '../../known-metrics.ts';
import { amountOf, textOf, type DeviceRecord } from '../device-files/device-record.ts';
import type { ExportReader, Values } from '../device-files/export-reader.ts';

/** What a day has, by field, and what it is divided by: distances are metres. */
const dayValues: readonly (readonly [metric: FileMetric, field: string, divisor: number])[] = [
  [knownMetrics.steps, 'totalSteps', 1],
  [knownMetrics.distance, 'totalDistanceMeters', 1000],
  [knownMetrics.activeEnergy, 'activeKilocalories', 1],
  [knownMetrics.restingEnergy, 'bmrKilocalories', 1],
  [knownMetrics.totalEnergy, 'totalKilocalories', 1],
  [knownMetrics.restingHeartRate, 'restingHeartRate', 1],
];

const intensity = ['moderateIntensityMinutes', 'vigorousIntensityMinutes'] as const;

export const dayFields = [
  'calendarDate',
  ...dayValues.map(([, field]) => field),
  ...intensity,
  'allDayStress.aggregatorList',
];

/** The sums of a day, as the account has them: of all devices of the person together. */
export function readDay(reader: ExportReader, record: DeviceRecord): Row[] {
  const date = dayOf(record);
  if (date === null) return refuse(reader, record);
  const values: Values = [
    ...dayValues.map(([metric, field, divisor]) => [metric, divide(amountOf(record, field), divisor)] as const),
    [knownMetrics.stress, stressOf(record)],
  ];
  const minutes = intensity.map((field) => amountOf(record, field)).filter((each) => each !== null);
  const exercise = minutes.length === 0 ? null : minutes.reduce((sum, each) => sum + each, 0) * 60;
  // Who has walked and has no minutes of effort made none; otherwise the watch lay in a drawer.
  const isWorn = (amountOf(record, 'totalSteps') ?? 0) > 0;
  const rest: Values = [[knownMetrics.exercise, exercise === 0 && !isWorn ? null : exercise]];
  const moment = { row: record.row, date, time: null, device: 'Garmin' };
  reader.addDay(moment, [...withoutZeros(reader, values), ...rest]);
  return [];
}

/** The mean level of the whole day, from 0 to 100. Below zero stand codes for why there is none. */
function stressOf(record: DeviceRecord): number | null {
  const list = record.get('allDayStress.aggregatorList');
  const parts: unknown[] = Array.isArray(list) ? list : [];
  const total = parts.find((part) => isObject(part) && part['type'] === 'TOTAL');
  const level = isObject(total) ? total['averageStressLevel'] : null;
  return typeof level === 'number' && level > 0 ? level : null;
}

/** Values of one measurement each: {"type": "HRV", "value": 48}. */
const healthMetrics: ReadonlyMap<string, FileMetric> = new Map<string, FileMetric>([
  ['HRV', knownMetrics.heartRateVariability],
  ['SPO2', knownMetrics.oxygenSaturation],
  ['RESPIRATION', knownMetrics.respiratoryRate],
]);

export const healthFields = ['calendarDate', 'metrics'];

/** What is measured in the night before a day. */
export function readHealth(reader: ExportReader, record: DeviceRecord): Row[] {
  const date = dayOf(record);
  if (date === null) return refuse(reader, record);
  const list = record.get('metrics');
  const parts: unknown[] = Array.isArray(list) ? list : [];
  const values: Values = parts.filter(isObject).flatMap((part) => {
    const metric = healthMetrics.get(String(part['type']));
    return metric ? [[metric, amountOf({ row: record.row, get: (field) => part[field] }, 'value')] as const] : [];
  });
  reader.addDay({ row: record.row, date, time: null, device: 'Garmin' }, withoutZeros(reader, values));
  return [];
}

/** Zero means that nothing was measured, as far as one can know: Garmin does not say. */
export function withoutZeros({ reading }: ExportReader, values: Values): Values {
  const kept = values.filter(([, value]) => value !== 0);
  if (kept.length < values.length)
    reading.leaveOut('Zeros, which may mean that nothing was measured', values.length - kept.length);
  return kept;
}

/** The day as the person's calendar has it. */
export function dayOf(record: DeviceRecord): string | null {
  const day = (textOf(record, 'calendarDate') ?? '').slice(0, 10);
  return isDay(day) ? day : null;
}

const divide = (amount: number | null, divisor: number): number | null => (amount === null ? null : amount / divisor);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

export function refuse({ reading }: ExportReader, { row }: DeviceRecord): [] {
  reading.reject(row, 'The day of this record cannot be read.');
  return [];
}
