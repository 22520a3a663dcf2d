import { LogCompactedError } from '../kernel/errors.ts';
import { sql } from '../platform/database.ts';
import type { Change } from './change.ts';

/** The columns of a line, as a Change has them. */
export const changeColumns =
  'c.seq, c.kind, c.entity_type AS "entityType", c.entity_id AS "entityId", c.snapshot, c.device_id AS "deviceId", c.at';

/**
 * The changes of a person after a number, in order and without gaps.
 * @param first at most this many
 * @throws LogCompactedError when some of them are no longer there
 */
export async function replayChanges(userId: string, after: number, first: number): Promise<Change[]> {
  const changes = await sql.query<Change>(
    `SELECT ${changeColumns} FROM changes c WHERE c.user_id = $1::uuid AND c.seq > $2::int ORDER BY c.seq LIMIT $3::int`,
    [userId, after, first],
    'replay-changes',
  );
  await requireWhole(userId, after, changes);
  return changes;
}

/**
 * Numbers rise by one, and the newest line always stays: only compaction makes a gap, and it cannot hide.
 * @param changes lines as they were read, all there are after the number or the first of them
 * @throws LogCompactedError when some are missing
 */
export async function requireWhole(userId: string, after: number, changes: readonly { seq: number }[]): Promise<void> {
  const last = changes.at(-1);
  if (!last || last.seq === after + changes.length) return;
  const { compactedTo, seq } = await readLogState(userId);
  throw new LogCompactedError(compactedTo, seq);
}

/** How far a log reaches: the number of its newest change, and the number up to which it has been compacted. */
export type LogState = { seq: number; compactedTo: number };

/** How far the log of a person reaches; nowhere when there is none. */
export async function readLogState(userId: string): Promise<LogState> {
  const [state] = await sql.query<LogState>(
    'SELECT seq, compacted_seq AS "compactedTo" FROM change_heads WHERE user_id = $1::uuid',
    [userId],
    'read-log-state',
  );
  return state ?? { seq: 0, compactedTo: 0 };
}

/** The number of a person's newest change; 0 when there is none. */
export async function readHead(userId: string): Promise<number> {
  return (await readHeads([userId])).get(userId) ?? 0;
}

/** The numbers of several people's newest changes. */
export async function readHeads(userIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql.query<{ userId: string; seq: number }>(
    'SELECT user_id AS "userId", seq FROM change_heads WHERE user_id = ANY($1::uuid[])',
    [userIds],
    'read-heads',
  );
  return new Map(rows.map((row) => [row.userId, row.seq]));
}

/** The newest snapshots of entities, deleted ones among them: what a change of the past may still point at. */
export async function readLastSnapshots<Snapshot>(
  userId: string,
  entityType: string,
  entityIds: readonly string[],
): Promise<Map<string, Snapshot>> {
  const rows = await sql.query<{ id: string; snapshot: Snapshot }>(
    `SELECT DISTINCT ON (entity_id) entity_id AS id, snapshot FROM changes
     WHERE user_id = $1::uuid AND entity_type = $2::text AND entity_id = ANY($3::uuid[]) AND snapshot IS NOT NULL
     ORDER BY entity_id, seq DESC`,
    [userId, entityType, entityIds],
    'read-last-snapshots',
  );
  return new Map(rows.map((row) => [row.id, row.snapshot]));
}
