import type { FileMetric, Reading, Row } from '../../format.ts';
import { findProblem, findTextProblem, toNotes, toSeconds, toTags } from '../diaries/entry-parts.ts';
import { Moments } from '../diaries/moments.ts';
import { NamedMetrics } from '../diaries/named-metrics.ts';
import type { Moment } from './moment.ts';
import { amountOf, countTag, readNote, type Note, type Tag } from './notes.ts';

/** Something recorded: what the person wrote, and the values of trackers in it. */
export type NomieEvent = { row: number; moment: Moment; text: string; tags: readonly Tag[]; note: Note };

/** What is known of a tracker; nothing but its tag in a CSV. */
export type Tracker = { metric: FileMetric; isTimer: boolean };

const diary: FileMetric = { name: 'Notes', type: 'TEXT', unit: null, category: 'mind' };

/** Turns what was recorded into entries: one for each tracker, or one in words when there is none. */
export class NomieEvents {
  private readonly reading: Reading;
  private readonly metrics: NamedMetrics;
  private readonly moments = new Moments();

  constructor(reading: Reading) {
    this.reading = reading;
    this.metrics = new NamedMetrics(reading);
  }

  /** @param trackers by tag, in lower case */
  toRows(event: NomieEvent, trackers: ReadonlyMap<string, Tracker>): Row[] {
    const { row, moment, text, tags, note } = event;
    const notes = note.hasWords ? toNotes(text) : null;
    const problem = findProblem(moment.date, notes) ?? (tags.length === 0 ? findTextProblem(text.trim()) : null);
    if (problem) this.reading.reject(row, problem);
    if (problem) return [];
    if (tags.length === 0) return notes ? this.toDiary(event, notes) : [];
    const common = { row, date: moment.date, time: moment.time, notes, tags: this.toTags(note) };
    return tags.flatMap((tag) => this.toValue(event, tag, trackers.get(tag.tracker.toLowerCase()), common));
  }

  private toDiary({ row, moment, note }: NomieEvent, value: string): Row[] {
    const key = this.moments.take('notes', String(moment.instant), value);
    if (!key) this.reading.leaveOut(copies);
    if (!key) return [];
    const { date, time } = moment;
    return [{ row, metric: this.reading.metric(diary), date, time, value, tags: this.toTags(note), key }];
  }

  private toValue(
    { row, moment, note, text }: NomieEvent,
    tag: Tag,
    tracker: Tracker | undefined,
    common: Omit<Row, 'metric' | 'value'>,
  ): Row[] {
    const value = toAmount(tag.value, tracker);
    if (!value) this.reading.leaveOut('Values of trackers that are no numbers');
    if (!value) return [];
    const found = this.find(tag.tracker, tracker, value.isTime);
    if (typeof found === 'string') this.reading.reject(row, found);
    if (typeof found === 'string') return [];
    // Somebody who writes #coffee twice in a note has had two; the same event twice in a file is one.
    const times = Math.max(1, countTag(note, tag));
    const key = this.moments.take(String(found), String(moment.instant), JSON.stringify([value, text]), times);
    if (!key) this.reading.leaveOut(copies);
    return key ? [{ ...common, metric: found, value: value.amount, key }] : [];
  }

  private find(tag: string, tracker: Tracker | undefined, isTime: boolean): number | string {
    const metric = tracker?.metric ?? { name: tag, type: isTime ? 'DURATION' : 'NUMBER', unit: null };
    const found = this.metrics.find(metric.name, () => metric);
    if (typeof found === 'string') return found;
    return found.metric.type === 'DURATION' || !isTime ? found.number : 'A length of time among numbers of a tracker.';
  }

  private toTags = ({ people, contexts }: Note): string[] => toTags([...people, ...contexts], this.reading);
}

const copies = 'Exact copies of another record';

/**
 * What is written behind a tracker: a number, a length of time, or nothing, which is once.
 * @returns null for words, and for lengths of time where the tracker counts or is negative
 */
function toAmount(text: string, tracker: Tracker | undefined): { amount: number; isTime: boolean } | null {
  if (text === '') return tracker?.isTimer ? null : { amount: 1, isTime: false };
  const [amount, isTime] = [amountOf(text), toSeconds(text) !== null];
  if (amount === null || (tracker?.isTimer && amount < 0)) return null;
  return isTime && tracker && !tracker.isTimer ? null : { amount, isTime };
}

/** The event that a text and its time make. */
export function toEvent(row: number, moment: Moment, text: string): NomieEvent {
  const note = readNote(text);
  return { row, moment, text, tags: note.tags, note };
}
