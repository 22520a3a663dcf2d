import { z } from 'zod';
import { isId } from '../../kernel/ids.ts';
import { dateShape } from '../entries/input.ts';

export const exportFormats = ['CSV', 'JSON'] as const;
export type ExportFormat = (typeof exportFormats)[number];
export const exportLayouts = ['LONG', 'WIDE'] as const;
export type ExportLayout = (typeof exportLayouts)[number];

/** The link carries them, and addresses have a length that proxies still take. */
export const exportMetricsMax = 100;

const selectionShape = z.object({
  format: z.enum(exportFormats),
  /** Of a CSV; LONG when missing. */
  layout: z.enum(exportLayouts).nullish(),
  range: z
    .object({ from: dateShape, to: dateShape })
    .refine(({ from, to }) => from <= to, 'The range ends before it begins.')
    .nullish(),
  metricIds: z
    .array(z.string().refine(isId, 'An id is a UUID in lower case.'))
    .max(exportMetricsMax, `A part of an export has at most ${exportMetricsMax} metrics; leave metricIds out for all.`)
    .nullish(),
});

export const exportShape = selectionShape.refine(({ format, layout }) => format === 'CSV' || layout == null, {
  path: ['layout'],
  message: 'Only a CSV has a layout.',
});

/** What a link is signed with, besides whose it is: the selection, and the state it is of. */
export const linkShape = selectionShape.extend({ seq: z.int().min(0), at: z.coerce.date() });

export type ExportInput = z.input<typeof exportShape>;
/** What an export holds. Null or missing: everything. */
export type Selection = z.output<typeof exportShape>;
