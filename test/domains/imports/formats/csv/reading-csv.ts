import { csv } from '../../../../../src/domains/imports/formats/csv/csv.ts';
import { readWith, sourceOf, type Read, type ReadOptions } from '../reading.ts';

/** What a CSV comes to. */
export const read = (text: string, options: ReadOptions = {}): Promise<Read> =>
  readWith(csv, sourceOf({ 'mine.csv': text }, false, options.piece), options);

/** Why a CSV as a whole is refused. */
export const refusal = async (text: string, options: ReadOptions = {}): Promise<string> =>
  read(text, options).then(
    () => 'taken',
    (error: Error) => error.message,
  );

/** The values of a column of numbers, or whatever stands in it. */
export const valuesOf = async (
  cells: readonly string[],
  options: ReadOptions = {},
  delimiter = ';',
): Promise<unknown[]> => (await readColumn(cells, options, delimiter)).rows.map(({ value }) => value);

/** A file of one metric A, with a cell for each day. */
export const readColumn = (
  cells: readonly string[],
  options: ReadOptions = {},
  delimiter = ';',
  label = 'A',
): Promise<Read> => {
  const lines = cells.map((cell, i) => `2026-01-${String(i + 1).padStart(2, '0')}${delimiter}"${cell}"`);
  return read([`date${delimiter}${label}`, ...lines].join('\n'), options);
};

/** Days and times of a file with these cells of dates. */
export async function momentsOf(cells: readonly string[], options: ReadOptions = {}): Promise<(string | null)[]> {
  const { rows } = await readDates(cells, options);
  return rows.map(({ date, time }) => (time === null ? date : `${date} ${time}`));
}

/** A file with these cells of dates, and a value each. */
export const readDates = (cells: readonly string[], options: ReadOptions = {}): Promise<Read> =>
  read(['date\tA', ...cells.map((cell, i) => `${cell}\t${i + 1}`)].join('\n'), options);
