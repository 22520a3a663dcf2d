/**
 * One metric's value per civil day; NaN = missing. Index 0 is `firstDay` (days since 1970-01-01). All series of one
 * analysis share firstDay and length.
 */
export type DailySeries = { id: string; values: Float64Array };

/** How many days carry a value. */
export function countDays(values: Float64Array): number {
  let count = 0;
  for (const value of values) if (!Number.isNaN(value)) count++;
  return count;
}

/** The indexes of the days that carry a value, ascending. A loop: iterators take several times as long. */
export function presentDays(values: Float64Array): Int32Array {
  const days = new Int32Array(values.length);
  let count = 0;
  for (let day = 0; day < values.length; day++) if (!Number.isNaN(values[day]!)) days[count++] = day;
  return days.subarray(0, count);
}

/**
 * Whether all values that are present are one and the same (true for an empty series): nothing varies, so nothing can
 * go with it.
 */
export function isConstant(values: Float64Array): boolean {
  let first = Number.NaN;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(first)) first = value;
    else if (value !== first) return false;
  }
  return true;
}

/** Whether every value that is present is 0 or 1: yes and no, which are compared as groups. */
export function isBinary(values: Float64Array): boolean {
  return values.every((value) => value === 0 || value === 1 || Number.isNaN(value));
}

/**
 * The values divided by a power of two that brings the largest into [1, 2): loses no digit, and lets squares and fourth
 * powers of values near the ends of the range of doubles be taken. A series with an infinity is returned as it is.
 */
export function normalizeScale(values: Float64Array): Float64Array {
  let largest = 0;
  for (const value of values) if (Math.abs(value) > largest) largest = Math.abs(value);
  const unit = findUnit(largest);
  return unit === 1 ? values : values.map((value) => value / unit);
}

/** The power of two that `normalizeScale` divides by, given the largest size of a value; 1 when there is none, or no end. */
export function findUnit(largest: number): number {
  if (largest === 0 || largest === Number.POSITIVE_INFINITY) return 1;
  // log2 rounds the very largest doubles up to 1024, and 2¹⁰²⁴ is infinite.
  return 2 ** Math.min(1023, Math.floor(Math.log2(largest)));
}

/** The nearest finite number: differences of the largest doubles have no place between them. NaN stays. */
export const toFinite = (value: number): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));

/** Indexes of the first and the last day that something rests on. */
export type DayRange = { first: number; last: number };

/** The days from the first to the last value; both -1 when there is none. */
export function findDayRange(values: Float64Array): DayRange {
  const isPresent = (value: number) => !Number.isNaN(value);
  return { first: values.findIndex(isPresent), last: values.findLastIndex(isPresent) };
}
