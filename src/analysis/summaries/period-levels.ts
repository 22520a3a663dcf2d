/** A value and the index of its day. */
export type DayValue = { day: number; value: number };

/**
 * The levels of a period and of the equally long one just before it: means of the daily values in the metric's unit (of
 * yes and no the share of yes), null where there is no value. `days` are those that have one. `lowest` and `highest` are
 * of the period; the first such day where there are several.
 */
export type PeriodLevels = {
  level: number | null;
  previousLevel: number | null;
  difference: number | null;
  days: number;
  previousDays: number;
  lowest: DayValue | null;
  highest: DayValue | null;
};

/**
 * What the period from index `from` to index `to`, both included, was like. NaN = missing, as is every day outside of the
 * array: a period may begin before the first value, and end after the last.
 */
export function measurePeriod(values: Float64Array, from: number, to: number): PeriodLevels {
  const present = presentDays(values, from, to);
  const previous = presentDays(values, 2 * from - to - 1, from - 1);
  const level = present.length === 0 ? null : meanOf(present.map(({ value }) => value));
  const previousLevel = previous.length === 0 ? null : meanOf(previous.map(({ value }) => value));
  return {
    level,
    previousLevel,
    difference: level === null || previousLevel === null ? null : subtract(level, previousLevel),
    days: present.length,
    previousDays: previous.length,
    lowest: furthest(present, (a, b) => a < b),
    highest: furthest(present, (a, b) => a > b),
  };
}

/** The mean of one value or more. Values near the end of the range of doubles are divided before they are added. */
export function meanOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return Number.isFinite(sum) ? sum / values.length : values.reduce((mean, value) => mean + value / values.length, 0);
}

/** a - b, but never beyond the largest double. */
export const subtract = (a: number, b: number): number =>
  Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, a - b));

function presentDays(values: Float64Array, from: number, to: number): DayValue[] {
  const days: DayValue[] = [];
  for (let day = Math.max(0, from); day <= Math.min(to, values.length - 1); day++) {
    if (!Number.isNaN(values[day]!)) days.push({ day, value: values[day]! });
  }
  return days;
}

function furthest(days: readonly DayValue[], isFurther: (a: number, b: number) => boolean): DayValue | null {
  let found: DayValue | null = null;
  for (const one of days) if (!found || isFurther(one.value, found.value)) found = one;
  return found;
}
