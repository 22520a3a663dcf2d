import type { Question } from '../../format.ts';
import { isTorn } from './cells.ts';
import { marks, type DecimalMark } from './numbers.ts';

/** What is known before anything else: the person's word, and what divides the cells. */
export type Given = { decimal?: DecimalMark | undefined; delimiter: string };

/** The decimal mark of each metric of numbers, and a question when it cannot be told. */
export type DecimalMarks = { of: (has: number) => DecimalMark; question: Question | null };

/**
 * Tells the decimal mark from all numbers of the file: those of one metric are alike, and as a rule those of a file. A number by
 * itself says nothing: 1,234 is a bit more than one here, and more than a thousand there.
 * @param seen the bits of each metric of numbers
 */
export function tellDecimalMarks(seen: readonly number[], { decimal, delimiter }: Given): DecimalMarks {
  if (decimal) return { of: () => decimal, question: null };
  const all = seen.reduce((sum, has) => sum | has, 0);
  const certain = isTorn(all) ? null : ownMark(all);
  const likely = certain ?? suggest(all, delimiter);
  const isOpen = !certain && seen.some((has) => isUnclear(has, delimiter));
  return { of: (has) => ownMark(has) ?? likely, question: isOpen ? toQuestion(likely) : null };
}

/** What the numbers of a metric say of themselves. */
function ownMark(has: number): DecimalMark | null {
  if (isTorn(has) || !(has & (marks.point | marks.comma))) return null;
  return has & marks.point ? 'POINT' : 'COMMA';
}

/** Where commas divide cells, decimals have a point: 1.234 is none of the unclear ones there. */
const isUnclear = (has: number, delimiter: string): boolean =>
  ownMark(has) === null && (has & (delimiter === ',' ? marks.openComma : marks.openComma | marks.openPoint)) !== 0;

/** A comma divides either cells or decimals; semicolons are what programs take where it divides decimals. */
const suggest = (has: number, delimiter: string): DecimalMark =>
  delimiter === ';' || (delimiter !== ',' && has & marks.openComma) ? 'COMMA' : 'POINT';

const toQuestion = (suggestion: DecimalMark): Question => ({
  id: 'decimal',
  kind: 'DECIMAL_MARK',
  message:
    'Do decimals begin with a point or a comma? All numbers could be read either way: 1,234 as a thousand and some, or as a bit more than one.',
  choices: ['POINT', 'COMMA'],
  suggestion,
});
