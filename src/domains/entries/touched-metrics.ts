import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database/database.ts';

/** More changes than this are not looked through one by one. */
const mostChanges = 5_000;

/**
 * The metrics whose daily values may have changed after a number of the log. Null when they are too many changes to
 * tell, or one of them has left no trace of its metric: everything may have changed then.
 */
export async function readTouchedMetrics({ userId }: Viewer, after: number): Promise<string[] | null> {
  const rows = await sql.query<{ metricId: string | null; count: number }>(
    `WITH fresh AS MATERIALIZED (
       SELECT seq, entity_type, entity_id, snapshot FROM change_log
       WHERE user_id = $1::uuid AND seq > $2::int AND entity_type IN ('Entry', 'Metric')
       ORDER BY seq LIMIT ${mostChanges + 1}
     )
     SELECT "metricId", sum(count(*)) OVER ()::int AS count FROM (
       SELECT CASE entity_type WHEN 'Metric' THEN entity_id::text WHEN 'Entry' THEN coalesce(snapshot->>'metricId', (
         SELECT past.snapshot->>'metricId' FROM change_log past
         WHERE past.user_id = $1::uuid AND past.entity_type = 'Entry' AND past.entity_id = fresh.entity_id
           AND past.seq < fresh.seq AND past.snapshot IS NOT NULL
         ORDER BY past.seq DESC LIMIT 1)) END AS "metricId"
       FROM fresh
     ) touched GROUP BY "metricId"`,
    [userId, after],
    'read-touched-metrics',
  );
  const isCertain = rows.every(({ metricId, count }) => metricId !== null && count <= mostChanges);
  return isCertain ? rows.map(({ metricId }) => metricId!) : null;
}
