import { isStorable } from '../../../../kernel/text.ts';
import { entryLimits, notesShape, tagsShape } from '../../../entries/input.ts';
import { splitTags, restoreText } from '../../../exports/csv-text.ts';
import { BrokenFileError } from '../../broken-file.ts';
import type { Format, Reading, Row, Source, SourceFile } from '../../format.ts';
import { findDelimiter, readTable, type TableRow } from '../../table.ts';
import { unmarked, withoutMark } from '../diaries/records.ts';
import { toClock } from './clocks.ts';
import { Dates, type Moment } from './dates.ts';
import { tellDecimalMarks } from './decimal-marks.ts';
import { readLayout, type Layout } from './layout.ts';
import { bySpecificity, CsvMetrics, isPercentage, toFileMetric } from './metrics.ts';
import { readOptions, type CsvOptions } from './options.ts';
import { openLines, type LineReader } from './rows.ts';
import { readValue, Refusal, type Taker } from './values.ts';

/**
 * Any table of a person's own, long or wide. It is read twice, for what a metric is can depend on its last value, and what a date is
 * on the last date: first everything is learned, then the rows are made. Options: formats/csv/options.ts.
 */
export const csv: Format = {
  id: 'CSV',
  label: 'CSV',
  isOwn: true,
  recognise: async ({ isArchive }) => !isArchive,
  checkOptions: (options) => void readOptions(options),
  read: async function* (source, reading) {
    const options = readOptions(reading.options);
    const table = await openTable(source, options);
    const learned = new Learned(options, table.delimiter);
    for await (const lines of table.read()) {
      for (const { cells } of lines) learned.take(cells);
      // Nothing yet, but whoever waits sees that it goes on.
      yield [];
    }
    const entries = new Entries(learned, reading);
    for await (const lines of table.read()) yield lines.flatMap((line) => entries.take(line));
  },
};

type Table = { delimiter: string; read: () => AsyncIterable<TableRow[]> };

/** What Excel takes for the delimiter, and does not count as a line. */
const excelLine = /^"?sep=([^\r\n"])"?(?:\r\n|\n|\r)/i;

async function openTable({ isArchive, files: [file] }: Source, options: CsvOptions): Promise<Table> {
  if (isArchive)
    throw new BrokenFileError('This is an archive: upload the file in it, or name the program that made it.');
  const head = withoutMark(await file!.head());
  const [line = '', named] = excelLine.exec(head) ?? [];
  const rest = head.slice(line.length).replace(/^[\r\n]+/, '');
  const delimiter = options.delimiter ?? named ?? findDelimiter(rest);
  return { delimiter, read: () => readTable(behind(file!, line.length), delimiter) };
}

/** The text of a file without its mark and what stands in front. @param length characters to leave out */
async function* behind(file: SourceFile, length: number): AsyncGenerator<string> {
  let left = length;
  for await (const piece of unmarked(file.text())) {
    yield piece.slice(left);
    left = Math.max(0, left - piece.length);
  }
}

/** What a file says about its columns, metrics, numbers and dates as a whole. */
class Learned {
  readonly metrics = new CsvMetrics();
  readonly dates: Dates;
  readonly options: CsvOptions;
  readonly delimiter: string;
  private found: { layout: Layout; lines: LineReader } | null = null;

  constructor(options: CsvOptions, delimiter: string) {
    this.options = options;
    this.delimiter = delimiter;
    this.dates = new Dates(options.dateOrder);
  }

  /** @throws BrokenFileError when nothing has been learned */
  get columns(): { layout: Layout; lines: LineReader } {
    if (!this.found) throw new BrokenFileError('The file is empty.');
    return this.found;
  }

  /** Takes the first line and all others in. What cannot be read says nothing: it is refused when the rows are made. */
  take(cells: readonly string[]): void {
    if (!this.found) {
      const layout = readLayout(cells, this.options);
      this.found = { layout, lines: openLines(layout, this.metrics) };
      return;
    }
    const { lines } = this.found;
    if (lines.findProblem(cells) !== null || !this.dates.learn(lines.cell(cells, 'date'))) return;
    lines.eachValue(cells, this.observe);
  }

  private readonly observe = (index: number, cell: string): null => {
    this.metrics.observe(index, cell);
    return null;
  };
}

/** Makes entries of the lines of a file that has been learned. */
class Entries {
  private readonly reading: Reading;
  private readonly dates: Dates;
  private readonly lines: LineReader;
  private readonly takers: Taker[];
  private isHeader = true;

  constructor(learned: Learned, reading: Reading) {
    const { layout, lines } = learned.columns;
    this.reading = reading;
    this.dates = learned.dates;
    this.lines = lines;
    reading.describe(layout.kind, layout.ignored);
    if (this.dates.question) reading.ask(this.dates.question);
    this.takers = openTakers(learned, reading);
  }

  /** A row is taken as a whole or not at all: the person mends it, and imports the file again. */
  take({ row, cells }: TableRow): Row[] {
    const isHeader = this.isHeader;
    this.isHeader = false;
    const problem = isHeader ? '' : this.lines.findProblem(cells);
    const rows = problem ?? this.toRows(row, cells);
    if (typeof rows !== 'string') return rows;
    if (rows !== '') this.reading.reject(row, rows);
    return [];
  }

  private toRows(row: number, cells: readonly string[]): Row[] | string {
    const moment = this.readMoment(cells);
    if (typeof moment === 'string') return moment;
    const notes = readNotes(this.lines.cell(cells, 'notes'));
    if (notes.problem) return notes.problem;
    const tags = readTags(this.lines.cell(cells, 'tags'));
    if (typeof tags === 'string') return tags;
    const rows: Row[] = [];
    const problem = this.lines.eachValue(cells, (index, cell) => {
      const taker = this.takers[index]!;
      const value = readValue(taker, cell);
      if (value instanceof Refusal) return value.reason;
      rows.push({ row, metric: taker.metric, date: moment.date, time: moment.time, value, notes: notes.text, tags });
      return null;
    });
    return problem ?? rows;
  }

  /** A column of times says it better than one of dates. */
  private readMoment(cells: readonly string[]): Moment | string {
    const moment = this.dates.read(this.lines.cell(cells, 'date'), this.reading);
    const clock = this.lines.cell(cells, 'time').trim();
    if (typeof moment === 'string' || clock === '') return moment;
    const time = toClock(clock);
    return time ? { date: moment.date, time } : 'This time cannot be read. Write it like 07:30, or 7:30 PM.';
  }
}

function openTakers({ metrics, options, delimiter }: Learned, reading: Reading): Taker[] {
  const numbers: number[] = [];
  for (const index of bySpecificity(metrics.all)) numbers[index] = reading.metric(toFileMetric(metrics.all[index]!));
  const isCounted = (number: number) => !['TEXT', 'BINARY'].includes(reading.configOf(number).type);
  const seen = metrics.all.filter((_, i) => isCounted(numbers[i]!)).map(({ has }) => has);
  const decimals = tellDecimalMarks(seen, { decimal: options.decimal, delimiter });
  if (decimals.question) reading.ask(decimals.question);
  return metrics.all.map((each, i) => ({
    metric: numbers[i]!,
    config: reading.configOf(numbers[i]!),
    label: each.label,
    mark: decimals.of(each.has),
    isPercentage: isPercentage(each),
  }));
}

function readNotes(cell: string): { text: string | null; problem?: string } {
  const text = restoreText(cell);
  if (text === '') return noNotes;
  if (text.length <= entryLimits.notes && isStorable(text)) return { text };
  return { text: null, problem: notesShape.safeParse(text).error!.issues[0]!.message };
}

const noNotes = { text: null } as const;
const noTags: readonly string[] = [];

function readTags(cell: string): readonly string[] | string {
  if (cell === '') return noTags;
  const read = tagsShape.safeParse(splitTags(restoreText(cell).trim()));
  return read.success ? read.data : read.error.issues[0]!.message;
}
