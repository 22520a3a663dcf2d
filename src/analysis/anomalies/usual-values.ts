import { toFinite } from '../series/daily-series.ts';
import { weekdayOf } from '../series/calendar.ts';
import { SlidingMedian } from './sliding-median.ts';

/** How many values the level of the moment is the median of: three weeks, so that a new level is usual in two. */
const LEVEL_VALUES = 21;
/** Fewer values make no level. */
const MIN_LEVEL_VALUES = 14;
/** How many of its last deviations from the level a weekday's own share is the median of: a quarter of a year. */
const WEEKDAY_VALUES = 13;
const MIN_WEEKDAY_VALUES = 3;

/**
 * What would have been usual on each day, in the metric's unit, by nothing but the values before it: the median of the
 * last 21 values, and by how much the last 13 values of such a weekday were off that median in their time (their median
 * again). NaN on days without a value and on those with fewer than 14 values, or 3 deviations of their weekday, before
 * them. Values are finite or NaN.
 *
 * @param firstDay the civil day of index 0, in days since 1970-01-01
 */
export function findUsualValues(values: Float64Array, firstDay: number): Float64Array {
  const usual = new Float64Array(values.length).fill(Number.NaN);
  const recent = new SlidingMedian(LEVEL_VALUES);
  const weekdays = Array.from({ length: 7 }, () => new SlidingMedian(WEEKDAY_VALUES));
  for (let day = 0; day < values.length; day++) {
    const value = values[day]!;
    if (Number.isNaN(value)) continue;
    if (recent.size >= MIN_LEVEL_VALUES) {
      const level = recent.median;
      const weekday = weekdays[weekdayOf(firstDay, day)]!;
      if (weekday.size >= MIN_WEEKDAY_VALUES) usual[day] = toFinite(level + weekday.median);
      weekday.push(toFinite(value - level));
    }
    recent.push(value);
  }
  return usual;
}
