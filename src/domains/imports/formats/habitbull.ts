import type { FileMetric, Format, Reading, Row } from '../format.ts';
import { importLimits } from '../input.ts';
import { findProblem, toNotes, toNumber } from './diaries/entry-parts.ts';
import { Moments } from './diaries/moments.ts';
import { NamedMetrics, toCategory } from './diaries/named-metrics.ts';
import { findTables, readRecords, requireTables, type Columns, type TableRecord } from './diaries/records.ts';
import { Waiting } from './diaries/waiting.ts';

const needed = ['habitname', 'calendardate', 'value'] as const;
const known = ['habitdescription', 'habitcategory', 'commenttext'] as const;
type Column = (typeof needed)[number] | (typeof known)[number];
const columns: Columns<Column> = { needed, known };

/**
 * HabitBull's CSV (not documented by HabitBull; the columns are those of a file that another program's tests read): a line for
 * each habit and day. The file does not say what a habit is, nor what 0 means (not verified: not done): one with nothing but 0 and 1 is of yes and no, any other is
 * counted. So its days wait for its last one.
 */
export const habitBull: Format = {
  id: 'HABITBULL',
  label: 'HabitBull',
  recognise: async (source) => (await findTables(source, needed)).length > 0,
  read: async function* (source, reading) {
    const files = await requireTables(source, needed);
    const habits = new Habits(reading);
    for await (const batch of readRecords(files, columns, reading)) {
      for (const record of batch) habits.take(record);
      if (habits.isFull) yield* habits.settle();
    }
    yield* habits.settle();
  },
};

/** A day of a habit, as the file has it. */
type Day = { row: number; habit: Habit; date: string; value: number; notes: string | null };

type Habit = { name: string; category: string; isCounted: boolean };

/** Rows of a batch. */
const batch = 2000;

class Habits {
  private readonly reading: Reading;
  private readonly metrics: NamedMetrics;
  private readonly habits = new Map<string, Habit>();
  private readonly moments = new Moments();
  private readonly waiting = new Waiting<Day>();

  constructor(reading: Reading) {
    this.reading = reading;
    this.metrics = new NamedMetrics(reading);
  }

  get isFull(): boolean {
    return this.waiting.isFull;
  }

  take(record: TableRecord<Column>): void {
    const problem = this.read(record);
    if (problem) this.reading.reject(record.row, problem);
  }

  /** The days that wait, now that their habits are known as well as they can be. */
  *settle(): Generator<Row[]> {
    const days = this.waiting.takeAll();
    for (let at = 0; at < days.length; at += batch) yield days.slice(at, at + batch).flatMap((day) => this.toRows(day));
  }

  /** @returns what is wrong with the line, or null */
  private read({ row, cell }: TableRecord<Column>): string | null {
    if (cell('habitdescription') !== '') this.reading.leaveOut('Descriptions of habits');
    if (cell('value') === '') this.reading.leaveOut('Days without a value');
    if (cell('value') === '') return null;
    const [date, notes, value] = [toDay(cell('calendardate')), toNotes(cell('commenttext')), toNumber(cell('value'))];
    if (value === null) return 'The value is no number.';
    const problem = findProblem(date, notes);
    if (problem) return problem;
    const habit = this.find(cell('habitname'), cell('habitcategory'));
    if (typeof habit === 'string') return habit;
    const key = this.moments.take(habit.name, date, String(value));
    if (!key) this.reading.leaveOut('Days that stand twice with the same value');
    if (key !== date) return key && 'This day of the habit stands in the file twice, with two values.';
    habit.isCounted ||= value !== 0 && value !== 1;
    this.waiting.add({ row, habit, date, value, notes }, notes?.length ?? 0);
    return null;
  }

  private find(name: string, category: string): Habit | string {
    const id = name.toLowerCase();
    const habit = this.habits.get(id) ?? { name, category, isCounted: false };
    if (this.habits.size >= importLimits.metrics && !this.habits.has(id))
      return `A file names at most ${importLimits.metrics} habits.`;
    this.habits.set(id, habit);
    return habit;
  }

  private toRows({ row, habit, date, value, notes }: Day): Row[] {
    const metric = this.metrics.find(habit.name, () => toMetric(habit));
    const isBinary = typeof metric !== 'string' && metric.metric.type === 'BINARY';
    const problem = typeof metric === 'string' ? metric : isBinary && value !== 0 && value !== 1 ? tooLate : null;
    if (problem) this.reading.reject(row, problem);
    if (problem || typeof metric === 'string') return [];
    return [{ row, metric: metric.number, date, time: null, value: isBinary ? value === 1 : value, notes, key: 'day' }];
  }
}

const tooLate = 'A number in a habit of yes and no: all its days before had 0 or 1.';

const toMetric = ({ name, category, isCounted }: Habit): FileMetric => ({
  name,
  type: isCounted ? 'NUMBER' : 'BINARY',
  unit: null,
  category: toCategory(category) ?? 'habits',
  ...(isCounted && { aggregation: 'SUM' as const }),
});

/** 2026-1-5 is a day as well; what follows it, like a time of midnight, says nothing. */
function toDay(text: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].{0,20})?$/.exec(text) ?? [];
  return year === undefined ? '' : `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}`;
}
