/** What stands before the decimals of a number. */
export type DecimalMark = 'POINT' | 'COMMA';

const whole = /^[+-]?\d+$/;
const simple = /^[+-]?\d+\.\d+$/;
// One way to match each text: an ambiguous pattern would take seconds over a long row of digits. A group of thousands never
// begins with 0, and all groups of a number are divided alike: by the other mark, an apostrophe, or a space of any width.
const patterns: Record<DecimalMark, RegExp> = {
  POINT:
    /^[+-]?(?:(?:\d+|[1-9]\d{0,2}([,'\u2019 \u00a0\u2009\u202f])\d{3}(?:\1\d{3})*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i,
  COMMA: /^[+-]?(?:(?:\d+|[1-9]\d{0,2}([.'\u2019 \u00a0\u2009\u202f])\d{3}(?:\1\d{3})*)(?:,\d*)?|,\d+)(?:e[+-]?\d+)?$/i,
};
const between: Record<DecimalMark, RegExp> = {
  POINT: /[,'\u2019 \u00a0\u2009\u202f]/g,
  COMMA: /[.'\u2019 \u00a0\u2009\u202f]/g,
};
const minus = '\u2212';

/**
 * The number that a text stands for, groups of thousands included; null for everything else. What a program may take for a number
 * besides (0x10, Infinity, an empty text) nobody has measured.
 */
export function toNumber(text: string, mark: DecimalMark): number | null {
  const plain = text.startsWith(minus) ? `-${text.slice(1)}` : text;
  if (whole.test(plain)) return toFinite(plain);
  if (!patterns[mark].test(plain)) return null;
  if (mark === 'POINT' && simple.test(plain)) return toFinite(plain);
  const bare = plain.replace(between[mark], '');
  return toFinite(mark === 'COMMA' ? bare.replace(',', '.') : bare);
}

function toFinite(text: string): number | null {
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

/** What a number says about the decimal mark of its file: bits. */
export const marks = {
  /** 1.5 and 1,234,567: the mark is a point. */
  point: 1 << 8,
  /** 1,5 and 1.234.567: it is a comma. */
  comma: 1 << 9,
  /** 1.234 is a bit more than one, or more than a thousand. */
  openPoint: 1 << 10,
  /** So is 1,234. */
  openComma: 1 << 11,
} as const;

/** What a text says about the decimal mark, 0 for a number that is the same either way; null when it is no number. */
export function readMarks(text: string): number | null {
  if (whole.test(text) && Number.isFinite(Number(text))) return 0;
  const [byPoint, byComma] = [toNumber(text, 'POINT'), toNumber(text, 'COMMA')];
  if (byPoint === null) return byComma === null ? null : marks.comma;
  if (byComma === null) return marks.point;
  if (byPoint === byComma) return 0;
  return text.includes(',') ? marks.openComma : marks.openPoint;
}
