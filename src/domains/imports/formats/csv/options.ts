import { z } from 'zod';
import { BrokenFileError } from '../../broken-file.ts';
import { importLimits } from '../../input.ts';

/** What a column can be besides a metric of its own. */
export const roles = ['date', 'metric', 'value', 'time', 'notes', 'tags', 'unit', 'type'] as const;
export type Role = (typeof roles)[number];

const notNamed = 'A column is named as in the first line, or counted from 1.';

/** By its name in the first line, in any case, or by its place, from 1. */
const column = z.union(
  [z.string().trim().min(1, notNamed), z.int(notNamed).min(1, notNamed).max(importLimits.columns, notNamed)],
  notNamed,
);
export type ColumnName = z.output<typeof column>;

const shape = z.strictObject({
  columns: z.strictObject(Object.fromEntries(roles.map((role) => [role, column.optional()]))).optional(),
  /** What the values are, when no column says it. */
  metric: z.string('The metric is a text.').trim().min(1, 'The metric needs at least one character.').optional(),
  leaveOut: z.array(column, 'The columns to leave out are a list.').optional(),
  delimiter: z
    .string('The delimiter is a text.')
    .refine((text) => text.length === 1 && !'"\r\n'.includes(text), 'The delimiter is one character.')
    .optional(),
  decimal: z.enum(['POINT', 'COMMA'], 'The decimal mark is POINT or COMMA.').optional(),
  dateOrder: z.enum(['DAY_FIRST', 'MONTH_FIRST'], 'The order of dates is DAY_FIRST or MONTH_FIRST.').optional(),
});

/** What the person has said about a CSV. */
export type CsvOptions = Omit<z.output<typeof shape>, 'columns'> & { columns?: Partial<Record<Role, ColumnName>> };

/** @throws BrokenFileError when there is an option that means nothing here, or one that cannot be read */
export function readOptions(options: unknown): CsvOptions {
  const read = shape.safeParse(options);
  if (read.success) return read.data as CsvOptions;
  const [issue] = read.error.issues;
  const place = ['options', ...issue!.path].join('.');
  throw new BrokenFileError(`${place}: ${issue!.code === 'unrecognized_keys' ? sayKnown(issue!) : issue!.message}`);
}

const sayKnown = ({ keys, path }: { keys: readonly string[]; path: readonly PropertyKey[] }): string => {
  const known = path.length === 0 ? Object.keys(shape.shape) : roles;
  return `"${keys[0]!.slice(0, 50)}" means nothing here. There are ${known.join(', ')}.`;
};
