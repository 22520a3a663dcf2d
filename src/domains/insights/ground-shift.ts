import type { Insight } from '../../../generated/prisma/client.ts';
import type { Sql } from '../../platform/database/database.ts';
import type { GroundShift } from './retraction.ts';

/** Changes to look back on at most: the sentence about them is not worth reading a whole import for. */
const lookBackMax = 5_000;

/** A line of the log about an entry: that it came, became another value, or went. `metricId` is what it was before. */
export type EntryChange = { entryId: string; seq: number; kind: 'CREATED' | 'UPDATED' | 'DELETED'; metricId: string };

type Ground = Pick<Insight, 'groundSeq' | 'metricIds'>;

/**
 * Reads what has become of the entries behind insights since their numbers were written, all with one query.
 * @returns a function of the insight: null for one whose ground lies too far back, or nobody knows where
 */
export async function readGroundShifts(
  tx: Sql,
  userId: string,
  insights: readonly Ground[],
): Promise<(insight: Ground) => GroundShift | null> {
  const [head] = await tx.query<{ seq: number }>('SELECT seq FROM change_heads WHERE user_id = $1::uuid', [userId]);
  const oldest = (head?.seq ?? 0) - lookBackMax;
  const isNear = (seq: number | null): seq is number => seq !== null && seq >= oldest;
  const grounds = insights.map(({ groundSeq }) => groundSeq).filter(isNear);
  if (grounds.length === 0) return () => null;
  const changes = await tx.query<EntryChange>(changesText, [userId, Math.min(...grounds)]);
  return ({ groundSeq, metricIds }) => (isNear(groundSeq) ? countShift(changes, groundSeq, metricIds) : null);
}

/**
 * Counts entries, not changes. One that came and went again is neither new nor changed.
 * @param changes in the order of the log
 */
export function countShift(
  changes: readonly EntryChange[],
  groundSeq: number,
  metricIds: readonly string[],
): GroundShift {
  const since = changes.filter(({ seq, metricId }) => seq > groundSeq && metricIds.includes(metricId));
  const first = new Map(since.toReversed().map((change) => [change.entryId, change]));
  const last = new Map(since.map((change) => [change.entryId, change]));
  const counted = [...first.values()].filter(
    ({ entryId, kind }) => kind !== 'CREATED' || last.get(entryId)!.kind !== 'DELETED',
  );
  const added = counted.filter(({ kind }) => kind === 'CREATED').length;
  const touched = new Set(counted.map(({ metricId }) => metricId));
  return { changed: counted.length - added, added, metricIds: metricIds.filter((id) => touched.has(id)) };
}

/** New notes and tags leave the numbers what they were. */
const changesText = `
  SELECT c.entity_id AS "entryId", c.seq, c.kind, coalesce(p.snapshot, c.snapshot)->>'metricId' AS "metricId"
  FROM change_log c
  LEFT JOIN LATERAL (
    SELECT b.snapshot FROM change_log b
    WHERE c.kind <> 'CREATED' AND b.user_id = c.user_id AND b.entity_type = 'Entry' AND b.entity_id = c.entity_id
      AND b.seq < c.seq
    ORDER BY b.seq DESC LIMIT 1
  ) p ON true
  WHERE c.user_id = $1::uuid AND c.seq > $2::int AND c.entity_type = 'Entry'
    AND (c.kind <> 'UPDATED' OR (c.snapshot->'metricId', c.snapshot->'date', c.snapshot->'time', c.snapshot->'number')
      IS DISTINCT FROM (p.snapshot->'metricId', p.snapshot->'date', p.snapshot->'time', p.snapshot->'number'))
  ORDER BY c.seq`;
