import { defineJob, type JobDefinition } from '../kernel/define-domain.ts';
import { sql, transaction, type Transaction } from '../platform/database/database.ts';

/** Logs looked through at a time. */
const batch = 500;
/** Seconds one log may take: the first compaction of a long one deletes much. */
const timeoutSeconds = 600;

const dayMilliseconds = 86_400_000;

/**
 * The job that forgets, once a day.
 * @param days how long everything is kept; 0 for ever
 * @param lasting as of compactLogs
 */
export const compactionJob = (days: number, lasting: readonly string[]): JobDefinition =>
  defineJob({
    name: 'changes.compact',
    schedule: '20 2 * * *',
    expireInSeconds: 3 * 3600,
    run: async (_: object, signal) => {
      if (days > 0) await compactLogs(new Date(Date.now() - days * dayMilliseconds), lasting, signal);
    },
  });

/**
 * Removes from all logs what newer changes have superseded, as far as everything is older than a day given. What stays of
 * the old part is the newest line of each entity that existed: it reads as a snapshot, and history and undo of what follows
 * still find what was before.
 * @param before only changes that happened earlier are old
 * @param lasting entity types that others still point at once they are deleted: their last state stays, and their deletion
 *   with it, or a snapshot would show them again
 */
export async function compactLogs(before: Date, lasting: readonly string[], signal?: AbortSignal): Promise<void> {
  for (let after: string | null = null; ;) {
    const people: { id: string }[] = await sql.query<{ id: string }>(
      `SELECT user_id AS id FROM change_heads
       WHERE seq > compacted_seq + 1 AND ($1::uuid IS NULL OR user_id > $1::uuid) ORDER BY user_id LIMIT $2::int`,
      [after, batch],
    );
    for (const { id } of people) {
      if (signal?.aborted) return;
      await compactLog(id, before, lasting);
    }
    if (people.length < batch) return;
    after = people.at(-1)!.id;
  }
}

/** Compacts the log of one person. */
export const compactLog = (userId: string, before: Date, lasting: readonly string[]): Promise<void> =>
  transaction(
    async (tx) => {
      const span = await takeSpan(tx, userId, before);
      if (span) await removeSuperseded(tx, userId, span, before, lasting);
    },
    { timeoutSeconds },
  );

type Span = { from: number; to: number };

/**
 * Moves the mark up to the last change before the first one that is not old, under the lock that writers take. The newest
 * line of a log always stays, whatever its age: readers tell by it that something is missing.
 * @returns the newly compacted numbers, or null when there are none
 */
async function takeSpan(tx: Transaction, userId: string, before: Date): Promise<Span | null> {
  // A statement of its own: what follows must see the log as it is once the writers before have committed.
  await tx.query('SELECT 1 AS one FROM change_heads WHERE user_id = $1::uuid FOR UPDATE', [userId]);
  const [span] = await tx.query<Span>(
    `WITH reach AS (
       SELECT h.compacted_seq AS "from", coalesce((
         SELECT c.seq FROM changes c WHERE c.user_id = h.user_id AND c.seq > h.compacted_seq AND c.at >= $2::timestamptz
         ORDER BY c.seq LIMIT 1), h.seq) - 1 AS "to"
       FROM change_heads h WHERE h.user_id = $1::uuid
     )
     UPDATE change_heads h SET compacted_seq = reach."to" FROM reach
     WHERE h.user_id = $1::uuid AND reach."to" > reach."from" RETURNING reach."from", reach."to"`,
    [userId, before],
  );
  return span ?? null;
}

/** Operations go along with their changes: a device that sends one again after so long meets the log's new state. */
async function removeSuperseded(
  tx: Transaction,
  userId: string,
  { from, to }: Span,
  before: Date,
  lasting: readonly string[],
): Promise<void> {
  await tx.query(
    `WITH touched AS MATERIALIZED (
       SELECT entity_type, entity_id, max(seq) AS newest FROM changes
       WHERE user_id = $1::uuid AND seq > $2::int AND seq <= $3::int GROUP BY 1, 2
     ), kept AS MATERIALIZED (
       SELECT t.*, c.kind = 'DELETED' AS is_gone, CASE WHEN t.entity_type = ANY($4::text[]) THEN (
         SELECT max(s.seq) FROM changes s WHERE s.user_id = $1::uuid AND s.entity_type = t.entity_type
           AND s.entity_id = t.entity_id AND s.seq <= t.newest AND s.kind <> 'DELETED') END AS last_state
       FROM touched t JOIN changes c ON c.user_id = $1::uuid AND c.seq = t.newest
     )
     DELETE FROM changes c USING kept k
     WHERE c.user_id = $1::uuid AND c.entity_type = k.entity_type AND c.entity_id = k.entity_id AND c.seq <= k.newest
       AND (c.seq <> k.newest OR (k.is_gone AND k.last_state IS NULL)) AND c.seq IS DISTINCT FROM k.last_state`,
    [userId, from, to, lasting],
  );
  await tx.query(
    `DELETE FROM operations WHERE user_id = $1::uuid AND (seq <= $2::int OR (seq IS NULL AND at < $3::timestamptz))`,
    [userId, to, before],
  );
}
