import { tidyTime, type HealthCalendar } from '../apple-health/health-calendar.ts';

/** A point in time: seconds since 1970 UTC, what the wall clock showed, and the text in the form that the calendar reads. */
export type Moment = { instant: number; local: number; text: string };

/** Null when the text is no point in time that has an offset. */
export function momentOf(calendar: HealthCalendar, written: string): Moment | null {
  const text = tidyTime(written) ?? '';
  const instant = calendar.instant(text);
  return Number.isNaN(instant) ? null : { instant, local: calendar.local(text), text };
}
