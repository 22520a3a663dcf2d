import { z } from 'zod';
import { InvalidInputError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { toFullTime, type Entry } from '../entries/entry.ts';
import { dateShape, notesShape, tagsShape, timeShape } from '../entries/input.ts';
import { aggregations, desiredDirections, metricTypes, metricLimits, sourcesShape } from '../metrics/input.ts';
import { toNewMetric, type NewMetric } from '../metrics/metrics.ts';
import { toShownValue, toStoredValue, type MetricConfig } from '../metrics/rules.ts';

const id = z.string().refine(isId, 'An id is a UUID in lower case.');
/** Written by the server's clock; the bounds keep what the database cannot hold away from it. */
const instant = z.iso
  .datetime('This is not an instant in UTC.')
  .refine((text) => text >= '1970' && text < '2201', 'This instant is out of bounds.');
const version = z.int('A version is a whole number.').min(1).max(1_000_000_000);

/** Strict, here and below: an item with a field that nobody would keep is not the one it was. */
const metricShape = z.strictObject({
  id,
  name: z.string(),
  type: z.enum(metricTypes),
  category: z.string(),
  unit: z.string().nullish(),
  min: z.number().nullish(),
  max: z.number().nullish(),
  step: z.number().nullish(),
  aggregation: z.enum(aggregations),
  // Exports from before these were kept have neither.
  desired: z.enum(desiredDirections).nullable().optional(),
  isActionable: z.boolean().optional(),
  sources: sourcesShape.optional(),
  isActive: z.boolean().default(true),
  version: version.default(1),
  createdAt: instant.optional(),
  updatedAt: instant.optional(),
});

const entryShape = z.strictObject({
  id,
  metricId: id,
  date: dateShape,
  time: timeShape.nullish(),
  number: z.number().nullish(),
  text: z.string().nullish(),
  notes: notesShape.nullish(),
  tags: tagsShape.nullish(),
  source: z
    .string()
    .min(1)
    .max(metricLimits.source, `A source has at most ${metricLimits.source} characters.`)
    .default('json'),
  version: version.default(1),
  createdAt: instant.optional(),
  updatedAt: instant.optional(),
});

/** An entry of a file, checked as far as it can be without its metric. */
export type FileEntry = Omit<Entry, 'importId' | 'createdAt' | 'updatedAt'> & {
  createdAt?: string;
  updatedAt?: string;
};

/** A metric as an export holds it, or a sentence that says why it is none. */
export function readMetricItem(value: unknown): NewMetric | string {
  const parsed = metricShape.safeParse(value);
  if (!parsed.success) return describe(parsed.error);
  const { isActive, sources, version: number, createdAt, updatedAt, ...definition } = parsed.data;
  try {
    return {
      ...toNewMetric(definition),
      // What the file does not say must not pass for its word: the person may have said it since.
      desired: definition.desired,
      isActionable: definition.isActionable,
      ...(sources ? { sources } : {}),
      isActive,
      version: number,
      createdAt: toDate(createdAt),
      updatedAt: toDate(updatedAt),
    };
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
}

/** An entry as an export holds it, or a sentence that says why it is none. */
export function readEntryItem(value: unknown): FileEntry | string {
  const parsed = entryShape.safeParse(value);
  if (!parsed.success) return describe(parsed.error);
  const { time, number, text, notes, tags, ...entry } = parsed.data;
  return {
    ...entry,
    time: toFullTime(time),
    number: number ?? null,
    text: text ?? null,
    notes: notes ?? null,
    tags: tags ?? [],
  };
}

/**
 * Whether a stored value is one that a metric of this type can have; if not, a sentence that says why. The metric's
 * bounds are left aside: an entry may be older than they are, and is to come back as it was.
 */
export function findMisfit(
  { type }: MetricConfig,
  { number, text }: { number: number | null; text: string | null },
): string | null {
  const unbounded = { type, min: null, max: null, step: null };
  const isOne = (number === null) !== (text === null) && (text !== null) === (type === 'TEXT');
  if (!isOne || (type === 'BINARY' && number !== 0 && number !== 1))
    return `The value is not one of a metric of type ${type}.`;
  const stored = toStoredValue(unbounded, toShownValue(type, { number, text }));
  return typeof stored === 'string' ? stored : null;
}

const toDate = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text));

function describe(error: z.ZodError): string {
  const { path, message } = error.issues[0]!;
  return path.length > 0 ? `${path.join('.')}: ${message}` : message;
}
