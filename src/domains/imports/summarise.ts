import type { Sql } from '../../platform/database/database.ts';
import type { ImportReport, MetricReport, RejectedRow } from './import.ts';
import { importLimits } from './input.ts';
import { openRejections, type Rejections } from './rejections.ts';
import type { StagingKey } from './staging.ts';

/** What a report says that does not follow from the staged rows. */
export type FileNotes = Pick<ImportReport, 'ignoredColumns' | 'leftOut' | 'questions'>;

/** What the staged rows come to. Rows marked as rejected leave the table. */
export async function summarise(
  sql: Sql,
  key: StagingKey,
  rejections: Rejections,
  { ignoredColumns, leftOut, questions }: FileNotes,
): Promise<ImportReport> {
  const all = await collectRejected(sql, key, rejections);
  const [rows] = await sql.query<RowCounts>(countText, [key.userId, key.importId]);
  const { accepted, taken, from, to } = rows!;
  const used = await sql.query<MetricReport>(usedText, [key.userId, key.importId]);
  const names = (metrics: readonly MetricReport[]) => [...new Set(metrics.map(({ name }) => name))];
  return {
    rowsRead: taken + all.count(),
    rowsAccepted: accepted,
    duplicates: taken - accepted,
    rowsRejected: all.count(),
    rejected: all.list(),
    metrics: names(used),
    newMetrics: names(used.filter(({ isNew }) => isNew)),
    byMetric: used,
    ignoredColumns,
    leftOut,
    questions,
    range: from && to ? { from, to } : null,
  };
}

type RowCounts = { accepted: number; taken: number; from: string | null; to: string | null };

/** A row of the file may be several entries, and is a duplicate when all of them are; an entry may sum up many rows. */
const countText = `
  WITH lines AS (
    SELECT "row", max(records) AS records, bool_or(status IN ('NEW', 'CHANGED')) AS is_new, min(date) AS from, max(date) AS to
    FROM import_rows WHERE user_id = $1::uuid AND import_id = $2::uuid AND "row" > 0 GROUP BY "row"
  )
  SELECT coalesce(sum(records) FILTER (WHERE is_new), 0)::int AS accepted, coalesce(sum(records), 0)::int AS taken,
         min("from")::text AS from, max("to")::text AS to FROM lines`;

/** A metric of a CSV (row 0) counts only with rows of its own; one of a JSON file is a row itself. */
const usedText = `
  WITH by_source AS MATERIALIZED (
    SELECT metric_id, source, count(*) FILTER (WHERE status = 'NEW') AS added, count(*) FILTER (WHERE status = 'CHANGED') AS changed,
           count(*) FILTER (WHERE status = 'DUPLICATE') AS duplicates, count(question) AS open, min(date) AS from, max(date) AS to
    FROM import_rows WHERE user_id = $1::uuid AND import_id = $2::uuid AND kind = 'ENTRY' GROUP BY metric_id, source
  ),
  staged AS MATERIALIZED (
    SELECT item_id, "row", payload FROM import_rows WHERE user_id = $1::uuid AND import_id = $2::uuid AND kind = 'METRIC'
  ),
  used AS (
    SELECT metric_id AS id, sum(added)::int AS added, sum(changed)::int AS changed, sum(duplicates)::int AS duplicates,
           sum(open)::int AS open, min("from") AS from, max("to") AS to,
           coalesce(array_agg(source ORDER BY source) FILTER (WHERE source IS NOT NULL), '{}') AS sources
    FROM by_source GROUP BY metric_id
    UNION ALL SELECT item_id, 0, 0, 0, 0, NULL, NULL, '{}' FROM staged WHERE "row" > 0 AND item_id NOT IN (SELECT metric_id FROM by_source)
  )
  SELECT used.id, coalesce(m.name, s.payload->>'name') AS name, coalesce(m.unit, s.payload->>'unit') AS unit, m.id IS NULL AS "isNew",
         used.added, used.changed, used.duplicates, used.open, used.sources,
         CASE WHEN used."from" IS NOT NULL THEN jsonb_build_object('from', used."from", 'to', used."to") END AS range
  FROM used LEFT JOIN metrics m ON m.user_id = $1::uuid AND m.id = used.id LEFT JOIN staged s ON s.item_id = used.id
  ORDER BY name`;

/** Of a row with several entries, one refused refuses them all. */
async function collectRejected(sql: Sql, { userId, importId }: StagingKey, before: Rejections): Promise<Rejections> {
  const rows = await sql.query<RejectedRow & { count: number }>(
    `SELECT "row", min(reason) AS reason, (count(*) OVER ())::int AS count FROM import_rows
     WHERE user_id = $1::uuid AND import_id = $2::uuid AND status = 'REJECTED' GROUP BY "row" ORDER BY "row" LIMIT $3::int`,
    [userId, importId, importLimits.rejectedShown],
  );
  if (rows.length === 0) return before;
  await sql.query(
    `DELETE FROM import_rows WHERE user_id = $1::uuid AND import_id = $2::uuid AND "row" IN (
       SELECT "row" FROM import_rows WHERE user_id = $1::uuid AND import_id = $2::uuid AND status = 'REJECTED')`,
    [userId, importId],
  );
  const named = [...before.list(), ...rows.map(({ row, reason }) => ({ row, reason }))].slice(
    0,
    importLimits.rejectedShown,
  );
  return openRejections({ count: before.count() + rows[0]!.count, named });
}
