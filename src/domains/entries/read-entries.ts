import type { Metric } from '../../../generated/prisma/client.ts';
import { isDay } from '../../kernel/civil-time.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Page } from '../../kernel/page.ts';
import { toSearchable } from '../../kernel/text.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database.ts';
import type { Entry } from './entry.ts';

export type EntryFilter = {
  metricIds?: readonly string[] | null;
  from?: string | null;
  to?: string | null;
  /** Entries that carry all of these. */
  tags?: readonly string[] | null;
  /** Entries whose notes or text contain this, in any case. */
  text?: string | null;
};

/** An entry, and its metric when that was asked for. */
export type ListedEntry = Entry & { metric?: Metric };

/** The sort key of the list of entries: the newest day first, within a day the newest id. */
export const entryKey = ({ date, id }: Entry): [string, string] => [date, id];

/**
 * Entries in one statement, the newest day first.
 * @param withMetric whether each entry brings its metric along
 */
export async function listEntries(
  viewer: Viewer,
  filter: EntryFilter,
  page: Page,
  withMetric: boolean,
): Promise<ListedEntry[]> {
  checkFilter(filter);
  const { values, conditions } = toConditions(viewer, filter, page);
  const direction = page.fromEnd ? 'ASC' : 'DESC';
  const rows = await sql.query<{ entry: Entry; metric?: Metric }>(
    `SELECT entry_snapshot(e) AS entry ${withMetric ? ', metric_snapshot(m) AS metric' : ''}
     FROM entries e ${withMetric ? 'JOIN metrics m ON m.user_id = e.user_id AND m.id = e.metric_id' : ''}
     WHERE ${conditions.join(' AND ')} ORDER BY e.date ${direction}, e.id ${direction} LIMIT ${Number(page.limit)}`,
    values,
  );
  const entries = rows.map(({ entry, metric }) => (metric ? { ...entry, metric } : entry));
  return page.fromEnd ? entries.toReversed() : entries;
}

/** Every entry of a person in pages, oldest first, for exports. */
export async function* readEntries(viewer: Viewer, filter: EntryFilter): AsyncGenerator<ListedEntry[]> {
  let before: Page['before'];
  for (;;) {
    const page = await listEntries(viewer, filter, { limit: 1000, before, fromEnd: true }, true);
    if (page.length === 0) return;
    yield page.toReversed();
    before = entryKey(page[0]!);
  }
}

function checkFilter(filter: EntryFilter): void {
  for (const field of ['from', 'to'] as const) {
    const day = filter[field];
    if (day != null && !isDay(day))
      throw new InvalidInputError([
        { path: ['filter', field], message: 'This day does not exist, or is not between 1900 and 2200.' },
      ]);
  }
}

function toConditions(
  { userId }: Viewer,
  filter: EntryFilter,
  page: Page,
): { values: unknown[]; conditions: string[] } {
  const values: unknown[] = [userId];
  const conditions = ['e.user_id = $1::uuid'];
  const add = (value: unknown, condition: (parameter: string) => string) => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (filter.metricIds) add(filter.metricIds.filter(isId), (p) => `e.metric_id = ANY(${p}::uuid[])`);
  if (filter.from) add(filter.from, (p) => `e.date >= ${p}::date`);
  if (filter.to) add(filter.to, (p) => `e.date <= ${p}::date`);
  if (filter.tags?.length) add(filter.tags.map(toSearchable), (p) => `e.tags @> ${p}::text[]`);
  if (filter.text) add(toPattern(filter.text), (p) => `(e.notes ILIKE ${p} OR e.text ILIKE ${p})`);
  // JSON of one parameter keeps a place in the list one value: both parts or none.
  if (page.after)
    add(JSON.stringify(page.after), (p) => `(e.date, e.id) < ((${p}::jsonb->>0)::date, (${p}::jsonb->>1)::uuid)`);
  if (page.before)
    add(JSON.stringify(page.before), (p) => `(e.date, e.id) > ((${p}::jsonb->>0)::date, (${p}::jsonb->>1)::uuid)`);
  return { values, conditions };
}

const toPattern = (text: string): string => `%${toSearchable(text).replace(/[\\%_]/g, '\\$&')}%`;
