import { fromDayNumber, toDayNumber, toWallClock } from '../../kernel/civil-time.ts';

const hour = 3_600_000;
const quarter = hour / 4;
/** Offsets that are remembered: of a year by the quarter of an hour. */
const rememberedMax = 40_000;

/**
 * Reads the wall clock of a place. What offset it has is asked of the calendar once for each quarter of an hour: no zone changes
 * within one, and a file has millions of instants.
 */
export class LocalClock {
  private readonly timeZone: string;
  private readonly dayStartsAt: number;
  private readonly offsets = new Map<number, number>();

  /** @param timeZone IANA @param dayStartsAt the hour at which the person's day begins */
  constructor(timeZone: string, dayStartsAt: number) {
    this.timeZone = timeZone;
    this.dayStartsAt = dayStartsAt;
  }

  /** Day and wall clock of an instant, in milliseconds since 1970. */
  readonly wallClock = (instant: number): { date: string; time: string } => {
    const local = new Date(instant + this.offsetAt(instant)).toISOString();
    return { date: local.slice(0, 10), time: local.slice(11, 19) };
  };

  /** The day a wall-clock time counts to. */
  readonly dayOf = (date: string, time: string): string =>
    Number(time.slice(0, 2)) < this.dayStartsAt ? fromDayNumber(toDayNumber(date) - 1) : date;

  private offsetAt(instant: number): number {
    const at = Math.floor(instant / quarter);
    const known = this.offsets.get(at);
    if (known !== undefined) return known;
    if (this.offsets.size >= rememberedMax) this.offsets.clear();
    const offset = readOffset(at * quarter, this.timeZone);
    this.offsets.set(at, offset);
    return offset;
  }
}

/** Milliseconds that the wall clock is ahead of UTC. */
function readOffset(instant: number, timeZone: string): number {
  const { day, hour: hours } = toWallClock(new Date(instant), timeZone);
  const minutes = new Date(instant).toLocaleString('en-GB', { timeZone, minute: '2-digit', second: '2-digit' });
  const [minute = '0', second = '0'] = minutes.split(':');
  return Date.parse(`${day}T00:00:00Z`) + hours * hour + Number(minute) * 60_000 + Number(second) * 1000 - instant;
}
