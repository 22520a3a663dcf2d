import { isDay, isLocalTime } from '../../kernel/civil-time.ts';
import { restoreText, splitTags } from '../exports/csv-text.ts';
import { toFullTime } from '../entries/entry.ts';
import { dateShape, notesShape, tagsShape, timeShape } from '../entries/input.ts';
import { metricLimits } from '../metrics/input.ts';
import { textValueMax } from '../metrics/rules.ts';
import type { ZodType } from 'zod';
import type { Layout, LongColumn, LongLayout, WideLayout } from './csv-layout.ts';
import type { FileMetrics } from './file-metrics.ts';

/** A row of a CSV whose values are still text: what they are is known once the whole file has been read. */
export type RawRow = {
  date: string;
  time: string | null;
  notes: string | null;
  tags: string[];
  /** Number of the metric in the file, and its cell. */
  values: [number, string][];
};

/** Reads rows of one layout: a row, a sentence that says what is wrong with it, or null for one without any value. */
export type RowReader = (cells: readonly string[]) => RawRow | string | null;

/** A reader for the rows of a file, or a sentence that says why a column cannot be a metric. */
export function openRowReader(layout: Layout, metrics: FileMetrics): RowReader | string {
  const read = layout.kind === 'LONG' ? openLong(layout, metrics) : openWide(layout, metrics);
  if (typeof read === 'string') return read;
  return (cells) => {
    if (cells.every((cell) => cell.trim() === '')) return null;
    if (cells.length !== layout.width) return `This row has ${cells.length} cells, the first line has ${layout.width}.`;
    if (cells.some((cell) => cell.includes('\0'))) return 'The character U+0000 cannot be stored.';
    return read(cells);
  };
}

function openLong({ places }: LongLayout, metrics: FileMetrics): RowReader {
  return (cells) => {
    const cell = (column: LongColumn) => cells[places[column] ?? -1] ?? '';
    const row = readCommon(cell('date'), cell('time'), cell('notes'), cell('tags'));
    if (typeof row === 'string') return row;
    const name = restoreText(cell('metric')).trim();
    const unit = restoreText(cell('unit')).trim() || null;
    const index = metrics.find(name, name, unit, cell('type').trim().toUpperCase());
    return typeof index === 'string' ? index : addValue(row, metrics, index, cell('value'), 'There is no value.');
  };
}

function openWide({ date, columns }: WideLayout, metrics: FileMetrics): RowReader | string {
  const named: { place: number; index: number }[] = [];
  for (const { place, label } of columns.filter((column) => column.label !== '')) {
    const index = findWide(metrics, restoreText(label));
    if (typeof index === 'string') return `The column "${label.slice(0, 50)}" cannot be a metric. ${index}`;
    named.push({ place, index });
  }
  const unnamed = columns.filter(({ label }) => label === '');
  return (cells) => {
    if (unnamed.some(({ place }) => cells[place]!.trim() !== '')) return 'There is a value in a column without a name.';
    const filled = named.filter(({ place }) => cells[place]!.trim() !== '');
    if (filled.length === 0) return null;
    const row = readCommon(cells[date]!, '', '', '');
    return typeof row === 'string'
      ? row
      : addValues(
          row,
          metrics,
          filled.map(({ place, index }) => [index, cells[place]!]),
        );
  };
}

/** Longer ones are refused anyway, and would keep the pattern below busy. */
const labelMax = metricLimits.name + metricLimits.unit + 10;

/** "Distance (km)" is Distance in km, unless the person calls a metric just that; the matching knows. */
function findWide(metrics: FileMetrics, label: string): number | string {
  const parts = label.length <= labelMax ? /^(.*\S)\s*\(([^()]+)\)$/.exec(label) : null;
  const unit = parts?.[2]!.trim();
  return unit ? metrics.find(label, parts![1]!, unit, '') : metrics.find(label, label, null, '');
}

function readCommon(date: string, time: string, notes: string, tags: string): RawRow | string {
  const day = date.trim();
  const clock = time.trim();
  if (!isDay(day)) return toReason(dateShape, day);
  if (clock !== '' && !isLocalTime(clock)) return toReason(timeShape, clock);
  const text = notesShape.safeParse(restoreText(notes));
  if (!text.success) return text.error.issues[0]!.message;
  const list = tagsShape.safeParse(splitTags(restoreText(tags).trim()));
  if (!list.success) return list.error.issues[0]!.message;
  return { date: day, time: toFullTime(clock || null), notes: text.data || null, tags: list.data, values: [] };
}

const toReason = (shape: ZodType, value: unknown): string => shape.safeParse(value).error!.issues[0]!.message;

function addValues(row: RawRow, metrics: FileMetrics, values: [number, string][]): RawRow | string {
  for (const [index, cell] of values) {
    const added = addValue(row, metrics, index, cell, '');
    if (typeof added === 'string') return added;
  }
  return row;
}

function addValue(row: RawRow, metrics: FileMetrics, index: number, cell: string, whenEmpty: string): RawRow | string {
  if (cell.trim() === '') return whenEmpty;
  // One more than a text may have: the apostrophe that protects it.
  if (cell.length > textValueMax + 1) return `A value has at most ${textValueMax} characters.`;
  metrics.observe(index, cell);
  row.values.push([index, cell]);
  return row;
}
