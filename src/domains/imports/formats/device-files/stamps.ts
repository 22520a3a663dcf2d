import { isDay, isLocalTime } from '../../../../kernel/civil-time.ts';
import type { Reading } from '../../format.ts';

/** A wall clock as a file writes it, and how many minutes it is ahead of UTC; null when the file does not say. */
export type Stamp = { date: string; time: string; offset: number | null };

/** Day and time as somebody saw them. */
export type WallClock = { date: string; time: string };

const shape = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i;
const americanShape = /^(\d{2})\/(\d{2})\/(\d{2}) (\d{2}:\d{2}:\d{2})$/;
const offsetShape = /^([+-]?)(\d{1,2}):?(\d{2})$/;
const secondsShape = /^[+-]?\d{1,6}s$/;

/** No place on earth is further from UTC. */
const offsetMax = 14 * 60;

/** Reads 2026-11-20T07:05:11+01:00, with a blank for T, without seconds, and without a zone too. Null: it is none. */
export function readStamp(text: string): Stamp | null {
  const [, date = '', clock = '', seconds = ':00', zone] = shape.exec(text) ?? [];
  const time = `${clock}${seconds}`;
  if (!isDay(date) || !isLocalTime(time)) return null;
  if (zone === undefined) return { date, time, offset: null };
  const offset = readOffset(zone);
  return offset === null ? null : { date, time, offset };
}

/** Reads 11/20/26 07:05:11: month, day, year of this century. Null: it is none. */
export function readAmericanStamp(text: string): Stamp | null {
  const [, month, day, year, time = ''] = americanShape.exec(text) ?? [];
  const date = `20${year}-${month}-${day}`;
  return isDay(date) && isLocalTime(time) ? { date, time, offset: null } : null;
}

/** Minutes ahead of UTC: from Z, +01:00, +0100 or 3600s. Null: it is none of these. */
export function readOffset(text: string): number | null {
  if (/^(Z|UTC|GMT)$/i.test(text)) return 0;
  const [, sign, hours = '', minutes = ''] = offsetShape.exec(text) ?? [];
  const ahead = secondsShape.test(text) ? parseInt(text, 10) / 60 : Number(hours || NaN) * 60 + Number(minutes);
  const offset = sign === '-' ? -ahead : ahead;
  return Math.abs(offset) <= offsetMax ? offset : null;
}

/** The instant of a stamp, milliseconds since 1970. One without a zone is read as UTC. */
export const instantOf = ({ date, time, offset }: Stamp): number =>
  Date.parse(`${date}T${time}Z`) - (offset ?? 0) * 60_000;

/** The wall clock at an instant, so many minutes ahead of UTC. */
export function atOffset(instant: number, offset: number): WallClock {
  const text = new Date(instant + offset * 60_000).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 19) };
}

/**
 * The wall clock that a person saw: the file's own, unless it writes UTC, which is how programs write instants; then the
 * clock of the person's time zone.
 */
export const wallClockOf = (stamp: Stamp, reading: Reading): WallClock =>
  stamp.offset === 0 ? reading.wallClock(instantOf(stamp)) : { date: stamp.date, time: stamp.time };
