import { countDays, findDayRange, isBinary } from '../series/daily-series.ts';
import { type Silence, tooFewDays } from '../silence.ts';

/** Consecutive days, both ends included: last - first + 1 of them. */
export type Streak = { first: number; last: number; days: number };
/**
 * `kind` is what is counted: days with a yes, or, for metrics of other values, days with any value. `current` is the
 * streak that the last value belongs to, null when that is a no; `longest` the earliest of the longest ones, null when
 * there never was a yes. `days` have a value. `milestone` is the largest of 7, 30, 100 and 365 that the current streak
 * has reached.
 */
export type Streaks = {
  kind: 'YES' | 'TRACKED';
  current: Streak | null;
  longest: Streak | null;
  days: number;
  milestone: number | null;
};

const MILESTONES = [365, 100, 30, 7];

/**
 * The streaks of a metric, facts without a test. A missing day ends one; the days after the last value do not count
 * yet. Silent only without any value.
 */
export function findStreaks(values: Float64Array): Streaks | Silence {
  const { last } = findDayRange(values);
  if (last < 0) return tooFewDays(0, 1);
  const kind = isBinary(values) ? 'YES' : 'TRACKED';
  const streaks = listStreaks(values, kind === 'YES' ? (value) => value === 1 : (value) => !Number.isNaN(value));
  const newest = streaks.at(-1);
  const current = newest?.last === last ? newest : null;
  const longest = streaks.reduce<Streak | null>((best, one) => (best && best.days >= one.days ? best : one), null);
  const milestone = MILESTONES.find((days) => current !== null && current.days >= days) ?? null;
  return { kind, current, longest, days: countDays(values), milestone };
}

function listStreaks(values: Float64Array, belongs: (value: number) => boolean): Streak[] {
  const streaks: Streak[] = [];
  for (let day = 0; day < values.length; day++) {
    if (!belongs(values[day]!)) continue;
    const newest = streaks.at(-1);
    if (newest?.last === day - 1) {
      newest.last = day;
      newest.days++;
    } else streaks.push({ first: day, last: day, days: 1 });
  }
  return streaks;
}
