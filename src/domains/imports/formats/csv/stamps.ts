import { toClock } from './clocks.ts';

export type DateOrder = 'DAY_FIRST' | 'MONTH_FIRST';

/** What a cell of dates says. */
export type Stamp = {
  /** Year, and the two numbers beside it. */
  year: number;
  /** Day and month in the order in which they stand; month and day when that is known. */
  first: number;
  second: number;
  /** How day and month stand. OPEN: 11/12/2026. DOTS: 11.12.2026, of which nearly all mean the day first. */
  order: 'KNOWN' | 'OPEN' | 'DOTS';
  /** 07:30:00; null for a day as a whole. */
  clock: string | null;
  /** "" for a wall clock without more, "Z" for UTC, or an offset: the clock is the one of that place. */
  zone: string;
};

/** Milliseconds since 1970, of a cell that is nothing but that. */
export type Instant = { instant: number };

const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/;
const compact = /^(\d{4})(\d{2})(\d{2})(?!\d)/;
const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)/;
const dayName = /^(\d{1,2})(?:st|nd|rd|th|\.)?[-/ ]([a-z]{3,9})[-/., ]{1,2}(\d{4})(?!\d)/i;
const nameDay = /^([a-z]{3,9})\.?[-/ ](\d{1,2})(?:st|nd|rd|th)?[-/, ]{1,2}(\d{4})(?!\d)/i;
const weekday = /^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? /i;
const months = 'january february march april may june july august september october november december'.split(' ');

/** What a cell says, without spaces around it; null when it is no date. */
export function readStamp(text: string): Stamp | Instant | null {
  const instant = readInstant(text);
  if (instant !== null) return { instant };
  const bare = text.replace(weekday, '');
  const found = readNumbers(bare) ?? readNames(bare);
  if (!found) return null;
  const rest = readRest(bare.slice(found.length));
  return rest && { ...found.day, ...rest };
}

type Day = Pick<Stamp, 'year' | 'first' | 'second' | 'order'>;
/** A day, and how many characters of the text it takes. */
type Found = { day: Day; length: number };

function readNumbers(text: string): Found | null {
  const [begin = '', year, , month, day] = yearFirst.exec(text) ?? [];
  if (year !== undefined) return toFound(begin, year, month!, day!, 'KNOWN');
  const [packed = '', ...parts] = compact.exec(text) ?? [];
  if (packed !== '') return toFound(packed, parts[0]!, parts[1]!, parts[2]!, 'KNOWN');
  const [all = '', first, separator, second, last] = yearLast.exec(text) ?? [];
  return last === undefined ? null : toFound(all, last, first!, second!, separator === '.' ? 'DOTS' : 'OPEN');
}

function readNames(text: string): Found | null {
  const [begin = '', day, name, year] = dayName.exec(text) ?? [];
  if (year !== undefined) return withName(begin, name!, day!, year);
  const [all = '', word, date, last] = nameDay.exec(text) ?? [];
  return last === undefined ? null : withName(all, word!, date!, last);
}

/** Nov, Sept and November. */
function withName(text: string, name: string, day: string, year: string): Found | null {
  const month = months.findIndex((each) => each.startsWith(name.toLowerCase())) + 1;
  return month === 0 ? null : toFound(text, year, String(month), day, 'KNOWN');
}

const toFound = (text: string, year: string, first: string, second: string, order: Day['order']): Found => ({
  day: { year: Number(year), first: Number(first), second: Number(second), order },
  length: text.length,
});

/** What follows the day: a time, and where its clock hangs. */
const zoned = /^(?:T|,? )(.*?) ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i;

function readRest(rest: string): Pick<Stamp, 'clock' | 'zone'> | null {
  if (rest === '') return { clock: null, zone: '' };
  const [, time = '', zone = ''] = zoned.exec(rest) ?? [];
  const clock = toClock(time.trim());
  return clock === null ? null : { clock, zone: /^[+-]/.test(zone) ? zone : zone && 'Z' };
}

/** Seconds have nine or ten digits from 1973 on, milliseconds three more. */
function readInstant(text: string): number | null {
  if (!/^\d{9,13}$/.test(text) || text.length === 11) return null;
  return text.length < 11 ? Number(text) * 1000 : Number(text);
}
