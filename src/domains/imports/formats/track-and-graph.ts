import { isLocalTime } from '../../../kernel/civil-time.ts';
import { entryLimits } from '../../entries/input.ts';
import type { FileMetric, Format, Reading, Row } from '../format.ts';
import { findProblem, toNotes, toNumber, toSeconds, toTags } from './diaries/entry-parts.ts';
import { Moments } from './diaries/moments.ts';
import { NamedMetrics } from './diaries/named-metrics.ts';
import { findTables, readRecords, requireTables, type Columns, type TableRecord } from './diaries/records.ts';

const needed = ['featurename', 'timestamp', 'value'] as const;
const known = ['label', 'note'] as const;
type Column = (typeof needed)[number] | (typeof known)[number];
const columns: Columns<Column> = { needed, known };

/**
 * Track & Graph's CSV: a line for each data point. A feature is what its first line shows: durations when a duration stands
 * there, else numbers. The app writes all values of a feature alike, so that a line of the other kind is a fault and refused.
 * A choice as number and label in one cell is not verified.
 */
export const trackAndGraph: Format = {
  id: 'TRACK_AND_GRAPH',
  label: 'Track & Graph',
  recognise: async (source) => (await findTables(source, needed)).length > 0,
  read: async function* (source, reading) {
    const files = await requireTables(source, needed);
    const points = new DataPoints(reading);
    for await (const batch of readRecords(files, columns, reading))
      yield batch.flatMap((record) => points.take(record));
  },
};

class DataPoints {
  private readonly reading: Reading;
  private readonly metrics: NamedMetrics;
  private readonly moments = new Moments();

  constructor(reading: Reading) {
    this.reading = reading;
    this.metrics = new NamedMetrics(reading);
  }

  take(record: TableRecord<Column>): Row[] {
    const row = this.toRow(record);
    if (typeof row === 'string') this.reading.reject(record.row, row);
    return typeof row === 'object' && row ? [row] : [];
  }

  /** The entry, a sentence that says what is wrong, or null for an exact copy. */
  private toRow({ row, cell }: TableRecord<Column>): Row | string | null {
    const point = toPoint(cell('value'), cell('label'));
    if (typeof point === 'string') return point;
    const time = toTime(cell('timestamp'), this.reading);
    if (!time) return 'The timestamp is none: it reads 2026-11-21T07:30:00+01:00.';
    const { tags, notes } = this.toWords(point.label, cell('note'));
    const problem = findProblem(time.date, notes);
    if (problem) return problem;
    const name = cell('featurename');
    const metric = this.metrics.find(name, () => toMetric(name, point));
    if (typeof metric === 'string') return metric;
    if ((metric.metric.type === 'DURATION') !== point.isDuration)
      return 'Durations and numbers are mixed under one name.';
    const key = this.moments.take(String(metric.number), time.moment, JSON.stringify([point, notes]));
    if (!key) this.reading.leaveOut('Exact copies of another row');
    if (!key) return null;
    return {
      row,
      metric: metric.number,
      date: time.date,
      time: time.time,
      value: point.value,
      notes,
      tags,
      key,
    };
  }

  /** The label of a choice is a tag; one that is longer than a tag may be stands in the notes. */
  private toWords(label: string, note: string): { tags: string[]; notes: string | null } {
    const isTag = label.length <= entryLimits.tag;
    return { tags: toTags(isTag ? [label] : [], this.reading), notes: toNotes(isTag ? '' : label, note) };
  }
}

type Point = { value: number; isDuration: boolean; label: string };

/** A choice of several as older versions write it: its number and its label in one cell. */
const choice = /^([+-]?\d{1,15}(?:\.\d{0,15})?):(.*)$/s;

function toPoint(cell: string, label: string): Point | string {
  const seconds = toSeconds(cell);
  if (seconds !== null) return { value: seconds, isDuration: true, label };
  const number = toNumber(cell);
  if (number !== null) return { value: number, isDuration: false, label };
  const [, value, words] = choice.exec(cell) ?? [];
  if (value === undefined) return 'The value is no number and no duration.';
  return { value: Number(value), isDuration: false, label: label || words!.trim() };
}

/**
 * Choices have an order at best: two of a day have a mean, no sum. What is counted or measured without labels is added up,
 * as numbers are; the person knows better and can say so.
 */
const toMetric = (name: string, { isDuration, label }: Point): FileMetric =>
  isDuration
    ? { name, type: 'DURATION', unit: null }
    : { name, type: 'NUMBER', unit: null, ...(label !== '' && { aggregation: 'MEAN' }) };

/** As Java writes it: without seconds when they are 0, with the name of a zone behind the offset at times. */
const shape =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d))?(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d(?::\d\d)?)?(?:\[[^[\]]{1,60}\])?$/;

type Time = { date: string; time: string; moment: string };

/**
 * Day and time of a timestamp: the wall clock where it was written, which the offset belongs to. "Z" is no place but Greenwich
 * time, and is read in the person's zone.
 */
function toTime(text: string, reading: Reading): Time | null {
  const [, date, minute, second = '00', fraction = '', offset = ''] = shape.exec(text) ?? [];
  if (date === undefined || !isLocalTime(`${minute}:${second}`)) return null;
  const time = `${minute}:${second}`;
  if (findProblem(date, null)) return null;
  const zone = /^[+-]\d{4}/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset.slice(0, 6);
  const instant = Date.parse(`${date}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`);
  if (Number.isNaN(instant)) return null;
  const clock = offset === 'Z' ? reading.wallClock(instant) : { date, time };
  // The same point has the same instant in every export, whatever the zone of the phone that made it.
  const moment = offset ? String(instant) : `${date} ${time}${fraction && `.${fraction}`}`;
  return { date: reading.dayOf(clock.date, clock.time), time: clock.time, moment };
}
