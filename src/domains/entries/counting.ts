import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database/database.ts';

const present = 'FROM entries e JOIN metrics m ON m.user_id = e.user_id AND m.id = e.metric_id';

/**
 * SQL of the entries that count: of several sources of a metric on one day the one that stands first in the metric's order
 * (`source_rank` in the migrations). Two devices that count the same steps never add up. To rank entries takes longer than to read
 * them, so those of metrics without sources are not ranked.
 * @param columns of `entries e` and `metrics m`, as the rows have them
 * @param conditions on `e` and `m`; may pick days and metrics, and nothing within a day
 * @param joined where `e` and `m` come from, when not from the tables as they are now
 */
export const countedEntries = (columns: string, conditions: string, joined = present): string => `(
  SELECT ${columns}, 0 AS rank, 0 AS best ${joined} WHERE ${conditions} AND cardinality(m.sources) = 0
  UNION ALL SELECT * FROM (
    SELECT ${columns}, source_rank(m.sources, e.source) AS rank,
           min(source_rank(m.sources, e.source)) OVER (PARTITION BY e.metric_id, e.date) AS best
    ${joined} WHERE ${conditions} AND cardinality(m.sources) > 0
  ) ranked WHERE rank = best)`;

/** What counts instead of entries that do not: the source, by the id of the entry. Those that count are missing. */
export async function readOvershadowed({ userId }: Viewer, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql.query<{ id: string; source: string }>(
    `SELECT e.id, best.source FROM entries e JOIN metrics m ON m.user_id = e.user_id AND m.id = e.metric_id
     CROSS JOIN LATERAL (
       SELECT s.source, source_rank(m.sources, s.source) AS rank FROM entries s
       WHERE s.user_id = e.user_id AND s.metric_id = e.metric_id AND s.date = e.date ORDER BY 2, 1 LIMIT 1) best
     WHERE e.user_id = $1::uuid AND e.id = ANY($2::uuid[]) AND cardinality(m.sources) > 0
       AND source_rank(m.sources, e.source) > best.rank`,
    [userId, ids],
    'read-overshadowed',
  );
  return new Map(rows.map(({ id, source }) => [id, source]));
}
