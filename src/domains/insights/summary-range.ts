import { firstDay, fromDayNumber, isDay, toDayNumber } from '../../kernel/civil-time.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import type { DayRange } from '../entries/series.ts';

export type SummaryPeriod = 'DAILY' | 'WEEKLY' | 'MONTHLY';

/** Days of a range at most. */
export const summaryDaysMax = 366;

/**
 * Days of each period. A month is 30 days and not one of the calendar: it can be looked at on any day, and the one before
 * is of the same length.
 */
export const daysOfPeriod: Record<SummaryPeriod, number> = { DAILY: 1, WEEKLY: 7, MONTHLY: 30 };

/** Days that are read to know what is usual. */
const historyDays = 1095;

/** @throws InvalidInputError unless both days exist, are in order, and not too far apart */
export function checkSummaryRange({ from, to }: DayRange): void {
  const refuse = (message: string) => new InvalidInputError([{ path: ['range'], message }]);
  if (!isDay(from) || !isDay(to)) throw refuse('This day does not exist, or is not between 1900 and 2200.');
  const days = countDays({ from, to });
  if (days < 1) throw refuse('The range ends before it begins.');
  if (days > summaryDaysMax) throw refuse(`A summary is of ${summaryDaysMax} days at most.`);
}

/** The days of a period that ends on this one. */
export const endingOn = (day: string, period: SummaryPeriod): DayRange => ({
  from: addDays(day, 1 - daysOfPeriod[period]),
  to: day,
});

/** The equally long range just before. */
export const rangeBefore = (range: DayRange): DayRange => ({
  from: addDays(range.from, -countDays(range)),
  to: addDays(range.from, -1),
});

/** What is read for a summary of the range: also the past that says what is usual. */
export function historyOf({ to }: DayRange): DayRange {
  const from = addDays(to, 1 - historyDays);
  return { from: from < firstDay ? firstDay : from, to };
}

export const countDays = ({ from, to }: DayRange): number => toDayNumber(to) - toDayNumber(from) + 1;

export const addDays = (day: string, days: number): string => fromDayNumber(toDayNumber(day) + days);
