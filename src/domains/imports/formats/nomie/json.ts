import { BrokenFileError } from '../../broken-file.ts';
import type { Reading, Row, SourceFile } from '../../format.ts';
import { readJsonValues } from '../../json-values.ts';
import { Waiting } from '../diaries/waiting.ts';
import { NomieEvents, toEvent } from './events.ts';
import { toMoment, type Moment } from './moment.ts';
import { leaveOutPlace, leaveOutScore } from './left-out.ts';
import { Trackers } from './trackers.ts';

/** Rows of a batch come of this many events. */
const batch = 500;

/**
 * Reads Nomie's JSON. Events stand before the trackers, which say what their values are: they wait for them. In a file with more
 * events than can wait, values are what they look like: lengths of time as h:mm:ss, else numbers without a unit.
 */
export async function* readNomieJson(file: SourceFile, reading: Reading): AsyncGenerator<Row[]> {
  const document = new NomieDocument(reading);
  for await (const values of readJsonValues(file.text(), [
    ['events', '*'],
    ['trackers', '*'],
  ])) {
    for (const { path, value, problem } of values) {
      if (path[0] === 'trackers') document.takeTracker(value, path[1]);
      else document.takeEvent(value, problem);
    }
    if (document.isFull) yield* document.settle();
  }
  yield* document.settle();
  document.requireEvents();
}

/** An event whose trackers are not known yet. */
type Written = { row: number; moment: Moment; text: string };

class NomieDocument {
  private readonly reading: Reading;
  private readonly trackers: Trackers;
  private readonly events: NomieEvents;
  private readonly waiting = new Waiting<Written>();
  private row = 0;
  private isTyped = true;

  constructor(reading: Reading) {
    this.reading = reading;
    this.trackers = new Trackers(reading);
    this.events = new NomieEvents(reading);
  }

  get isFull(): boolean {
    return this.waiting.isFull;
  }

  takeTracker(value: unknown, key: string | number | undefined): void {
    // Too late: what was settled without the trackers stays as it is, and all later events are like it.
    if (this.isTyped) this.trackers.add(value, key);
  }

  takeEvent(value: unknown, problem: string | null): void {
    this.row++;
    const event = problem ?? this.read(value);
    if (typeof event === 'string') this.reading.reject(this.row, event);
    else this.waiting.add(event, event.text.length);
  }

  /** What waits, as entries. */
  *settle(): Generator<Row[]> {
    const isEarly = this.waiting.isFull && this.trackers.byTag.size === 0;
    if (isEarly && this.isTyped)
      this.reading.leaveOut('Units and names of trackers, which stand behind too many events');
    this.isTyped &&= !isEarly;
    const events = this.waiting.takeAll();
    for (let at = 0; at < events.length; at += batch)
      yield events.slice(at, at + batch).flatMap((event) => this.toRows(event));
  }

  private toRows({ row, moment, text }: Written): Row[] {
    return this.events.toRows(toEvent(row, moment, text), this.trackers.byTag);
  }

  requireEvents(): void {
    if (this.row === 0) throw new BrokenFileError('The file has no events: nothing was recorded in this Nomie.');
  }

  /** The event, or what is wrong with it. */
  private read(value: unknown): Written | string {
    if (typeof value !== 'object' || value === null) return 'This is no event: it has no fields.';
    const { note, end, start, offset, lat, lng, location, score } = value as Record<string, unknown>;
    leaveOutPlace([lat, lng, location], this.reading);
    leaveOutScore(score, this.reading);
    const moment = toMoment(end ?? start, offset, this.reading);
    if (!moment) return 'The end of the event is no time.';
    if (typeof note !== 'string') return 'The event has no note.';
    return { row: this.row, moment, text: note };
  }
}
