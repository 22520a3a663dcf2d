/**
 * Civil time: days as people live them. A civil day is an ISO 8601 text (2026-11-21) and, in arithmetic, a day number:
 * days since 1970-01-01 in the proleptic Gregorian calendar, which no time zone moves.
 */

const millisecondsPerDay = 86_400_000;
const dayShape = /^(\d{4})-(\d{2})-(\d{2})$/;
const timeShape = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;
const instantShape = /^(.{10})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** The days an entry may carry, both ends included. */
export const firstDay = '1900-01-01';
export const lastDay = '2200-12-31';

/** Day number of an ISO day. The text must be a valid day. */
export const toDayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / millisecondsPerDay;

/** ISO day of a day number. */
export const fromDayNumber = (dayNumber: number): string =>
  new Date(dayNumber * millisecondsPerDay).toISOString().slice(0, 10);

/** ISO day of a Date that stands for a day at midnight UTC, as the ORM returns `date` columns. */
export const toDay = (date: Date): string => date.toISOString().slice(0, 10);

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Whether the text is a day that exists in the calendar and lies between 1900 and 2200. */
export function isDay(text: string): boolean {
  const [, year, month, day] = dayShape.exec(text) ?? [];
  if (text < firstDay || text > lastDay || Number(day) < 1) return false;
  const length = month === '02' && isLeapYear(Number(year)) ? 29 : (monthLengths[Number(month) - 1] ?? 0);
  return Number(day) <= length;
}

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
let latest = { number: NaN, text: '' };

/** An instant as Date.toISOString writes it, in a fifth of its time for those of the same day one after the other. */
export function toInstant(date: Date): string {
  const time = date.getTime();
  const number = Math.floor(time / millisecondsPerDay);
  if (number !== latest.number) latest = { number, text: date.toISOString().slice(0, -14) };
  const rest = time - number * millisecondsPerDay;
  const [seconds, minutes] = [Math.floor(rest / 1000), Math.floor(rest / 60_000)];
  const milliseconds = String(rest % 1000).padStart(3, '0');
  return `${latest.text}T${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}.${milliseconds}Z`;
}

/** Whether the text is an instant, RFC 3339 with T and Z as capitals, on a day as isDay has it. A Date keeps its milliseconds. */
export const isInstant = (text: string): boolean => isDay(instantShape.exec(text)?.[1] ?? '');

/** Whether the text is a wall-clock time, 07:30 or 07:30:15. */
export const isLocalTime = (text: string): boolean => timeShape.test(text);

/** Whether this runtime knows the IANA time zone. */
export function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    // Offsets like +02:00 are accepted by Intl, but they know no daylight saving: not where a person lives.
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** Wall-clock day and hour of an instant in a time zone. */
export function toWallClock(instant: Date, timeZone: string): { day: string; hour: number } {
  const part = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(instant)
      .map((p) => [p.type, p.value]),
  );
  return { day: `${part['year']}-${part['month']}-${part['day']}`, hour: Number(part['hour']) };
}

/**
 * The day a person counts an instant to: the wall clock's, or the one before while their day has not begun yet.
 * Reading the wall clock, not adding hours to an instant, is what keeps this right on days of 23 and 25 hours.
 */
export function toLocalDay(instant: Date, timeZone: string, dayStartsAt: number): string {
  const { day, hour } = toWallClock(instant, timeZone);
  return hour < dayStartsAt ? fromDayNumber(toDayNumber(day) - 1) : day;
}
