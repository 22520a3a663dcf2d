import { toNumber, toSeconds } from '../diaries/entry-parts.ts';

/** A tracker in a note: #water(250), #run(00:25:00), or #coffee by itself. */
export type Tag = { tracker: string; value: string };

/** What a note says in Nomie's signs, and whether anything else is written there. */
export type Note = { tags: Tag[]; people: string[]; contexts: string[]; hasWords: boolean };

/**
 * A sign begins a word, and a letter stands in it: "we are #1", "+5" and the @ of an address say nothing. What stands in
 * brackets belongs to it.
 */
const sign = /(?<![\p{L}\p{N}_#@+/])([#@+])([\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)*)(?:\(([^()\n]{0,60})\))?/gu;

/** Reads what Nomie's signs in a note say. */
export function readNote(text: string): Note {
  const note: Note = { tags: [], people: [], contexts: [], hasWords: false };
  const rest = text.replace(sign, (whole, mark: string, name: string, value: string | undefined) => {
    if (!/\p{L}/u.test(name)) return whole;
    if (mark === '#') note.tags.push({ tracker: name, value: value?.trim() ?? '' });
    else (mark === '@' ? note.people : note.contexts).push(`${mark}${name}`);
    return '';
  });
  note.hasWords = /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(rest);
  return note;
}

/** What stands behind a tracker as a number; nothing there is once. Null for words. */
export const amountOf = (value: string): number | null => (value === '' ? 1 : (toSeconds(value) ?? toNumber(value)));

/** How often a note says just this of a tracker. */
export const countTag = ({ tags }: Note, { tracker, value }: Tag): number =>
  tags.filter((tag) => tag.tracker.toLowerCase() === tracker.toLowerCase() && amountOf(tag.value) === amountOf(value))
    .length;
