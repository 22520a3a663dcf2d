import { isDay, isInstant } from '../../../../kernel/civil-time.ts';
import type { Reading } from '../../format.ts';
import { toNumber } from '../diaries/entry-parts.ts';

/** When something was recorded: the instant in milliseconds, and its day and wall clock. */
export type Moment = { instant: number; date: string; time: string };

/** Minutes that a zone can differ from Greenwich: from +14:00 to -12:00, the sign as JavaScript's getTimezoneOffset has it. */
const offsets = { least: -840, greatest: 720 } as const;

/** Instants below are seconds: in milliseconds they would lie before 1974, and no program of this kind is older. */
const leastMilliseconds = 1e11;

/**
 * When an event ended, on the clock of the place where it was recorded; without a usable offset, on the person's.
 * @param end milliseconds or seconds since 1970, or an ISO instant
 * @param offset minutes that Greenwich is ahead of the local clock: -60 in Berlin in winter
 * @returns null when it is no instant
 */
export function toMoment(end: unknown, offset: unknown, reading: Reading): Moment | null {
  const instant = toInstant(end);
  if (instant === null) return null;
  const minutes = typeof offset === 'string' ? toNumber(offset.trim()) : offset;
  const isOffset = typeof minutes === 'number' && minutes >= offsets.least && minutes <= offsets.greatest;
  const { date, time } = isOffset ? toClock(instant - minutes * 60_000) : reading.wallClock(instant);
  return isDay(date) ? { instant, date: reading.dayOf(date, time), time } : null;
}

/** Instants of the years that entries may have; others would not be dates at all. */
const [first, last] = [Date.UTC(1900, 0, 2), Date.UTC(2200, 11, 30)];

function toInstant(end: unknown): number | null {
  const text = typeof end === 'string' ? end.trim() : '';
  const number = typeof end === 'number' ? end : isInstant(text) ? Date.parse(text) : toNumber(text);
  // 0 is what a program writes that does not know.
  if (!number || !Number.isFinite(number)) return null;
  const instant = Math.round(isInstant(text) || Math.abs(number) >= leastMilliseconds ? number : number * 1000);
  return instant >= first && instant <= last ? instant : null;
}

function toClock(local: number): { date: string; time: string } {
  const text = new Date(local).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 19) };
}
