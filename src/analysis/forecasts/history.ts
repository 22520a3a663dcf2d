import { weekdayOf } from '../series/calendar.ts';
import { countDays, findDayRange } from '../series/daily-series.ts';
import { type Silence, tooFewDays } from '../silence.ts';

/** Values that the first state is made from: two weeks, if no day is missing. */
const START_VALUES = 14;
const MIN_VALUES = 56;
const MIN_CHOICE_DAYS = 14;
const MIN_JUDGED_DAYS = 28;
/** How a person lived a year ago says more about next week than how they lived five years ago. */
const MAX_DAYS = 365;
const JUDGED_SHARE = 2 / 3;

/**
 * A series from its first value to its last, NaN = missing; `weekday` is that of index 0 (0 = Monday), `n` the number
 * of values. Forecasts are made on the days from `origin` on that have a value, for the `horizon` days after each: a
 * forecast in earnest starts from a last value, too. Of the days they reach, those in `chooseFrom`..`judgeFrom` - 1
 * choose a model and those from `judgeFrom` on judge it.
 */
export type History = {
  values: Float64Array;
  weekday: number;
  n: number;
  horizon: number;
  origin: number;
  chooseFrom: number;
  judgeFrom: number;
};

/**
 * Divides a series for its back-test: of the days that a forecast can reach, the last two thirds judge (28 to 365
 * days) and those before choose (14 to 365); two weeks of values before them only teach. Silence for fewer than 56
 * values (eight weeks at the least), or for values so far apart that fewer than 42 days can be reached.
 *
 * Two thirds for judging and not one: of 180-day histories with a weekly rhythm as large as the noise, 97 instead of
 * 69 % get a forecast, and 97 instead of 96 % of random walks get none (300 each).
 */
export function divideHistory(values: Float64Array, firstDay: number, horizon: number): History | Silence {
  const n = countDays(values);
  if (n < MIN_VALUES) return tooFewDays(n, MIN_VALUES);
  const { first, last } = findDayRange(values);
  const kept = values.subarray(first, last + 1);
  const origin = findOrigin(kept);
  const reached = reachedDays(kept, origin, horizon);
  const needed = MIN_CHOICE_DAYS + MIN_JUDGED_DAYS;
  if (reached.length < needed) return tooFewDays(reached.length, needed);
  const judging = Math.min(MAX_DAYS, Math.max(MIN_JUDGED_DAYS, Math.ceil(reached.length * JUDGED_SHARE)));
  const choosing = Math.min(MAX_DAYS, reached.length - judging);
  const [chooseFrom, judgeFrom] = [reached.at(-judging - choosing)!, reached.at(-judging)!];
  return { values: kept, weekday: weekdayOf(firstDay, first), n, horizon, origin, chooseFrom, judgeFrom };
}

/** The day of the last value of the start. */
function findOrigin(values: Float64Array): number {
  let count = 0;
  return values.findIndex((value) => !Number.isNaN(value) && ++count === START_VALUES);
}

/** Days with a value, and another at most `horizon` days earlier but not before `origin`. */
function reachedDays(values: Float64Array, origin: number, horizon: number): number[] {
  const days: number[] = [];
  for (let day = origin + 1, previous = origin; day < values.length; day++) {
    if (Number.isNaN(values[day]!)) continue;
    if (day - previous <= horizon) days.push(day);
    previous = day;
  }
  return days;
}
