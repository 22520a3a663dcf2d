import { BrokenFileError } from '../../broken-file.ts';
import { DayValues } from '../../day-values.ts';
import type { FileMetric, Reading, Row, Source, SourceFile } from '../../format.ts';
import type { JsonPattern } from '../../json-values.ts';
import { findDelimiter, readTable, type TableRow } from '../../table.ts';
import { toDeviceName } from './device-names.ts';
import type { DeviceRecord } from './device-record.ts';
import { readJsonRecords, type JsonRecord } from './json-records.ts';
import { RecentRecords } from './recent-records.ts';

/** What of a record several metrics have in common. */
export type Moment = Pick<Row, 'row' | 'date' | 'time' | 'device' | 'key'>;

/** Values of one record; null for what it does not have. */
export type Values = readonly (readonly [metric: FileMetric, value: number | null])[];

/** What is made of a record: rows at once, or nothing yet. */
export type Take = (record: DeviceRecord) => readonly Row[] | void;

type Columns = { width: number; places: ReadonlyMap<string, number> };

/** Names of devices that are remembered: a file repeats few of them, millions of times. */
const namesMax = 1000;

/**
 * Reads the files of an export one after the other. Rows are counted through all of them. In an archive a file that cannot be
 * read is refused, and the others are read nevertheless.
 */
export class ExportReader {
  readonly reading: Reading;
  readonly days = new DayValues();
  /** Records that have been read, whatever became of them. */
  records = 0;
  private readonly isArchive: boolean;
  private readonly names = new Map<string, string>();
  private readonly recent = new RecentRecords();
  /** Rows of the files before, and of all. */
  private before = 0;
  private rows = 0;

  constructor({ isArchive }: Source, reading: Reading) {
    this.isArchive = isArchive;
    this.reading = reading;
  }

  /**
   * Rows of a CSV below its header; names of columns are in lower case here.
   * @param label what the file holds, for the report: "Steps". Names of files may hold names of people
   * @param needed columns without which there is nothing to read
   */
  async *table(file: SourceFile, label: string, needed: readonly string[], take: Take): AsyncGenerator<Row[]> {
    const delimiter = findDelimiter(await file.head());
    let columns: Columns | null = null;
    this.before = this.rows;
    for await (const lines of this.whole(readTable(file.text(), delimiter), label)) {
      const [header] = columns ? [] : lines.splice(0, 1);
      if (header) columns = this.readHeader(header, label, needed);
      if (columns === null && header) return;
      yield this.takeAll(lines, (line) => this.toRecord(line, columns!), take);
    }
  }

  /** Rows of the objects of a list in JSON. @param fields of interest; "summary.deep" stands in an object of its own */
  async *list(
    file: SourceFile,
    label: string,
    { place, fields }: { place: JsonPattern; fields: readonly string[] },
    take: Take,
  ): AsyncGenerator<Row[]> {
    for await (const records of this.whole(readJsonRecords(file.text(), place, fields), label))
      yield this.takeAll(records, (record) => this.fromJson(record), take);
  }

  /** Whether this record has not come a short while ago. */
  isNew(...content: readonly (string | number | null)[]): boolean {
    return this.recent.isNew(content.join('\n'));
  }

  /** Leaves out what belongs to the export: one that holds nothing else is not a broken one. */
  leaveOut(what: string, records = 1): void {
    this.records += records;
    this.reading.leaveOut(what, records);
  }

  /** The device that a record names; the export's own when it names none. */
  device(text: string | null, own: string): string {
    if (text === null) return own;
    if (this.names.size >= namesMax) this.names.clear();
    let name = this.names.get(text);
    if (name === undefined) this.names.set(text, (name = toDeviceName(text) ?? own));
    return name;
  }

  /** A row for each value of a record. One that cannot be read refuses the record. */
  entries(moment: Moment, values: Values): Row[] {
    const present = values.filter(([, value]) => value !== null);
    if (present.some(([, value]) => Number.isNaN(value))) {
      this.reading.reject(moment.row, noNumber);
      return [];
    }
    return present.map(([metric, value]) => ({ ...moment, metric: this.reading.metric(metric), value: value! }));
  }

  /** The values that stand for a day: when there are several, the last one holds. */
  addDay(moment: Moment, values: Values): void {
    for (const { row, metric, value, ...place } of this.entries(moment, values))
      this.days.add({ metric, ...place }, Number(value), { rule: 'LAST', row });
  }

  /** Ends the reading: the values of days. @throws BrokenFileError when not one record has been found */
  *end(expected: string): Generator<Row[]> {
    if (this.records === 0) throw new BrokenFileError(expected);
    yield* this.days.rows();
  }

  /** One after the other, so that the report names what is refused in the order of the file. */
  private takeAll<Raw>(batch: readonly Raw[], toRecord: (raw: Raw) => DeviceRecord | null, take: Take): Row[] {
    return batch.flatMap((raw) => {
      const record = toRecord(raw);
      return (record && take(record)) || [];
    });
  }

  private async *whole<Batch>(batches: AsyncIterable<Batch>, label: string): AsyncGenerator<Batch> {
    try {
      yield* batches;
    } catch (error) {
      if (!this.isArchive || !(error instanceof BrokenFileError)) throw error;
      this.reading.reject(this.rows + 1, `${label}: ${error.message}`);
    }
  }

  /** @returns null when there is nothing to read */
  private readHeader({ row, cells }: TableRow, label: string, needed: readonly string[]): Columns | null {
    this.rows = this.before + row;
    const names = cells.map((cell) => cell.replace('\ufeff', '').trim().toLowerCase());
    // What a program writes where there is nothing to write.
    if (names.length === 1 && names[0] === 'no data') return null;
    const missing = needed.find((column) => !names.includes(column));
    if (missing === undefined)
      return { width: names.length, places: new Map(names.map((name, place) => [name, place])) };
    const message = `${label}: the first line has no column "${missing}".`;
    if (!this.isArchive) throw new BrokenFileError(message);
    this.reading.reject(this.rows, message);
    return null;
  }

  private toRecord({ row, cells }: TableRow, { width, places }: Columns): DeviceRecord | null {
    this.rows = this.before + row;
    this.records++;
    // A line that was cut off could pass for one with a smaller number.
    if (cells.length !== width) {
      this.reading.reject(this.rows, 'This line does not have as many cells as the first line has columns.');
      return null;
    }
    return { row: this.rows, get: (field) => cells[places.get(field) ?? -1] };
  }

  private fromJson({ fields, problem }: JsonRecord): DeviceRecord | null {
    this.rows++;
    this.records++;
    if (problem) this.reading.reject(this.rows, problem);
    return problem ? null : { row: this.rows, get: (field) => fields.get(field) };
  }
}

const noNumber = 'A value of this record is no number, or less than nothing.';
