import { checkMoment, lastLine, type Moment } from '../../changes/moments.ts';
import { toInstant } from '../../kernel/civil-time.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { readTexts, sql, type TextRow } from '../../platform/database/database.ts';
import type { Entry } from './entry.ts';

/** Which entries; null or missing: all. Days with both ends included. */
export type PastFilter = { metricIds?: readonly string[] | null; from?: string | null; to?: string | null };

/** The sort key of an entry as it was then: its day, and within a day its id. */
type Place = readonly [date: string, id: string];

/** Entries of one page; as bare texts they take less. */
const pageSize = 1000;
const textPageSize = 4000;

const columns = `e.id, e.metric_id AS "metricId", e.date, e.time, e.number, e.text, e.notes, e.tags, e.source,
  e.version, e.created_at AS "createdAt", e.updated_at AS "updatedAt"`;

/** $1 user, $2 number. Entries that the log says were touched since are as it has them. */
const untouched = `NOT EXISTS (SELECT FROM changes c WHERE c.user_id = e.user_id AND c.entity_type = 'Entry'
  AND c.entity_id = e.id AND c.seq > $2::int)`;

const touched = `(
  SELECT was.id, was."metricId" AS metric_id, was.date, was.time, was.number, was.text, was.notes, was.tags,
         was.source, was.version, was."createdAt" AS created_at, was."updatedAt" AS updated_at
  FROM (SELECT DISTINCT entity_id AS id FROM changes WHERE user_id = $1::uuid AND entity_type = 'Entry' AND seq > $2::int) t
  CROSS JOIN LATERAL (${lastLine('$1::uuid', "'Entry'", 't.id', '$2::int')}) last
  CROSS JOIN LATERAL jsonb_to_record(last.snapshot) AS was(id uuid, "metricId" uuid, date date, time time, number float8,
    text text, notes text, tags text[], source text, version int, "createdAt" timestamptz, "updatedAt" timestamptz)
  WHERE last.kind <> 'DELETED')`;

/** $3 metrics, $4 first and $5 last day. */
const chosen = `($3::uuid[] IS NULL OR e.metric_id = ANY($3::uuid[]))
  AND ($4::date IS NULL OR e.date >= $4::date) AND ($5::date IS NULL OR e.date <= $5::date)`;

/**
 * SQL of the entries that a person had after a change, as a relation of the columns of `entries` that people see, but for
 * their import. Both parts see the same rows and the same log: it is one statement.
 * @param isNow whether nothing has changed since, so that the table alone tells
 * @param more a condition on `e`
 * @param limit how each part is put in order and cut off, when not all of it is wanted
 */
export const pastEntries = (isNow: boolean, more = 'true', limit = ''): string => {
  const all = `e.id, e.metric_id, e.date, e.time, e.number, e.text, e.notes, e.tags, e.source, e.version, e.created_at, e.updated_at`;
  const present = `SELECT ${all} FROM entries e WHERE e.user_id = $1::uuid AND ${isNow ? '$2::int >= 0' : untouched} AND ${chosen} AND ${more} ${limit}`;
  return isNow
    ? `(${present})`
    : `((${present}) UNION ALL (SELECT ${all} FROM ${touched} e WHERE ${chosen} AND ${more} ${limit}))`;
};

/** The parameters of pastEntries, $1 to $5. */
export const toParameters = ({ userId }: Viewer, { seq }: Moment, filter: PastFilter): unknown[] => [
  userId,
  seq,
  filter.metricIds ?? null,
  filter.from ?? null,
  filter.to ?? null,
];

/** Reads with one of two statements, whose rows are the same while nothing has changed since. */
type PastReader = <Item extends object>(read: (isNow: boolean) => Promise<Item[]>) => Promise<Item[]>;

/**
 * Reads a state of the past: with the plain statement as long as that is the state of now, and then with the other.
 * @returns a reader, which throws ExpectedError CONFLICT when the log no longer tells that state
 */
export function openPast({ userId }: Viewer, moment: Moment): PastReader {
  let isNow = true;
  return async (read) => {
    const rows = await read(isNow);
    // Only a log that has not moved until after the reading says that what was read is the state of that number.
    const isStillNow = await checkMoment(userId, moment);
    if (isStillNow || !isNow) return rows;
    isNow = false;
    const past = await read(isNow);
    await checkMoment(userId, moment);
    return past;
  };
}

/**
 * The entries that a person had after a change, in pages, the oldest day first. What happens while they are read does not
 * show. No connection is held between two pages.
 * @throws ExpectedError CONFLICT when the log no longer tells that state
 */
export async function* readPastEntries(
  viewer: Viewer,
  moment: Moment,
  filter: PastFilter,
  size = pageSize,
): AsyncGenerator<PastEntry[]> {
  const read = (text: string, values: unknown[]) => sql.query<Row>(text, values);
  const pages = readPages(viewer, moment, filter, { columns, size, read, placeOf: ({ date, id }) => [date, id] });
  for await (const rows of pages) yield rows.map(toEntry);
}

/** What a line of text says of an entry: its id, day, metric, time, number, text, notes, and tags as JSON when there are any. */
const lineColumns = `e.id, e.date, e.metric_id, e.time, e.number, e.text, e.notes,
  CASE WHEN cardinality(e.tags) > 0 THEN array_to_json(e.tags) END`;

/**
 * The same for very many, as the database writes them: rows of lineColumns.
 * @throws ExpectedError CONFLICT when the log no longer tells that state
 */
export const readPastTexts = (viewer: Viewer, moment: Moment, filter: PastFilter): AsyncGenerator<TextRow[]> =>
  readPages(viewer, moment, filter, {
    columns: lineColumns,
    size: textPageSize,
    read: (text, values) => readTexts(text, values),
    placeOf: ([id, date]) => [date!, id!],
  });

type Reading<Item> = {
  columns: string;
  size: number;
  read: (text: string, values: unknown[]) => Promise<Item[]>;
  placeOf: (row: Item) => Place;
};

async function* readPages<Item extends object>(
  viewer: Viewer,
  moment: Moment,
  filter: PastFilter,
  { columns: wanted, size, read, placeOf }: Reading<Item>,
): AsyncGenerator<Item[]> {
  const readThen = openPast(viewer, moment);
  for (let after: Place | null = null; ;) {
    const values = [...toParameters(viewer, moment, filter), after?.[0] ?? null, after?.[1] ?? null, size];
    const place = after ? '(e.date, e.id) > ($6::date, $7::uuid)' : '$6::date IS NULL AND $7::uuid IS NULL';
    const rows: Item[] = await readThen((isNow) => read(writeText(wanted, isNow, place), values));
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    after = placeOf(rows.at(-1)!);
  }
}

const order = 'ORDER BY e.date, e.id LIMIT $8::int';
const writeText = (wanted: string, isNow: boolean, place: string) =>
  `SELECT ${wanted} FROM ${pastEntries(isNow, place, order)} e ${order}`;

/** An entry without the import it came with. */
export type PastEntry = Omit<Entry, 'importId'>;
type Row = Omit<PastEntry, 'createdAt' | 'updatedAt'> & { createdAt: Date; updatedAt: Date };

const toEntry = ({ createdAt, updatedAt, ...entry }: Row): PastEntry => ({
  ...entry,
  createdAt: toInstant(createdAt),
  updatedAt: toInstant(updatedAt),
});
