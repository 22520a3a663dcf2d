import { isDay, toDayNumber } from '../../../../kernel/civil-time.ts';

const secondsPerDay = 86_400;

/** What a day of the calendar is, found out once for all records of the day. */
type Day = {
  name: string;
  number: number;
  /** The person's day for each hour of the wall clock, filled as it is asked for. */
  hours: (string | undefined)[];
};

/**
 * Reads points in time as Apple writes them, `2026-11-20 07:05:11 +0100`, by their fixed positions: millions of them, and most
 * on the day of the one before. The wall clock counts, since the offset says where it hung.
 */
export class HealthCalendar {
  private readonly days = new Map<string, Day>();
  private readonly dayOf: (date: string, time: string) => string;
  private latest: Day | null = null;

  /** @param dayOf the day a wall-clock time counts to; days begin on the hour */
  constructor(dayOf: (date: string, time: string) => string) {
    this.dayOf = dayOf;
  }

  /** Seconds since 1970-01-01 UTC; NaN when the text is no point in time. */
  instant(text: string): number {
    return this.local(text) - offsetOf(text);
  }

  /** Seconds from 1970-01-01 00:00 to what the wall clock shows; NaN when the text is no point in time. */
  local(text: string): number {
    const day = text.length === 25 ? this.find(text) : null;
    if (!day || text[10] !== ' ' || text[13] !== ':' || text[16] !== ':' || text[19] !== ' ') return NaN;
    const hour = pair(text, 11);
    const minute = pair(text, 14);
    const second = pair(text, 17);
    if (!(hour < 24 && minute < 60 && second < 60)) return NaN;
    return day.number * secondsPerDay + hour * 3600 + minute * 60 + second;
  }

  /** The person's day of a point in time. @param text one that `local` has read */
  dayAt(text: string): string {
    const day = this.find(text)!;
    const hour = pair(text, 11);
    return (day.hours[hour] ??= this.dayOf(day.name, `${text.slice(11, 13)}:00:00`));
  }

  private find(text: string): Day | null {
    const name = text.slice(0, 10);
    if (this.latest?.name === name) return this.latest;
    let day = this.days.get(name);
    if (!day) {
      if (!isDay(name)) return null;
      day = { name, number: toDayNumber(name), hours: [] };
      this.days.set(name, day);
    }
    this.latest = day;
    return day;
  }
}

/** What the wall clock shows, as a day and a time. @param local as `HealthCalendar.local` gives it */
export function toDayAndTime(local: number): { date: string; time: string } {
  const text = new Date(local * 1000).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 19) };
}

const otherShape =
  /^(\d{4}-\d{2}-\d{2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?(?:[\s\u202f]?([ap])\.?m\.?)?\s?(Z|[+-]\d{2}:?\d{2})$/i;

/**
 * The same point in time in the form that `HealthCalendar` reads. Apple does not document the form of its dates: a clock of
 * twelve hours and ISO 8601 are taken as well. @returns null when the text is none of these
 */
export function tidyTime(text: string): string | null {
  const [, day, hour, minute, second = '00', half, offset] = otherShape.exec(text.trim()) ?? [];
  if (!day || !hour || !offset) return null;
  if (half && (Number(hour) < 1 || Number(hour) > 12)) return null;
  const hours = half ? (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0) : Number(hour);
  const zone = /z/i.test(offset) ? '+0000' : offset.replace(':', '');
  return `${day} ${String(hours).padStart(2, '0')}:${minute}:${second} ${zone}`;
}

/** Seconds that the wall clock is ahead of UTC; NaN when it is not said. */
function offsetOf(text: string): number {
  const sign = text[20] === '+' ? 1 : text[20] === '-' ? -1 : NaN;
  const hours = pair(text, 21);
  const minutes = pair(text, 23);
  return hours < 24 && minutes < 60 ? sign * (hours * 3600 + minutes * 60) : NaN;
}

/** The number that two digits make; NaN when they are none. */
function pair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}
