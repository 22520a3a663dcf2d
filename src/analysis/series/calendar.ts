/** From March 1st of the year 0 to 1970-01-01. */
const DAYS_TO_1970 = 719_468;
/** The Gregorian calendar repeats after 400 years. */
const DAYS_PER_ERA = 146_097;
/** 1970-01-01, day 0, was a Thursday. */
const WEEKDAY_OF_DAY_ZERO = 3;

/** Weekday of an index, 0 = Monday … 6 = Sunday, given the day number of index 0 (days since 1970-01-01). */
export const weekdayOf = (firstDay: number, index: number): number =>
  // Twice: the remainder of a day before 1970 is negative.
  (((firstDay + index + WEEKDAY_OF_DAY_ZERO) % 7) + 7) % 7;

/** How many Mondays lie between 1970 and this index: the same number for the seven days from a Monday to a Sunday. */
export const weekOf = (firstDay: number, index: number): number =>
  Math.floor((firstDay + index + WEEKDAY_OF_DAY_ZERO) / 7);

/**
 * Months since January 1970 of an index, in the proleptic Gregorian calendar; its remainder by 12 is the month. Years
 * are counted from March, so that a leap day comes last (Hinnant, "chrono-compatible low-level date algorithms").
 */
export function monthOf(firstDay: number, index: number): number {
  const day = firstDay + index + DAYS_TO_1970;
  const era = Math.floor(day / DAYS_PER_ERA);
  const dayOfEra = day - era * DAYS_PER_ERA;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const year = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  return (era * 400 + year - 1970) * 12 + monthFromMarch + 2;
}
