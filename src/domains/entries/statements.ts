import { appendChanges, appendCreated, takeNumbers } from '../../changes/hot-write.ts';

/** The hot writes of entries: one statement each, see changes/hot-write.ts for the parameters they begin with. */

const rowType = `r(rank int, id uuid, "metricId" uuid, date date, time time, number float8, text text, notes text, tags text[],
  source text, "importId" uuid, version int, "createdAt" timestamptz, "updatedAt" timestamptz)`;

/**
 * $5: the mark of the definitions that values were checked against (metrics/definitions.ts). Part of the row that every
 * writer locks: a statement that waited for its turn sees it as it is then, and not as it was when the wait began.
 */
const unchangedDefinitions = 'definitions_version = $5::int';

/**
 * One entry, as it is written most often. $6 its id, $7 its metric, then its day, time, number, text, notes and tags. An id
 * that exists already breaks the primary key, and with it the whole statement.
 */
export const insertEntry = {
  name: 'insert-entry',
  entityType: 'Entry',
  text: `
  WITH ${takeNumbers('1', unchangedDefinitions)},
  written AS (
    INSERT INTO entries (user_id, id, metric_id, date, time, number, text, notes, tags)
    SELECT $1::uuid, $6::uuid, $7::uuid, $8::date, $9::time, $10::float8, $11::text, $12::text, $13::text[] FROM head
    RETURNING id, entry_snapshot(entries) AS snapshot
  ),
  ${appendCreated('Entry')}`,
};

/** $6: the entries as JSON. Otherwise as above. */
export const insertEntries = {
  name: 'insert-entries',
  entityType: 'Entry',
  text: `
  WITH input AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($6::jsonb) AS ${rowType}),
  ${takeNumbers('(SELECT count(*)::int FROM input)', unchangedDefinitions)},
  inserted AS (
    INSERT INTO entries (user_id, id, metric_id, date, time, number, text, notes, tags, source, import_id, import_version, version, created_at, updated_at)
    SELECT $1::uuid, i.id, i."metricId", i.date, i.time, i.number, i.text, i.notes, coalesce(i.tags, '{}'),
           coalesce(i.source, 'api'), i."importId", CASE WHEN i."importId" IS NOT NULL THEN coalesce(i.version, 1) END, coalesce(i.version, 1), coalesce(i."createdAt", now()), coalesce(i."updatedAt", now())
    FROM head, input i ORDER BY i.rank
    RETURNING id, entry_snapshot(entries) AS snapshot
  ),
  written AS MATERIALIZED (SELECT inserted.id, inserted.snapshot, input.rank FROM inserted JOIN input USING (id)),
  ${appendChanges('CREATED', 'Entry')}`,
};

/** The row that a new state was made from, and not another one that has taken its id since, whose versions begin anew. */
const sameRow = (input: string): string =>
  `e.id = ${input}.id AND e.version = ${input}.version AND e.metric_id = ${input}."metricId" AND e.created_at = ${input}."createdAt"`;

/** $6: the entry's new state as JSON. Nothing happens unless it still is of the version before. */
export const updateEntry = {
  name: 'update-entry',
  entityType: 'Entry',
  text: `
  WITH input AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(jsonb_build_array($6::jsonb)) AS ${rowType}),
  ${takeNumbers(
    '1',
    `${unchangedDefinitions} AND EXISTS (
       SELECT FROM input JOIN entries e ON e.user_id = $1::uuid AND ${sameRow('input')})`,
  )},
  updated AS (
    UPDATE entries e SET date = i.date, time = i.time, number = i.number, text = i.text, notes = i.notes, tags = i.tags,
           version = e.version + 1, updated_at = now()
    FROM head, input i
    WHERE e.user_id = $1::uuid AND ${sameRow('i')}
    RETURNING e.id, entry_snapshot(e) AS snapshot
  ),
  written AS MATERIALIZED (SELECT id, snapshot, 1 AS rank FROM updated),
  ${appendChanges('UPDATED', 'Entry')}`,
};

/** $5: the id; $6: the version it must be of, if any. Nothing happens unless it exists. */
export const deleteEntry = {
  name: 'delete-entry',
  entityType: 'Entry',
  text: `
  WITH ${takeNumbers('1', 'EXISTS (SELECT FROM entries WHERE user_id = $1::uuid AND id = $5::uuid AND ($6::int IS NULL OR version = $6::int))')},
  deleted AS (
    DELETE FROM entries e USING head WHERE e.user_id = $1::uuid AND e.id = $5::uuid AND ($6::int IS NULL OR e.version = $6::int) RETURNING e.id
  ),
  written AS MATERIALIZED (SELECT id, to_jsonb(id) AS snapshot, 1 AS rank FROM deleted),
  ${appendChanges('DELETED', 'Entry')}`,
};
