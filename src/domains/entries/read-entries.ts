import { isDay, toInstant } from '../../kernel/civil-time.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Page } from '../../kernel/page.ts';
import { toSearchable } from '../../kernel/text.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database/database.ts';
import { readDefinitions, recallDefinitions } from '../metrics/definitions.ts';
import type { Entry, EntryWithMetric } from './entry.ts';

export type EntryFilter = {
  metricIds?: readonly string[] | null;
  from?: string | null;
  to?: string | null;
  /** Entries that carry all of these. */
  tags?: readonly string[] | null;
  /** Entries whose notes or text contain this, in any case. */
  text?: string | null;
};

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
): Promise<EntryWithMetric[]> {
  checkFilter(filter);
  const { values, conditions } = toConditions(viewer, filter, page);
  const direction = page.fromEnd ? 'ASC' : 'DESC';
  const rows = await sql.query<Row>(
    `SELECT ${columns} ${withMetric ? ', h.definitions_version AS mark' : ''}
     FROM entries e ${withMetric ? 'JOIN change_heads h ON h.user_id = $1::uuid' : ''}
     WHERE ${conditions.join(' AND ')} ORDER BY e.date ${direction}, e.id ${direction} LIMIT ${Number(page.limit)}`,
    values,
  );
  const entries = withMetric ? await addMetrics(viewer, rows) : rows.map(toEntry);
  return page.fromEnd ? entries.toReversed() : entries;
}

/** Plain columns: building the snapshots in the database took six times as long for a page of 50. */
const columns = `e.id, e.metric_id AS "metricId", e.date, e.time, e.number, e.text, e.notes, e.tags, e.source,
  e.import_id AS "importId", e.version, e.created_at AS "createdAt", e.updated_at AS "updatedAt"`;

type Row = Omit<Entry, 'createdAt' | 'updatedAt'> & { createdAt: Date; updatedAt: Date; mark?: number };

const toEntry = ({ mark: _, createdAt, updatedAt, ...entry }: Row): Entry => ({
  ...entry,
  createdAt: toInstant(createdAt),
  updatedAt: toInstant(updatedAt),
});

/** Metrics come from memory when that still has the state that the statement saw. */
async function addMetrics(viewer: Viewer, rows: readonly Row[]): Promise<EntryWithMetric[]> {
  const ids = [...new Set(rows.map(({ metricId }) => metricId))];
  const recalled = ids.length === 0 ? new Map() : await recallDefinitions(viewer, ids);
  const isCurrent = rows.every(({ metricId, mark }) => recalled.get(metricId)?.mark === mark);
  const definitions = isCurrent ? recalled : await readDefinitions(viewer, ids);
  return rows.map((row) => ({ ...toEntry(row), metric: definitions.get(row.metricId)?.metric }));
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
