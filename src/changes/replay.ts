import { sql } from '../platform/database.ts';
import type { Change } from './change.ts';

/**
 * The changes of a person after a number, in order.
 * @param first at most this many
 */
export async function replayChanges(userId: string, after: number, first: number): Promise<Change[]> {
  return sql.query<Change>(
    `SELECT seq, kind, entity_type AS "entityType", entity_id AS "entityId", snapshot, device_id AS "deviceId", at
     FROM changes WHERE user_id = $1::uuid AND seq > $2::int ORDER BY seq LIMIT $3::int`,
    [userId, after, first],
    'replay-changes',
  );
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
