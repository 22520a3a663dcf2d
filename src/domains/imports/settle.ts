import type { Viewer } from '../../kernel/viewer.ts';
import type { Sql } from '../../platform/database/database.ts';
import type { NewMetric } from '../metrics/metrics.ts';
import type { ImportFormat } from './input.ts';
import { readLastPlace, readStagedMetrics, type StagingKey } from './staging.ts';

/** How a file is laid out, which decides what a repetition in it means. */
export type FileLayout = 'LONG' | 'WIDE' | 'JSON' | 'ROWS';

/** Rows that one statement looks at: a check leaves the one connection of the embedded database free in between. */
const span = 5000;

/**
 * Says of each staged entry how often it stood in the file up to there. The second of two equal lines of a long CSV is an
 * entry of its own (two coffees), so it gets an id of its own, which follows from the first's. A wide CSV has one value
 * per metric and day: a repetition is a duplicate, and so is one of a row that its program has an id for. In JSON an id is an id.
 */
export async function numberRepetitions(sql: Sql, { userId, importId }: StagingKey, layout: FileLayout): Promise<void> {
  await sql.query(
    `UPDATE import_rows r SET ${repetitions[layout]}
     FROM (SELECT ordinal, row_number() OVER (PARTITION BY item_id ORDER BY ordinal) AS n FROM import_rows
           WHERE user_id = $1::uuid AND import_id = $2::uuid AND kind = 'ENTRY') d
     WHERE d.n > 1 AND r.user_id = $1::uuid AND r.import_id = $2::uuid AND r.ordinal = d.ordinal`,
    [userId, importId],
  );
}

const repetitions: Record<FileLayout, string> = {
  LONG: `occurrence = d.n, item_id = overlay(overlay(md5(r.item_id || ':' || d.n) placing '8' from 13) placing '8' from 17)::uuid`,
  WIDE: `occurrence = 0, status = 'DUPLICATE'`,
  ROWS: `occurrence = CASE WHEN r.is_keyed THEN 0 ELSE d.n END, status = CASE WHEN r.is_keyed THEN 'DUPLICATE' ELSE r.status END, item_id = CASE WHEN r.is_keyed
    THEN r.item_id ELSE overlay(overlay(md5(r.item_id || ':' || d.n) placing '8' from 13) placing '8' from 17)::uuid END`,
  JSON: `status = 'REJECTED', reason = 'An entry with this id stands in the file already.'`,
};

/** Marks the staged entries that the person has already. With `bySpans`, in several statements. */
export async function markDuplicates(sql: Sql, key: StagingKey, format: ImportFormat, bySpans: boolean): Promise<void> {
  const text = format === 'JSON' ? markSameIds : format === 'CSV' ? markSameValues : markSameRows;
  const last = await readLastPlace(sql, key);
  const step = bySpans ? span : last + 1;
  for (let from = 0; from <= last; from += step) await sql.query(text, [key.userId, key.importId, from, from + step]);
}

const chosen = `r.user_id = $1::uuid AND r.import_id = $2::uuid AND r.ordinal >= $3::int AND r.ordinal < $4::int
  AND r.kind = 'ENTRY' AND r.status = 'NEW'`;

/** A metric that is only planned has no entries, so that nothing has to be looked for. */
const hasMetric = 'EXISTS (SELECT FROM metrics m WHERE m.user_id = $1::uuid AND m.id = r.metric_id)';

/**
 * CSV: an entry is there when its id is, be it changed since, or when as many equal ones are, whoever wrote them, as the
 * file has up to here. An export that comes back to where it was made, where entries have ids of their own, adds nothing.
 */
const markSameValues = `
  UPDATE import_rows r SET status = 'DUPLICATE'
  WHERE ${chosen} AND ${hasMetric} AND (
    EXISTS (SELECT FROM entries e WHERE e.user_id = $1::uuid AND e.id = r.item_id)
    OR (SELECT count(*) FROM entries e
        WHERE e.user_id = $1::uuid AND e.metric_id = r.metric_id AND e.date = r.date AND e.time IS NOT DISTINCT FROM r.time
          AND e.number IS NOT DISTINCT FROM r.number AND e.text IS NOT DISTINCT FROM r.text) >= r.occurrence)`;

/**
 * The export of a program: what has an id there may come with another value, as the steps of a day that was not over; an entry
 * that the person has changed stays as they have it. What has none is there when as many equal ones of its source are.
 */
const markSameRows = `
  UPDATE import_rows r SET status = CASE
    WHEN r.is_keyed AND e.version = e.import_version
      AND (e.date, e.time, e.number, e.text, e.notes, e.tags) IS DISTINCT FROM
        (r.date, r.time, r.number, r.text, r.notes, r.tags) THEN 'CHANGED' ELSE 'DUPLICATE' END
  FROM import_rows o LEFT JOIN entries e ON e.user_id = o.user_id AND e.id = o.item_id
  WHERE ${chosen} AND ${hasMetric} AND o.user_id = r.user_id AND o.import_id = r.import_id AND o.ordinal = r.ordinal AND (
    e.id IS NOT NULL OR NOT r.is_keyed AND (SELECT count(*) FROM entries s
        WHERE s.user_id = $1::uuid AND s.metric_id = r.metric_id AND s.date = r.date AND s.time IS NOT DISTINCT FROM r.time
          AND s.number IS NOT DISTINCT FROM r.number AND s.text IS NOT DISTINCT FROM r.text AND s.source = r.source) >= r.occurrence)`;

/** JSON: the same id is the same entry, and must say the same. */
const markSameIds = `
  UPDATE import_rows r SET (status, reason) = (
    SELECT CASE WHEN isSame THEN 'DUPLICATE' ELSE 'REJECTED' END,
           CASE WHEN isSame THEN NULL ELSE 'There is an entry with this id and other content.' END
    FROM (SELECT (e.metric_id, e.date, e.time, e.number, e.text, e.notes, e.tags) IS NOT DISTINCT FROM
      (r.metric_id, r.date, r.time, r.number, r.text, r.notes, r.tags) AS isSame) c)
  FROM entries e
  WHERE ${chosen} AND e.user_id = $1::uuid AND e.id = r.item_id`;

const contentKeys = ['name', 'type', 'category', 'unit', 'min', 'max', 'step', 'aggregation'] as const;

/** Marks the staged metrics that the person has already; in JSON those with other content are refused. */
export async function markMetrics(sql: Sql, viewer: Viewer, key: StagingKey, layout: FileLayout): Promise<void> {
  const metrics = await readStagedMetrics(sql, key);
  const ids = metrics.map(({ itemId }) => itemId);
  const existing = await readExisting(sql, viewer, ids);
  for (const { ordinal, itemId, payload } of metrics) {
    const current = existing.get(itemId);
    if (!current) continue;
    const isSame = layout !== 'JSON' || hasSameContent(current, payload);
    await mark(sql, key, [ordinal], isSame ? null : 'There is a metric with this id and other content.');
  }
}

/** Exports from before these were kept do not have them: such a file says nothing about them. */
const newerKeys = ['desired', 'isActionable'] as const;

const hasSameContent = (current: NewMetric, wanted: NewMetric): boolean =>
  contentKeys.every((each) => current[each] === wanted[each]) &&
  newerKeys.every((each) => wanted[each] === undefined || current[each] === wanted[each]) &&
  current.isActive === (wanted.isActive ?? true);

async function readExisting(sql: Sql, { userId }: Viewer, ids: readonly string[]): Promise<Map<string, NewMetric>> {
  const rows = await sql.query<{ metric: NewMetric }>(
    'SELECT metric_snapshot(m) AS metric FROM metrics m WHERE user_id = $1::uuid AND id = ANY($2::uuid[])',
    [userId, ids],
  );
  return new Map(rows.map(({ metric }) => [metric.id, metric]));
}

/** Marks staged rows: as duplicates, or as rejected for a reason. */
export async function mark(
  sql: Sql,
  { userId, importId }: StagingKey,
  ordinals: readonly number[],
  reason: string | null,
): Promise<void> {
  await sql.query(
    `UPDATE import_rows SET status = $4::text, reason = $5::text
     WHERE user_id = $1::uuid AND import_id = $2::uuid AND ordinal = ANY($3::int[])`,
    [userId, importId, ordinals, reason === null ? 'DUPLICATE' : 'REJECTED', reason],
  );
}
