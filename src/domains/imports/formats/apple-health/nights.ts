import { BrokenFileError } from '../../broken-file.ts';
import type { FileMetric, Row } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import { toDayAndTime } from './health-calendar.ts';

export const sleepKinds = ['IN_BED', 'ASLEEP', 'CORE', 'DEEP', 'REM', 'AWAKE'] as const;
export type SleepKind = (typeof sleepKinds)[number];

/** The metrics of a sleep, and the kinds of intervals that make them: time in bed is never added to time asleep. */
const parts: { metric: FileMetric; kinds: readonly SleepKind[] }[] = [
  { metric: knownMetrics.asleep, kinds: ['ASLEEP', 'CORE', 'DEEP', 'REM'] },
  { metric: knownMetrics.inBed, kinds: ['IN_BED'] },
  { metric: knownMetrics.lightSleep, kinds: ['CORE'] },
  { metric: knownMetrics.deepSleep, kinds: ['DEEP'] },
  { metric: knownMetrics.remSleep, kinds: ['REM'] },
  { metric: knownMetrics.awake, kinds: ['AWAKE'] },
];

/** Intervals that are held at once: three devices for twenty years, forty a night. Fifty megabytes. */
const intervalsMax = 1_000_000;

/** Seconds without any interval after which a sleep is over: who wakes at night is seldom up for so long. */
const gapMax = 2 * 3600;

/** Seconds after which a sleep is over in any case. */
export const sleepMax = 24 * 3600;

/** Rows of a batch. */
const batch = 2000;

/** A stretch of sleep, or in bed. `local` is what the wall clock shows at its end, as seconds (HealthCalendar). */
export type SleepInterval = {
  row: number;
  device: string | null;
  kind: SleepKind;
  start: number;
  end: number;
  local: number;
};

/**
 * Puts sleeps together from the intervals that devices write. Devices never mix; intervals of one that overlap count once; a
 * sleep belongs, as a whole, to the day on which it ends. All intervals are held, since their order in a file is not known.
 */
export class Nights {
  private readonly devices = new Map<string | null, number>();
  private readonly device: number[] = [];
  private readonly kind: number[] = [];
  private readonly start: number[] = [];
  private readonly end: number[] = [];
  private readonly local: number[] = [];
  private readonly row: number[] = [];

  add({ row, device, kind, start, end, local }: SleepInterval): void {
    if (this.start.length >= intervalsMax)
      throw new BrokenFileError(`The file has more than ${intervalsMax} stretches of sleep.`);
    this.row.push(row);
    this.device.push(this.numberOf(device));
    this.kind.push(sleepKinds.indexOf(kind));
    this.start.push(start);
    this.end.push(end);
    this.local.push(local);
  }

  /** The sleeps, in batches. @param metricOf gives a metric its number */
  *rows(metricOf: (metric: FileMetric) => number): Generator<Row[]> {
    let rows: Row[] = [];
    for (const sleep of this.sleeps()) {
      rows.push(...sleep.rows(metricOf));
      if (rows.length < batch) continue;
      yield rows;
      rows = [];
    }
    yield rows;
  }

  private *sleeps(): Generator<Sleep> {
    const names = [...this.devices.keys()];
    let sleep: Sleep | null = null;
    let device = -1;
    for (const i of this.inOrder()) {
      if (sleep && (this.device[i] !== device || sleep.isOver(this.start[i]!))) {
        yield sleep;
        sleep = this.device[i] === device ? sleep.next() : null;
      }
      device = this.device[i]!;
      sleep ??= new Sleep(
        names[device]!,
        parts.map(() => -Infinity),
      );
      sleep.add(this.row[i]!, sleepKinds[this.kind[i]!]!, this.start[i]!, this.end[i]!, this.local[i]!);
    }
    if (sleep) yield sleep;
  }

  private inOrder(): Uint32Array {
    const { device, start, end } = this;
    return Uint32Array.from(start.keys()).sort(
      (a, b) => device[a]! - device[b]! || start[a]! - start[b]! || end[a]! - end[b]!,
    );
  }

  private numberOf(device: string | null): number {
    const known = this.devices.get(device) ?? this.devices.size;
    if (known === this.devices.size) this.devices.set(device, known);
    return known;
  }
}

/** A sleep of one device, which takes its intervals in the order in which they begin. */
class Sleep {
  private readonly device: string | null;
  private readonly covered: number[];
  private readonly seconds = parts.map(() => 0);
  private readonly records = parts.map(() => 0);
  private row = Infinity;
  private start = Infinity;
  private end = -Infinity;
  private local = 0;

  /** @param covered up to when each part is counted, by this sleep or the one before */
  constructor(device: string | null, covered: number[]) {
    this.device = device;
    this.covered = covered;
  }

  isOver(next: number): boolean {
    return next > this.end + gapMax || next > this.start + sleepMax;
  }

  next(): Sleep {
    return new Sleep(this.device, this.covered);
  }

  add(row: number, kind: SleepKind, start: number, end: number, local: number): void {
    this.row = Math.min(this.row, row);
    this.start = Math.min(this.start, start);
    if (end > this.end) this.local = local;
    this.end = Math.max(this.end, end);
    for (const [part, { kinds }] of parts.entries()) {
      if (!kinds.includes(kind)) continue;
      this.records[part]!++;
      this.seconds[part]! += Math.max(0, end - Math.max(start, this.covered[part]!));
      this.covered[part] = Math.max(this.covered[part]!, end);
    }
  }

  /** Known by when it begins: a newer export may bring more of its end. */
  rows(metricOf: (metric: FileMetric) => number): Row[] {
    const { row, device } = this;
    const key = `${new Date(this.start * 1000).toISOString().slice(0, 19)}Z`;
    const { date, time } = toDayAndTime(this.local);
    return parts.flatMap(({ metric }, part) => {
      const value = this.seconds[part]!;
      if (value === 0) return [];
      return [{ row, metric: metricOf(metric), date, time, value, device, key, records: this.records[part]! }];
    });
  }
}
