import { z } from 'zod';
import { isDay, isLocalTime } from '../../kernel/civil-time.ts';
import { isId } from '../../kernel/ids.ts';
import { isStorable } from '../../kernel/text.ts';

/** Characters; tags: how many, and characters of each. */
export const entryLimits = { notes: 10_000, tags: 50, tag: 60, batch: 1000 } as const;

const id = z.string().refine(isId, 'An id is a UUID in lower case, best a UUIDv7.');

export const dateShape = z
  .string()
  .refine(isDay, 'This day does not exist, or is not between 1900-01-01 and 2200-12-31 (YYYY-MM-DD).');
export const timeShape = z.string().refine(isLocalTime, 'A time reads HH:MM or HH:MM:SS, from 00:00 to 23:59:59.');
export const notesShape = z
  .string()
  .max(entryLimits.notes, `Notes have at most ${entryLimits.notes} characters.`)
  .refine(isStorable, 'Notes cannot hold U+0000 or half of a surrogate pair.');
const tag = z
  .string()
  .trim()
  .min(1, 'A tag needs at least one character.')
  .max(entryLimits.tag, `A tag has at most ${entryLimits.tag} characters.`)
  .refine(isStorable, 'A tag cannot hold U+0000 or half of a surrogate pair.');
export const tagsShape = z
  .array(tag)
  .max(entryLimits.tags, `An entry has at most ${entryLimits.tags} tags.`)
  .transform((tags) => [...new Set(tags)]);

export const createEntryShape = z.object({
  id: id.nullish(),
  metricId: z.string(),
  date: dateShape,
  time: timeShape.nullish(),
  value: z.unknown(),
  notes: notesShape.nullish(),
  tags: tagsShape.nullish(),
});

export const createEntriesShape = z
  .array(createEntryShape)
  .min(1, 'A batch needs at least one entry.')
  .max(entryLimits.batch, `A batch has at most ${entryLimits.batch} entries.`);

export const updateEntryShape = z.object({
  date: dateShape.nullish(),
  time: timeShape.nullish(),
  value: z.unknown().optional(),
  notes: notesShape.nullish(),
  tags: tagsShape.nullish(),
});

export type CreateEntryInput = z.input<typeof createEntryShape>;
export type UpdateEntryInput = z.input<typeof updateEntryShape>;
