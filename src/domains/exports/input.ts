import { z } from 'zod';
import { isId } from '../../kernel/ids.ts';
import { dateShape } from '../entries/input.ts';

export const exportFormats = ['CSV', 'JSON'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The link carries them, and addresses have a length that proxies still take. */
export const exportMetricsMax = 100;

export const exportShape = z.object({
  format: z.enum(exportFormats),
  range: z
    .object({ from: dateShape, to: dateShape })
    .refine(({ from, to }) => from <= to, 'The range ends before it begins.')
    .nullish(),
  metricIds: z
    .array(z.string().refine(isId, 'An id is a UUID in lower case.'))
    .max(exportMetricsMax, `A part of an export has at most ${exportMetricsMax} metrics; leave metricIds out for all.`)
    .nullish(),
});

export type ExportInput = z.input<typeof exportShape>;
/** What an export holds. Null or missing: everything. */
export type Selection = z.output<typeof exportShape>;
