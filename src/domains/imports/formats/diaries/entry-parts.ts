import { isDay } from '../../../../kernel/civil-time.ts';
import { isStorable } from '../../../../kernel/text.ts';
import { entryLimits } from '../../../entries/input.ts';
import { textValueMax } from '../../../metrics/rules.ts';
import type { Reading } from '../../format.ts';

/** One way to match each text: an ambiguous pattern would take seconds over a long row of digits. */
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const clock = /^(\d{1,6}):([0-5]\d):([0-5]\d)(?:\.\d{1,9})?$/;

/** The number that a cell holds; null for everything but a decimal: 0x10 and Infinity nobody has measured. */
export function toNumber(text: string): number | null {
  const number = decimal.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : null;
}

/** Seconds of a length written as h:mm:ss; null for anything else. */
export function toSeconds(text: string): number | null {
  const [, hours, minutes, seconds] = clock.exec(text) ?? [];
  return hours === undefined ? null : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** Tags as an entry takes them: each once, in their order. What is too long or too much is left out, and counted. */
export function toTags(words: readonly string[], reading: Reading): string[] {
  const all = [...new Set(words.map((word) => word.trim()))].filter((word) => word !== '');
  const short = all.filter((word) => word.length <= entryLimits.tag);
  const tags = short.slice(0, entryLimits.tags);
  if (short.length < all.length)
    reading.leaveOut(`Tags of more than ${entryLimits.tag} characters`, all.length - short.length);
  if (tags.length < short.length)
    reading.leaveOut(`Tags beyond the first ${entryLimits.tags} of an entry`, short.length - tags.length);
  return tags;
}

/** Notes as an entry takes them: null when nothing is written. */
export const toNotes = (...parts: readonly string[]): string | null =>
  parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('\n') || null;

/** Why an entry cannot have this day or these notes; null when it can. */
export function findProblem(date: string, notes: string | null): string | null {
  if (!isDay(date)) return 'This day does not exist, or is not between 1900-01-01 and 2200-12-31 (YYYY-MM-DD).';
  if (notes && notes.length > entryLimits.notes) return `Notes have at most ${entryLimits.notes} characters.`;
  return null;
}

/** Why a text cannot be a value; null when it can. */
export const findTextProblem = (text: string): string | null =>
  text.length > textValueMax ? `A text has at most ${textValueMax} characters.` : null;

/** Whether all of these can be stored. */
export const areStorable = (texts: readonly string[]): boolean => texts.every(isStorable);

export const cannotBeStored = 'A text holds a character that cannot be stored.';
