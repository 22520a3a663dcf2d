import type { Reading, Row, SourceFile } from '../../format.ts';
import { readTable, type TableRow } from '../../table.ts';
import { areStorable, cannotBeStored, findProblem, toNotes } from '../diaries/entry-parts.ts';
import type { NamedMetrics } from '../diaries/named-metrics.ts';
import { unmarked } from '../diaries/records.ts';
import { toMetric, type Habit } from './habits.ts';

/** What Loop keeps for a day. Numbers of habits that are counted are kept in thousandths, and these five are written as words whatever the habit. */
const words = new Map([
  ['unknown', -1],
  ['no', 0],
  ['yes_auto', 1],
  ['yes_manual', 2],
  ['skip', 3],
]);
const [unknown, skip] = [-1, 3];
const yes = 2;

/** Whether numbers stand at the beginning of a file that a habit of yes and no never has: thousandths. */
export function looksNumerical(head: string): boolean {
  const values = head.split(/\r\n|\n|\r/).map((line) => Number(line.split(',', 2)[1]?.replaceAll('"', '') || 0));
  return values.some((value) => Number.isInteger(value) && (value < unknown || value > skip));
}

type Origin = { position: number; habit: Habit; isNumerical: boolean; offset: number };

/** The file of one habit: a line for each day. Files of versions before 2.3 have numbers instead of words, and often no header. */
export class Checkmarks {
  /** Lines read so far. */
  lines = 0;
  private readonly origin: Origin;
  private readonly metrics: NamedMetrics;
  private readonly reading: Reading;
  /** What each day has brought; bounded, for there are no more days than those of three centuries. */
  private readonly days = new Map<string, string>();
  private places: { date: number; value: number; notes: number } | null = null;

  constructor(origin: Origin, metrics: NamedMetrics, reading: Reading) {
    this.origin = origin;
    this.metrics = metrics;
    this.reading = reading;
  }

  async *read(file: SourceFile): AsyncGenerator<Row[]> {
    for await (const batch of readTable(unmarked(file.text()))) yield batch.flatMap((line) => this.take(line));
  }

  private take({ row, cells }: TableRow): Row[] {
    this.lines = row;
    if (!this.places && this.readHeader(cells)) return [];
    const found = this.toRow(row + this.origin.offset, cells);
    if (typeof found !== 'string') return found;
    const habit = String(this.origin.position).padStart(3, '0');
    this.reading.reject(row + this.origin.offset, `Habit ${habit}, line ${row}: ${found}`);
    return [];
  }

  /** Learns where the columns are. @returns whether the line was a header */
  private readHeader(cells: readonly string[]): boolean {
    const labels = cells.map((cell) => cell.trim().toLowerCase());
    const [date, value, notes] = ['date', 'value', 'notes'].map((label) => labels.indexOf(label));
    const isHeader = date! >= 0 && value! >= 0;
    this.places = isHeader ? { date: date!, value: value!, notes: notes! } : { date: 0, value: 1, notes: 2 };
    return isHeader;
  }

  private toRow(row: number, cells: readonly string[]): Row[] | string {
    if (!areStorable(cells)) return cannotBeStored;
    const { date, value, notes } = this.readCells(cells);
    const problem = findProblem(date, notes);
    if (problem) return problem;
    const stored = words.get(value.toLowerCase()) ?? (/^-?\d{1,15}$/.test(value) ? Number(value) : NaN);
    const converted = this.convert(stored);
    if (typeof converted === 'string') return converted;
    const repeated = this.findRepeated(date, String(stored));
    if (repeated !== null) return repeated || [];
    if (converted === null) return this.leaveOut(stored, notes);
    const { habit, isNumerical } = this.origin;
    const metric = this.metrics.find(habit.name, () => toMetric(habit, isNumerical));
    if (typeof metric === 'string') return metric;
    return [{ row, metric: metric.number, date, time: null, value: converted, notes, key: 'day' }];
  }

  private readCells(cells: readonly string[]): { date: string; value: string; notes: string | null } {
    const { date, value, notes } = this.places!;
    return {
      date: cells[date]?.trim() ?? '',
      value: cells[value]?.trim() ?? '',
      notes: toNotes(cells[notes] ?? ''),
    };
  }

  /** The value; null for a day without one; or what is wrong. */
  private convert(stored: number): number | boolean | string | null {
    if (Number.isNaN(stored)) return 'This value is none of those that Loop writes.';
    if (stored === skip || stored === unknown) return null;
    if (stored < 0) return 'This value is none of those that Loop writes.';
    if (this.origin.isNumerical) return stored / 1000;
    // YES_AUTO: not done on this day, and not due either, for it was done often enough around it.
    return stored <= yes ? stored === yes : 'A habit of yes and no has a number here.';
  }

  /** Null for a day that is new; "" for an exact copy, which counts once; or what is wrong. */
  private findRepeated(date: string, value: string): string | null {
    const before = this.days.get(date);
    this.days.set(date, before ?? value);
    if (before === undefined) return null;
    if (before === value) this.reading.leaveOut('Days that stand twice with the same value');
    return before === value ? '' : 'This day stands in the file twice, with two values.';
  }

  private leaveOut(stored: number, notes: string | null): [] {
    this.reading.leaveOut(stored === skip ? 'Days that were skipped' : 'Days without an answer');
    if (notes) this.reading.leaveOut('Notes on days that were skipped or have no answer');
    return [];
  }
}
