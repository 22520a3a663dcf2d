import { BrokenFileError } from '../../broken-file.ts';
import type { FileMetric, Reading, SourceFile } from '../../format.ts';
import { importLimits } from '../../input.ts';
import { readRecords, type Columns } from '../diaries/records.ts';
import { toUnit } from '../diaries/named-metrics.ts';

/** A habit as the list of habits has it. */
export type Habit = {
  name: string;
  /** Null in files of versions that did not say. */
  isNumerical: boolean | null;
  unit: string | null;
  desired: 'HIGHER' | 'LOWER';
};

const needed = ['position', 'name'] as const;
/** Besides name, type, unit and direction none has a place in a metric; an archived habit has its past all the same. */
const known = [
  'type',
  'question',
  'description',
  'frequencynumerator',
  'frequencydenominator',
  'numrepetitions',
  'interval',
  'color',
  'unit',
  'target type',
  'target value',
  'archived?',
] as const;
type Column = (typeof needed)[number] | (typeof known)[number];
const columns: Columns<Column> = { needed, known };

export const habitColumns = needed;

/**
 * The habits of Habits.csv by position, which the folders of the archive begin with, and how many lines it has.
 * @throws BrokenFileError
 */
export async function readHabits(
  file: SourceFile,
  reading: Reading,
): Promise<{ habits: Map<number, Habit>; lines: number }> {
  const habits = new Map<number, Habit>();
  const names = new Set<string>();
  let lines = 0;
  for await (const batch of readRecords([file], columns, reading)) {
    for (const { row, cell } of batch) {
      lines = row;
      const position = /^\d{1,6}$/.test(cell('position')) ? Number(cell('position')) : null;
      if (position === null) reading.reject(row, 'In the list of habits the position is no number.');
      else if (habits.has(position)) reading.reject(row, 'In the list of habits this position stands twice.');
      else habits.set(position, toHabit(cell, uniqueName(cell('name'), names), reading));
    }
    if (habits.size > importLimits.metrics)
      throw new BrokenFileError(`The file has more than ${importLimits.metrics} habits.`);
  }
  return { habits, lines };
}

function toHabit(cell: (column: Column) => string, name: string, reading: Reading): Habit {
  const type = cell('type').toUpperCase();
  return {
    name,
    isNumerical: type === 'NUMERICAL' ? true : type === 'YES_NO' ? false : null,
    unit: toUnit(cell('unit'), reading),
    desired: cell('target type').toUpperCase() === 'AT_MOST' ? 'LOWER' : 'HIGHER',
  };
}

/** Two habits of one name would be one metric, with two values a day. */
function uniqueName(name: string, names: Set<string>): string {
  if (name === '') return name;
  let unique = name;
  for (let number = 2; names.has(unique.toLowerCase()); number++) unique = `${name} (${number})`;
  names.add(unique.toLowerCase());
  return unique;
}

/** What a habit is as a metric. */
export const toMetric = ({ name, unit, desired }: Habit, isNumerical: boolean): FileMetric =>
  isNumerical
    ? { name, type: 'NUMBER', unit, category: 'habits', aggregation: 'SUM', desired }
    : { name, type: 'BINARY', unit: null, category: 'habits', desired: 'HIGHER' };
