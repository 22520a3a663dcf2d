/** What a person does now is what they did in so many days. */
const HABIT_DAYS = 28;
/** Fewer of them with a value say nothing about a habit. */
const MIN_HABIT_DAYS = 7;

/**
 * The share of the 28 days up to index `today`, of those with a value, on which `isSo` holds; null when fewer than 7
 * have one.
 */
export function habitShare(values: Float64Array, today: number, isSo: (value: number) => boolean): number | null {
  const recent = values
    .subarray(Math.max(0, today - HABIT_DAYS + 1), today + 1)
    .filter((value) => !Number.isNaN(value));
  return recent.length < MIN_HABIT_DAYS ? null : recent.filter(isSo).length / recent.length;
}
