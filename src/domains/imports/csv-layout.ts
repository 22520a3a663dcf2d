import { BrokenFileError } from './broken-file.ts';
import { importLimits } from './input.ts';

const longColumns = ['date', 'metric', 'value', 'time', 'notes', 'tags', 'unit', 'type'] as const;
export type LongColumn = (typeof longColumns)[number];

/** One line per value. */
export type LongLayout = {
  kind: 'LONG';
  width: number;
  places: Partial<Record<LongColumn, number>>;
  ignored: string[];
};
/** One line per day; each column but the date's is a metric, or has no name. */
export type WideLayout = { kind: 'WIDE'; width: number; date: number; columns: { place: number; label: string }[] };
export type Layout = LongLayout | WideLayout;

/** What the header of a CSV says about its rows. @throws BrokenFileError */
export function readLayout(header: readonly string[]): Layout {
  if (header.length > importLimits.columns)
    throw new BrokenFileError(`The file has more than ${importLimits.columns} columns.`);
  if (header.some((cell) => cell.includes('\0'))) throw new BrokenFileError(notText);
  const labels = header.map((cell) => cell.trim());
  const names = labels.map((label) => label.toLowerCase());
  refuseRepeated(names, labels);
  if (!names.includes('date')) throw new BrokenFileError(noDate);
  if (names.includes('metric') && names.includes('value')) return toLong(names, labels);
  if (names.includes('metric'))
    throw new BrokenFileError('There is a column "metric", but none with the name "value".');
  return toWide(names, labels);
}

const noDate = 'The first line must name the columns, and one of them must be "date".';

const notText = 'The first line holds the character U+0000: this is no CSV, or not one in UTF-8.';

function refuseRepeated(names: readonly string[], labels: readonly string[]): void {
  const repeated = names.findIndex((name, place) => name !== '' && names.indexOf(name) < place);
  if (repeated >= 0) throw new BrokenFileError(`The column "${labels[repeated]}" stands twice in the first line.`);
}

function toLong(names: readonly string[], labels: readonly string[]): LongLayout {
  const known = longColumns.filter((column) => names.includes(column));
  const places = Object.fromEntries(known.map((column) => [column, names.indexOf(column)]));
  const ignored = labels.filter((label, place) => label !== '' && !longColumns.includes(names[place] as LongColumn));
  return { kind: 'LONG', width: names.length, places, ignored };
}

function toWide(names: readonly string[], labels: readonly string[]): WideLayout {
  const date = names.indexOf('date');
  const columns = labels.map((label, place) => ({ place, label })).filter(({ place }) => place !== date);
  if (!columns.some(({ label }) => label !== ''))
    throw new BrokenFileError('Beside "date", the file needs a column for each metric.');
  return { kind: 'WIDE', width: names.length, date, columns };
}
