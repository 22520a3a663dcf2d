import { isDay } from '../../../../kernel/civil-time.ts';
import type { Question, Reading } from '../../format.ts';
import { toOwnText } from './own-text.ts';
import { readStamp, type DateOrder, type Stamp } from './stamps.ts';

/** The day an entry counts to, and its time if it has one. */
export type Moment = { date: string; time: string | null };

/** Texts whose meaning is remembered: most files have many lines of one day. */
const rememberedMax = 10_000;

/** The dates of a file: first they are learned from, all of them, and then read. */
export class Dates {
  private readonly given: DateOrder | undefined;
  private readonly evidence = { dayFirst: 0, monthFirst: 0, dots: 0, open: 0 };
  /** Of each order, how far the days lie from one to the next. */
  private readonly ways = { dayFirst: new Way(), monthFirst: new Way() };
  private hasClocks = false;
  private latest = '';
  private readonly known = new Map<string, Moment>();

  /** @param given what the person says about the order */
  constructor(given?: DateOrder) {
    this.given = given;
  }

  /** Takes a cell in. @returns whether it is a date at all */
  learn(cell: string): boolean {
    if (cell === this.latest || isPlainDay(cell)) return true;
    const stamp = readStamp(cell.trim());
    if (!stamp) return false;
    this.latest = cell;
    if (!('instant' in stamp)) this.learnStamp(stamp);
    return true;
  }

  /** What the order of day and month is, as far as it can be told. */
  get order(): DateOrder {
    const { dayFirst, monthFirst, dots } = this.evidence;
    if (this.given) return this.given;
    if (dayFirst !== monthFirst) return dayFirst > monthFirst ? 'DAY_FIRST' : 'MONTH_FIRST';
    if (dots > 0) return 'DAY_FIRST';
    // A diary goes from one day to the next: what makes the shorter way is likely.
    return this.ways.monthFirst.length < this.ways.dayFirst.length ? 'MONTH_FIRST' : 'DAY_FIRST';
  }

  /** What only the person can say: null when a day after the twelfth, or nothing but dots, has said it. */
  get question(): Question | null {
    const { dayFirst, monthFirst, dots, open } = this.evidence;
    const sides = Number(dayFirst > 0) + Number(monthFirst > 0);
    const isTold = sides === 1 || (sides === 0 && dots > 0);
    if (this.given || isTold || open === 0) return null;
    return {
      id: 'dateOrder',
      kind: 'DATE_ORDER',
      message: 'Does the day or the month stand first in the dates? All of them could be read either way.',
      choices: ['DAY_FIRST', 'MONTH_FIRST'],
      suggestion: this.order,
    };
  }

  /** Reads a cell, once all have been learned from. @returns a sentence when it is no day of the calendar */
  read(cell: string, reading: Reading): Moment | string {
    if (isPlainDay(cell)) return { date: cell, time: null };
    const known = this.known.get(cell);
    if (known !== undefined) return known;
    const moment = this.toMoment(cell.trim(), reading);
    // What is refused may be of any length, and is no date of many lines.
    if (typeof moment === 'string') return moment;
    if (this.known.size >= rememberedMax) this.known.clear();
    this.known.set(toOwnText(cell), moment);
    return moment;
  }

  private learnStamp({ year, first, second, order, clock }: Stamp): void {
    this.hasClocks ||= clock !== null && clock !== midnight;
    if (order === 'KNOWN') return;
    if (first > 12) this.evidence.dayFirst++;
    else if (second > 12) this.evidence.monthFirst++;
    else if (first !== second) this.evidence.open++;
    if (order === 'DOTS') this.evidence.dots++;
    this.ways.dayFirst.go(year, second, first);
    this.ways.monthFirst.go(year, first, second);
  }

  private toMoment(text: string, reading: Reading): Moment | string {
    const stamp = readStamp(text);
    if (!stamp) return notRead;
    if ('instant' in stamp) return toCounted(reading.wallClock(stamp.instant), reading);
    const { clock, zone } = stamp;
    const date = toDate(stamp, this.order);
    if (!isDay(date)) return noDay;
    // Nothing but midnights: days, as a program writes them that knows only instants.
    if (clock === null || !this.hasClocks) return { date, time: null };
    const isUtc = zone === 'Z';
    return toCounted(isUtc ? reading.wallClock(Date.parse(`${date}T${clock}Z`)) : { date, time: clock }, reading);
  }
}

/** How most dates are written, which says nothing about the others. */
const isPlainDay = (cell: string): boolean => cell.length === 10 && isDay(cell);

const midnight = '00:00:00';
const notRead = 'This is no date that can be read. Write it like 2026-11-21.';
const noDay = 'This day does not exist, or is not between 1900-01-01 and 2200-12-31 (YYYY-MM-DD).';

function toDate({ year, first, second, order }: Stamp, dateOrder: DateOrder): string {
  const isDayFirst = order !== 'KNOWN' && dateOrder === 'DAY_FIRST';
  const [month, day] = isDayFirst ? [second, first] : [first, second];
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** A moment of the night may still belong to the day before. */
function toCounted({ date, time }: { date: string; time: string }, reading: Reading): Moment | string {
  const day = isDay(date) ? reading.dayOf(date, time) : date;
  return isDay(day) ? { date: day, time } : noDay;
}

/** How far days lie from one to the next, summed up. */
class Way {
  length = 0;
  private last: number | null = null;

  /** A month of 31 days is near enough. */
  go(year: number, month: number, day: number): void {
    const at = (year * 12 + month) * 31 + day;
    if (this.last !== null) this.length += Math.abs(at - this.last);
    this.last = at;
  }
}
