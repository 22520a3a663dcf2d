/** What the values of an attribute are. */
export type Kind =
  | 'NUMBER'
  | 'TEXT'
  | 'DURATION'
  | 'PERCENT'
  | 'BOOLEAN'
  | 'SCALE'
  | 'MINUTES_AFTER_MIDNIGHT'
  | 'MINUTES_AFTER_MIDDAY';

/** By the words of value_type_description, the first that is in it. Bedtimes count from midday, so that midnight does not divide them. */
const byWord: readonly (readonly [RegExp, Kind])[] = [
  [/bool/i, 'BOOLEAN'],
  [/percent/i, 'PERCENT'],
  [/midday|noon/i, 'MINUTES_AFTER_MIDDAY'],
  [/midnight/i, 'MINUTES_AFTER_MIDNIGHT'],
  [/period|duration/i, 'DURATION'],
  [/string|text/i, 'TEXT'],
  [/scale/i, 'SCALE'],
  [/integer|float|decimal|quantity|number/i, 'NUMBER'],
];

/** By number, for files without descriptions. Not verified beyond the first four. */
const byNumber: readonly Kind[] = [
  'NUMBER',
  'NUMBER',
  'TEXT',
  'DURATION',
  'MINUTES_AFTER_MIDNIGHT',
  'PERCENT',
  'MINUTES_AFTER_MIDDAY',
  'BOOLEAN',
  'SCALE',
];

/** The kind that a file states; null for one that is not known. */
export function toKind(type: unknown, description: unknown): Kind | null {
  const words = `${typeof description === 'string' ? description : ''} ${typeof type === 'string' ? type : ''}`;
  const stated = byWord.find(([pattern]) => pattern.test(words));
  return stated?.[1] ?? (typeof type === 'number' ? (byNumber[type] ?? null) : null);
}

/** Minutes of a day; a bedtime may be written beyond its end. */
const minutesMax = 1440;
const scale = { min: 1, max: 9 } as const;

/** A value as its metric takes it, or a sentence that says what is wrong with it. */
export function toValue(kind: Kind, value: unknown): { value: number | boolean | string } | string {
  if (kind === 'TEXT') return typeof value === 'string' ? { value: value.trim() } : 'The value is no text.';
  const number = typeof value === 'boolean' ? Number(value) : toFinite(value);
  if (number === null) return 'The value is no number.';
  switch (kind) {
    case 'BOOLEAN':
      return number === 0 || number === 1 ? { value: number === 1 } : 'The value is neither yes nor no.';
    case 'DURATION':
      return number >= 0 ? { value: number * 60 } : 'A duration is not negative.';
    case 'PERCENT':
      // What multiplying adds behind the twelfth digit is noise: 0.29 is 28.999999999999996 percent.
      return { value: Number((number * 100).toPrecision(12)) };
    case 'SCALE':
      return number >= scale.min && number <= scale.max ? { value: number } : 'The value is not between 1 and 9.';
    case 'MINUTES_AFTER_MIDNIGHT':
    case 'MINUTES_AFTER_MIDDAY':
      return number >= 0 && number <= minutesMax ? { value: number } : 'The value is no time of day.';
    default:
      return { value: number };
  }
}

const decimal = /^-?\d{1,20}(?:\.\d{1,20})?$/;

function toFinite(value: unknown): number | null {
  const number = typeof value === 'string' && decimal.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}
