import { InvalidInputError, LogCompactedError } from '../kernel/errors.ts';
import { sql } from '../platform/database/database.ts';
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
    `SELECT ${changeColumns} FROM change_log c WHERE c.user_id = $1::uuid AND c.seq > $2::int ORDER BY c.seq LIMIT $3::int`,
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

/**
 * Whether a device can go on after a number. One that is ahead of the log, or has another change at its number, has the
 * state of another log: it belongs to another database, or this one was restored from a backup. It must not go on in
 * silence, and neither must one that the log no longer reaches. One read.
 * @param at when the change of that number happened, as the device has it; null when it does not say
 * @throws LogCompactedError; InvalidInputError when the log is another one
 */
export async function checkAfter(userId: string, after: number, at: Date | null): Promise<void> {
  const { seq, compactedTo, lineAt } = await readLogPlace(userId, after);
  if (after >= 0 && after < compactedTo) throw new LogCompactedError(compactedTo, seq);
  if (after < 0 || after > seq) throw isAnotherLog('The log has not reached this number.');
  if (after === 0 || at === null || lineAt?.getTime() === at.getTime()) return;
  // A deletion that was compacted has left nothing to compare with.
  if (!lineAt && after === compactedTo) throw new LogCompactedError(compactedTo, seq);
  throw isAnotherLog('The log holds another change at this number: it was restored from a backup.');
}

const isAnotherLog = (what: string) =>
  new InvalidInputError([{ path: ['after'], message: `${what} Start again with a snapshot.` }]);

/** How far a log reaches, and when its line of one number happened; null when that line is not there. */
export type LogPlace = LogState & { lineAt: Date | null };

/** How far the log of a person reaches, and what it says of one of its lines. */
export async function readLogPlace(userId: string, line: number): Promise<LogPlace> {
  const [place] = await sql.query<LogPlace>(
    `SELECT h.seq, h.compacted_seq AS "compactedTo", c.at AS "lineAt"
     FROM change_heads h LEFT JOIN changes c ON c.user_id = h.user_id AND c.seq = $2::int
     WHERE h.user_id = $1::uuid`,
    [userId, line],
    'read-log-place',
  );
  return place ?? { seq: 0, compactedTo: 0, lineAt: null };
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
    `SELECT DISTINCT ON (entity_id) entity_id AS id, snapshot FROM change_log
     WHERE user_id = $1::uuid AND entity_type = $2::text AND entity_id = ANY($3::uuid[]) AND snapshot IS NOT NULL
     ORDER BY entity_id, seq DESC`,
    [userId, entityType, entityIds],
    'read-last-snapshots',
  );
  return new Map(rows.map((row) => [row.id, row.snapshot]));
}
