import { mayBeMetres, toSeconds } from './durations.ts';
import { marks, readMarks } from './numbers.ts';

/** What a cell could be, and what it has: bits. Those of `marks` go with them. */
export const bits = {
  couldBeBinary: 1,
  couldBeNumber: 2,
  couldBeDuration: 4,
  /** yes, false, x: more than 0 and 1, which are numbers by themselves. */
  isWord: 8,
  isPlainNumber: 16,
  hasPercent: 32,
  /** 72 kg. */
  hasUnit: 64,
} as const;

/** What a yes or no is written as. */
const words = new Map([
  ['true', true],
  ['yes', true],
  ['x', true],
  ['false', false],
  ['no', false],
]);

/** Where a yes or no is expected, 1 and 0 are clear; by themselves they are numbers. */
const digits = new Map([
  ['1', true],
  ['0', false],
]);

/** The yes or no that a text in lower case stands for; undefined for anything else. */
export const toBoolean = (word: string): boolean | undefined => words.get(word) ?? digits.get(word);

/** What a text without spaces around it could be. */
export function classify(text: string): number {
  const found = readMarks(text);
  if (found !== null)
    return found | bits.couldBeNumber | bits.isPlainNumber | (digits.has(text) ? bits.couldBeBinary : 0);
  const word = text.toLowerCase();
  if (words.has(word)) return bits.couldBeBinary | bits.isWord;
  if (toSeconds(text) === null) return classifyUnit(text);
  return bits.couldBeDuration | (mayBeMetres(text) ? classifyUnit(text) : 0);
}

/** Characters of a number with its unit. */
const withUnitMax = 40;
const withUnit =
  /^([+\-\u2212]?[\d.,'\u2019 \u00a0\u2009\u202f]*\d)[ \u00a0\u2009\u202f]?(%|[\p{L}\u00b0][\p{L}/\u00b0\u00b2\u00b3%]{0,9})$/u;

/** 45 % and 72 kg. */
function classifyUnit(text: string): number {
  if (text.length > withUnitMax) return 0;
  const [, amount, unit] = withUnit.exec(text) ?? [];
  const found = amount === undefined ? null : readMarks(amount);
  if (found === null) return 0;
  return found | bits.couldBeNumber | (unit === '%' ? bits.hasPercent : bits.hasUnit);
}

/** What stands before the percent sign of a text; the text when there is none. */
export const withoutPercent = (text: string): string => (text.endsWith('%') ? text.slice(0, -1).trimEnd() : text);

/** All that several cells together could be, and all that they have. */
export const nothingSeen = { could: bits.couldBeBinary | bits.couldBeNumber | bits.couldBeDuration, has: 0 } as const;

/** Whether numbers contradict each other about their decimal mark. */
export const isTorn = (has: number): boolean => (has & marks.point) !== 0 && (has & marks.comma) !== 0;
