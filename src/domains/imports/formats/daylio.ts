import { isLocalTime } from '../../../kernel/civil-time.ts';
import type { Format, Reading, Row } from '../format.ts';
import { knownMetrics } from '../known-metrics.ts';
import { findProblem, toNotes, toTags } from './diaries/entry-parts.ts';
import { Moments } from './diaries/moments.ts';
import { findTables, readRecords, requireTables, type Columns, type TableRecord } from './diaries/records.ts';

const needed = ['full_date', 'mood', 'activities'] as const;
/** `date` and `weekday` say again what `full_date` says, in words. */
const known = ['date', 'weekday', 'time', 'note_title', 'note', 'scales'] as const;
type Column = (typeof needed)[number] | (typeof known)[number];
const columns: Columns<Column> = { needed, known };

/** What Daylio calls the five levels in English. People rename them and add their own, and other languages have other words. */
const levels = new Map([
  ['rad', 5],
  ['good', 4],
  ['meh', 3],
  ['bad', 2],
  ['awful', 1],
]);

const wordMax = 60;
const wordsMax = 100;

/**
 * Daylio's CSV (not documented by Daylio; the columns are those that files and several programs that read them agree on). Each
 * mood is an entry; days and times are the phone's, without a zone, and the day is the one the person has chosen.
 * Formatted notes (HTML) are not verified.
 *
 * Options: `mood`, an object of numbers from 1 to 5 by word, says beforehand what words stand for.
 */
export const daylio: Format = {
  id: 'DAYLIO',
  label: 'Daylio',
  recognise: async (source) => (await findTables(source, needed)).length > 0,
  read: async function* (source, reading) {
    const files = await requireTables(source, needed);
    const diary = new Diary(reading);
    for await (const batch of readRecords(files, columns, reading)) yield batch.flatMap((record) => diary.take(record));
  },
};

class Diary {
  private readonly reading: Reading;
  private readonly known: ReadonlyMap<string, number>;
  private readonly asked = new Set<string>();
  private readonly moments = new Moments();
  private metric: number | null = null;

  constructor(reading: Reading) {
    this.reading = reading;
    this.known = new Map([...levels, ...readAnswers(reading.options['mood'])]);
  }

  take(record: TableRecord<Column>): Row[] {
    const row = this.toRow(record);
    if (typeof row === 'string') this.reading.reject(record.row, row);
    return typeof row === 'object' && row ? [row] : [];
  }

  /** The entry, a sentence that says what is wrong, or null for an exact copy. */
  private toRow({ row, cell }: TableRecord<Column>): Row | string | null {
    const [date, mood] = [cell('full_date'), cell('mood')];
    const notes = toNotes(toPlainText(cell('note_title')), toPlainText(cell('note')));
    const problem = findProblem(date, notes) ?? this.askFor(mood);
    if (problem) return problem;
    const activities = cell('activities');
    const moment = toTime(cell('time')) ?? cell('time').slice(0, 20);
    const key = this.moments.take('mood', `${date} ${moment}`, JSON.stringify([mood, activities, notes]));
    if (!key) this.reading.leaveOut('Exact copies of another row');
    if (!key) return null;
    if (cell('scales') !== '') this.reading.leaveOut('Scales, whose numbers the file does not explain');
    return {
      row,
      metric: (this.metric ??= this.reading.metric(knownMetrics.mood)),
      date,
      time: this.readTime(cell('time')),
      ...this.toValue(mood),
      notes,
      // An activity may hold a bare "|"; what divides them has spaces, at the ends too.
      tags: toTags(` ${activities} `.split(' | '), this.reading),
      key,
    };
  }

  private readTime(text: string): string | null {
    const time = toTime(text);
    if (text !== '' && !time)
      this.reading.leaveOut('Times of day that could not be read; the entry counts for its day');
    return time;
  }

  private toValue(word: string): Pick<Row, 'value' | 'question'> {
    const value = this.known.get(word.toLowerCase());
    return value === undefined ? { value: word, question: 'mood' } : { value };
  }

  /** Asks for a word that is not known. @returns why it cannot be asked for, or null */
  private askFor(word: string): string | null {
    if (word === '') return 'There is no mood.';
    if (this.known.has(word.toLowerCase()) || this.asked.has(word)) return null;
    if (word.length > wordMax) return `The word for a mood has at most ${wordMax} characters.`;
    if (this.asked.size >= wordsMax) return `A file has at most ${wordsMax} words for moods.`;
    this.asked.add(word);
    this.reading.ask({ id: 'mood', kind: 'WORD_VALUES', message: moodMessage, words: [word], suggestion: {} });
    return null;
  }
}

const moodMessage =
  'How good is each of these moods, from 1 (awful) to 5 (rad)? Decimals are allowed when there are more than five.';

function readAnswers(answers: unknown): [string, number][] {
  if (typeof answers !== 'object' || answers === null) return [];
  return Object.entries(answers)
    .filter(([, value]) => typeof value === 'number' && value >= 1 && value <= 5)
    .map(([word, value]) => [word.trim().toLowerCase(), value]);
}

const clock12 = /^(\d{1,2})[:.](\d{2})\s?([ap])\.?\s?m\.?$/i;
const clock24 = /^(\d{1,2})[:.](\d{2})$/;

/** 9:05 PM and 21:05 as the phone shows them; null for other ways to say it. */
function toTime(text: string): string | null {
  const [, hour, minute, half] = clock12.exec(text) ?? clock24.exec(text) ?? [];
  if (hour === undefined || (half && (Number(hour) < 1 || Number(hour) > 12))) return null;
  // 12 AM is midnight, 12 PM noon.
  const hours = half ? (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : Number(hour);
  const time = `${String(hours).padStart(2, '0')}:${minute}:00`;
  return isLocalTime(time) ? time : null;
}

const lineEnd = /<br\s?\/?>|<\/(?:p|div|li|h[1-6])>/gi;
const marks = /<\/?(?:p|div|li|ul|ol|span|b|i|u|s|strong|em|font|h[1-6])(?:\s[^<>]*)?>/gi;
const entities: Readonly<Record<string, string>> = {
  '&nbsp;': ' ',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

/** What a formatted note says: ends of lines are kept, marks are not. A note without marks stays as it was typed: "a < b &amp; c". */
function toPlainText(note: string): string {
  const text = note.replace(lineEnd, '\n').replace(marks, '');
  if (text === note) return note;
  return text.replace(/&(?:nbsp|lt|gt|quot|#39|amp);/g, (entity) => entities[entity]!).trim();
}
