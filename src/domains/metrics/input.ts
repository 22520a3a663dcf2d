import { z } from 'zod';
import { isId } from '../../kernel/ids.ts';
import { isStorable } from '../../kernel/text.ts';

export const metricTypes = ['RATING', 'DURATION', 'BINARY', 'NUMBER', 'TEXT'] as const;
export const aggregations = ['SUM', 'MEAN', 'LAST', 'MIN', 'MAX'] as const;
export const desiredDirections = ['HIGHER', 'LOWER'] as const;
export type MetricType = (typeof metricTypes)[number];
export type Aggregation = (typeof aggregations)[number];
/** Where a person wants a metric to go. */
export type DesiredDirection = (typeof desiredDirections)[number];

/** Characters. */
export const metricLimits = { name: 120, category: 60, unit: 40, source: 120, sources: 100 } as const;

const line = (what: string, max: number) =>
  z
    .string()
    .trim()
    .min(1, `A ${what} needs at least one character.`)
    .max(max, `A ${what} has at most ${max} characters.`)
    .refine(isStorable, `A ${what} cannot hold U+0000 or half of a surrogate pair.`);

const id = z.string().refine(isId, 'An id is a UUID in lower case, best a UUIDv7.');
const bound = z.number('This must be a finite number.').nullish();
const step = z.number('This must be a finite number.').positive('A step is greater than 0.').nullish();

const fields = {
  name: line('name', metricLimits.name),
  category: line('category', metricLimits.category).nullish(),
  unit: line('unit', metricLimits.unit).nullish(),
  min: bound,
  max: bound,
  step,
  aggregation: z.enum(aggregations).nullish(),
  desired: z.enum(desiredDirections).nullish(),
  isActionable: z.boolean().nullish(),
};

export const createMetricShape = z.object({ ...fields, id: id.nullish(), type: z.enum(metricTypes) });

/** Programs and devices, the one that counts first. */
export const sourcesShape = z
  .array(line('source', metricLimits.source))
  .max(metricLimits.sources, `A metric has at most ${metricLimits.sources} sources.`)
  .refine((sources) => new Set(sources).size === sources.length, 'Name each source once.');

export const updateMetricShape = z.object({
  ...fields,
  name: fields.name.nullish(),
  isActive: z.boolean().nullish(),
  sources: sourcesShape.nullish(),
});

export type CreateMetricInput = z.input<typeof createMetricShape>;
export type UpdateMetricInput = z.input<typeof updateMetricShape>;
