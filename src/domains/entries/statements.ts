import { appendChanges, takeNumbers } from '../../changes/hot-write.ts';

/** The hot writes of entries: one statement each, see changes/hot-write.ts for the parameters they begin with. */

const rowType = `r(rank int, id uuid, "metricId" uuid, "metricMark" text, date date, time time, number float8, text text,
  notes text, tags text[], source text, "importId" uuid, version int, "createdAt" timestamptz, "updatedAt" timestamptz)`;

/**
 * One entry, as it is written most often: without lists and joins it costs the database less (10 to 34 % in three runs). $5 its id, $6 its
 * metric, $7 the metric's mark, then its day, time, number, text, notes and tags. Otherwise as below.
 */
export const insertEntry = {
  name: 'insert-entry',
  entityType: 'Entry',
  text: `
  WITH ${takeNumbers('1', 'EXISTS (SELECT FROM metrics WHERE user_id = $1::uuid AND id = $6::uuid AND xmin::text = $7::text)')},
  inserted AS (
    INSERT INTO entries (user_id, id, metric_id, date, time, number, text, notes, tags)
    SELECT $1::uuid, $5::uuid, $6::uuid, $8::date, $9::time, $10::float8, $11::text, $12::text, $13::text[] FROM head
    RETURNING id, entry_snapshot(entries) AS snapshot
  ),
  written AS MATERIALIZED (SELECT id, snapshot, 1 AS rank FROM inserted),
  ${appendChanges('CREATED', 'Entry')}`,
};

/**
 * $5: the entries as JSON. Nothing happens unless every metric still is the row that the values were checked
 * against; an id that exists already breaks the primary key, and with it the whole statement.
 */
export const insertEntries = {
  name: 'insert-entries',
  entityType: 'Entry',
  text: `
  WITH input AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($5::jsonb) AS ${rowType}),
  ${takeNumbers(
    '(SELECT count(*)::int FROM input)',
    `NOT EXISTS (
       SELECT FROM input LEFT JOIN metrics m
         ON m.user_id = $1::uuid AND m.id = input."metricId" AND m.xmin::text = input."metricMark"
       WHERE m.id IS NULL)`,
  )},
  inserted AS (
    INSERT INTO entries (user_id, id, metric_id, date, time, number, text, notes, tags, source, import_id, version, created_at, updated_at)
    SELECT $1::uuid, i.id, i."metricId", i.date, i.time, i.number, i.text, i.notes, coalesce(i.tags, '{}'),
           coalesce(i.source, 'api'), i."importId", coalesce(i.version, 1), coalesce(i."createdAt", now()), coalesce(i."updatedAt", now())
    FROM input i, head ORDER BY i.rank
    RETURNING id, entry_snapshot(entries) AS snapshot
  ),
  written AS MATERIALIZED (SELECT inserted.id, inserted.snapshot, input.rank FROM inserted JOIN input USING (id)),
  ${appendChanges('CREATED', 'Entry')}`,
};

/** $5: the entry's new state as JSON. Nothing happens unless it still is of the version before. */
export const updateEntry = {
  name: 'update-entry',
  entityType: 'Entry',
  text: `
  WITH input AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(jsonb_build_array($5::jsonb)) AS ${rowType}),
  ${takeNumbers(
    '1',
    `EXISTS (
       SELECT FROM input JOIN entries e ON e.user_id = $1::uuid AND e.id = input.id AND e.version = input.version
         JOIN metrics m ON m.user_id = $1::uuid AND m.id = e.metric_id AND m.xmin::text = input."metricMark")`,
  )},
  updated AS (
    UPDATE entries e SET date = i.date, time = i.time, number = i.number, text = i.text, notes = i.notes, tags = i.tags,
           version = e.version + 1, updated_at = now()
    FROM input i, head WHERE e.user_id = $1::uuid AND e.id = i.id AND e.version = i.version
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
