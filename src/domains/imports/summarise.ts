import type { Sql } from '../../platform/database/database.ts';
import type { ImportReport, RejectedRow } from './import.ts';
import { importLimits } from './input.ts';
import { openRejections, type Rejections } from './rejections.ts';
import type { StagingKey } from './staging.ts';

/** A metric that staged rows belong to. */
export type UsedMetric = { id: string; name: string; isNew: boolean };

/** What the staged rows come to, and the metrics they belong to. Rows marked as rejected leave the table. */
export async function summarise(
  sql: Sql,
  key: StagingKey,
  rejections: Rejections,
  ignoredColumns: string[],
): Promise<{ report: ImportReport; used: UsedMetric[] }> {
  const all = await collectRejected(sql, key, rejections);
  const [rows] = await sql.query<RowCounts>(countText, [key.userId, key.importId]);
  const { accepted, taken, from, to } = rows!;
  const used = await sql.query<UsedMetric>(usedText, [key.userId, key.importId]);
  const names = (metrics: readonly UsedMetric[]) => [...new Set(metrics.map(({ name }) => name))];
  const report: ImportReport = {
    rowsRead: taken + all.count(),
    rowsAccepted: accepted,
    duplicates: taken - accepted,
    rowsRejected: all.count(),
    rejected: all.list(),
    metrics: names(used),
    newMetrics: names(used.filter(({ isNew }) => isNew)),
    ignoredColumns,
    range: from && to ? { from, to } : null,
  };
  return { report, used };
}

type RowCounts = { accepted: number; taken: number; from: string | null; to: string | null };

/** A row of the file may be several entries; it is a duplicate when all of them are. */
const countText = `
  SELECT count(DISTINCT "row") FILTER (WHERE status = 'NEW')::int AS accepted, count(DISTINCT "row")::int AS taken,
         min(payload->>'date') AS from, max(payload->>'date') AS to
  FROM import_rows WHERE user_id = $1::uuid AND import_id = $2::uuid AND "row" > 0`;

/** A metric of a CSV (row 0) counts only with rows of its own; one of a JSON file is a row itself. */
const usedText = `
  WITH staged AS (SELECT * FROM import_rows WHERE user_id = $1::uuid AND import_id = $2::uuid),
  used AS (
    SELECT DISTINCT (payload->>'metricId')::uuid AS id FROM staged WHERE kind = 'ENTRY'
    UNION SELECT item_id FROM staged WHERE kind = 'METRIC' AND "row" > 0
  )
  SELECT used.id, coalesce(m.name, s.payload->>'name') AS name, m.id IS NULL AS "isNew"
  FROM used LEFT JOIN metrics m ON m.user_id = $1::uuid AND m.id = used.id
  LEFT JOIN staged s ON s.kind = 'METRIC' AND s.item_id = used.id
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
