import { toDayNumber } from '../../../kernel/civil-time.ts';

/** Of how many days, weeks and months the newest file is kept. */
export type Keep = { days: number; weeks: number; months: number };

/** A week of the calendar, from Monday: 1970-01-01 was a Thursday. */
const weekOf = (day: string): number => Math.floor((toDayNumber(day) + 3) / 7);
const monthOf = (day: string): string => day.slice(0, 7);

/**
 * Which files stay: the newest of each of the last days, weeks and months that have any. A time without changes, and so
 * without files, makes nothing old.
 * @param days the days of the files there are, each once
 */
export function chooseKept(days: readonly string[], keep: Keep): Set<string> {
  const newestFirst = days.toSorted().toReversed();
  return new Set([
    ...newestOfEach(newestFirst, (day) => day, keep.days),
    ...newestOfEach(newestFirst, weekOf, keep.weeks),
    ...newestOfEach(newestFirst, monthOf, keep.months),
  ]);
}

function newestOfEach(newestFirst: readonly string[], spanOf: (day: string) => unknown, count: number): string[] {
  const firsts = newestFirst.filter((day, i) => i === 0 || spanOf(day) !== spanOf(newestFirst[i - 1]!));
  return firsts.slice(0, count);
}
