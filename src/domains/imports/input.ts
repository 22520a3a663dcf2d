import { z } from 'zod';
import { isStorable } from '../../kernel/text.ts';

export const importFormats = [
  'JSON',
  'CSV',
  'APPLE_HEALTH',
  'HEALTH_AUTO_EXPORT',
  'GOOGLE_TAKEOUT',
  'OURA',
  'GARMIN',
  'LOOP_HABITS',
  'DAYLIO',
  'NOMIE',
  'TRACK_AND_GRAPH',
  'HABITBULL',
  'EXIST',
] as const;
export type ImportFormat = (typeof importFormats)[number];
/** What a person may say a file is: AUTO leaves it to its content. */
export type AnyFormat = ImportFormat | 'AUTO';

/** Bounds of one upload, besides its bytes: each keeps memory, or the one transaction that applies it, bounded. */
export const importLimits = {
  /** Characters. */
  fileName: 255,
  /** Values (CSV) or items (JSON). */
  items: 1_000_000,
  columns: 1000,
  /** Metrics a file may bring or name. */
  metrics: 2000,
  /** Characters of one row of a CSV. */
  row: 256 * 1024,
  /** Rejected rows that the report names; it counts them all. */
  rejectedShown: 1000,
  /** Bytes of JSON. */
  options: 16 * 1024,
} as const;

export const createImportShape = z.object({
  format: z.enum(['AUTO', ...importFormats]).nullish(),
  fileName: z
    .string()
    .trim()
    .max(importLimits.fileName, `A file name has at most ${importLimits.fileName} characters.`)
    .refine(isStorable, 'This file name holds a character that cannot be stored.')
    .nullish(),
  applyWhenReady: z.boolean().nullish(),
  options: z
    .record(z.string(), z.json())
    .refine((value) => {
      const text = JSON.stringify(value);
      return text.length <= importLimits.options && !/\\u(0000|d[89a-f])/i.test(text);
    }, `Options are an object of at most ${importLimits.options} bytes.`)
    .nullish(),
});

export type CreateImportInput = z.input<typeof createImportShape>;
