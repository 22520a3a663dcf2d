import { BrokenFileError } from '../../broken-file.ts';
import type { Reading, Source, SourceFile } from '../../format.ts';
import { importLimits } from '../../input.ts';
import { findDelimiter, readTable, type TableRow } from '../../table.ts';
import { areStorable, cannotBeStored } from './entry-parts.ts';

/** Columns that a program writes, in lower case. */
export type Columns<C extends string> = {
  /** Those without which a file is none of its files. */
  needed: readonly C[];
  /** Those that are read when they are there, or mean nothing. */
  known: readonly C[];
};

/** A line of a table, its cells by column; of a column that is not there, "". */
export type TableRecord<C extends string> = { row: number; cell: (column: C) => string };

/** Files of an archive that are looked into: a diary is one file, and perhaps some more around it. */
const filesMax = 20;

/** The files of an upload that have the columns. */
export async function findTables(source: Source, needed: readonly string[]): Promise<SourceFile[]> {
  const { isArchive, files } = source;
  const candidates = isArchive ? files.filter(({ name }) => /\.csv$/i.test(name)) : files;
  const found: SourceFile[] = [];
  for (const file of candidates.slice(0, filesMax)) if (await hasColumns(file, needed)) found.push(file);
  return found;
}

/** The same for who reads them. @throws BrokenFileError when there are none */
export async function requireTables(source: Source, needed: readonly string[]): Promise<SourceFile[]> {
  const found = await findTables(source, needed);
  if (found.length > 0) return found;
  throw new BrokenFileError(`There is no table whose first line names the columns ${list(needed)}.`);
}

/** Whether the first line of a file names all of these columns, in any order and case. */
export async function hasColumns(file: SourceFile, needed: readonly string[]): Promise<boolean> {
  const [line = ''] = withoutMark(await file.head()).split(/\r\n|\n|\r/, 1);
  const labels = await readLine(line);
  return needed.every((column) => labels.includes(column));
}

/**
 * The lines of tables below their headers, rows counted over all files. Columns that are not known are left out, and counted
 * when something stands in them; a line that is longer or shorter than its header is refused, for its cells would be taken for others.
 * @throws BrokenFileError when a column is missing, or there is not a single line
 */
export async function* readRecords<C extends string>(
  files: readonly SourceFile[],
  { needed, known }: Columns<C>,
  reading: Reading,
): AsyncGenerator<TableRecord<C>[]> {
  const strange = new Map<string, number>();
  let [lines, offset] = [0, 0];
  for (const file of files) {
    let [header, last]: [Header<C> | null, number] = [null, 0];
    for await (const batch of readTable(unmarked(file.text()), findDelimiter(withoutMark(await file.head())))) {
      header ??= batch.length > 0 ? new Header(batch.shift()!.cells, [...needed, ...known], strange) : null;
      header?.require(needed);
      lines += batch.length;
      last = batch.at(-1)?.row ?? last;
      yield header?.toRecords(batch, offset, reading) ?? [];
    }
    offset += last;
  }
  if (lines === 0) throw new BrokenFileError(`The file is empty: below the columns ${list(needed)} there is no line.`);
  for (const [label, count] of strange) reading.leaveOut(`Column "${label}"`, count);
}

class Header<C extends string> {
  private readonly labels: string[];
  private readonly places: ReadonlyMap<string, number>;
  private readonly unknown: { place: number; label: string }[];
  private readonly strange: Map<string, number>;

  /** @param strange gathers in how many lines something stands in a column that is not known */
  constructor(cells: readonly string[], known: readonly C[], strange: Map<string, number>) {
    if (cells.length > importLimits.columns)
      throw new BrokenFileError(`The file has more than ${importLimits.columns} columns.`);
    this.labels = cells.map(toLabel);
    // Of two columns with one name the first counts.
    this.places = new Map(this.labels.map((label, place) => [label, place] as const).toReversed());
    this.unknown = this.labels
      .map((label, place) => ({ label: label.slice(0, 50), place }))
      .filter(({ place }) => !known.includes(this.labels[place] as C));
    this.strange = strange;
  }

  require(needed: readonly C[]): void {
    const missing = needed.filter((column) => !this.places.has(column));
    if (missing.length > 0)
      throw new BrokenFileError(`The first line must name the columns ${list(needed)}; ${list(missing)} is missing.`);
  }

  toRecords(batch: readonly TableRow[], offset: number, reading: Reading): TableRecord<C>[] {
    return batch.flatMap(({ row, cells }) => {
      if (cells.every((cell) => cell.trim() === '')) return [];
      const problem = this.findProblem(cells);
      if (problem) reading.reject(row + offset, problem);
      if (problem) return [];
      this.countUnknown(cells);
      return [{ row: row + offset, cell: (column: C) => cells[this.places.get(column) ?? -1]?.trim() ?? '' }];
    });
  }

  private findProblem(cells: readonly string[]): string | null {
    const { length } = this.labels;
    if (cells.length < length || cells.slice(length).some((cell) => cell.trim() !== ''))
      return `This row has ${cells.length} cells, the first line has ${length}.`;
    return areStorable(cells) ? null : cannotBeStored;
  }

  private countUnknown(cells: readonly string[]): void {
    for (const { place, label } of this.unknown)
      if (cells[place]!.trim() !== '') this.strange.set(label, (this.strange.get(label) ?? 0) + 1);
  }
}

const toLabel = (cell: string): string => cell.trim().toLowerCase();
const list = (columns: readonly string[]): string => columns.map((column) => `"${column}"`).join(', ');

async function readLine(line: string): Promise<string[]> {
  if (line.length > importLimits.row) return [];
  try {
    for await (const [first] of readTable(single(line), findDelimiter(line)))
      if (first && first.cells.length <= importLimits.columns) return first.cells.map(toLabel);
  } catch (error) {
    if (!(error instanceof BrokenFileError)) throw error;
  }
  return [];
}

async function* single(text: string): AsyncGenerator<string> {
  yield text;
}

/** A byte order mark in front of a quotation mark would make a word of the quoted header. */
export const withoutMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text);

/** The text without the byte order mark that some programs begin it with. */
export async function* unmarked(text: AsyncIterable<string>): AsyncGenerator<string> {
  let isFirst = true;
  for await (const piece of text) {
    yield isFirst ? withoutMark(piece) : piece;
    isFirst &&= piece === '';
  }
}
