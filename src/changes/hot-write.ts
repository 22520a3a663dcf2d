import type { Viewer } from '../kernel/viewer.ts';
import { sql } from '../platform/database/database.ts';
import { hasFollowUp } from './follow-ups.ts';
import { wakeUp } from './wake-ups.ts';

/** $1 user, $2 device. A session may be remembered as open a little longer than it is: no write relies on that. */
export const deviceIsSignedIn = `($2::uuid IS NULL OR EXISTS (
      SELECT FROM sessions WHERE user_id = $1::uuid AND id = $2::uuid AND ended_at IS NULL))`;

/**
 * A hot write is one data-modifying statement: it takes the numbers, writes the rows and appends the changes in a single
 * round trip. The fragments here are its first and its last part; the domain puts its own CTE `written`, of columns
 * (id, snapshot, rank) with rank counting from 1, between them. Parameters: $1 user, $2 device, $3 the operation to note,
 * if any, $4 whether the statement stands alone, and not inside a transaction that holds the log: a follow-up must be waiting
 * already then, and the device be signed in; the domain's own begin at $5.
 *
 * A statement that waited for another one sees rows as they were before it: it may take numbers and then find nothing to
 * write. The division by zero at the end fails such a statement as a whole, so that no number is ever lost.
 */
export const takeNumbers = (count: string, condition: string): string => `
  head AS (
    UPDATE change_heads SET seq = seq + ${count}
    WHERE user_id = $1::uuid AND (NOT $4::boolean OR (follow_up_queued AND ${deviceIsSignedIn})) AND ${condition}
    RETURNING seq - ${count} AS before, seq
  )`;

const changeColumns = 'user_id, seq, kind, entity_type, entity_id, snapshot, device_id';

const noted = `
  noted AS (
    INSERT INTO operations (user_id, id, seq) SELECT $1::uuid, $3::uuid, head.seq FROM head WHERE $3::uuid IS NOT NULL
  )`;

export const appendChanges = (kind: 'CREATED' | 'UPDATED' | 'DELETED', entityType: string): string => `
  appended AS (
    INSERT INTO changes (${changeColumns})
    SELECT $1::uuid, head.before + written.rank, '${kind}', '${entityType}', written.id,
           ${kind === 'DELETED' ? 'NULL' : 'written.snapshot'}, $2::uuid
    FROM head, written
    RETURNING 1
  ),
  ${noted}
  SELECT head.seq / (CASE WHEN (SELECT count(*) FROM appended) = head.seq - head.before THEN 1 ELSE 0 END) AS seq,
         (SELECT coalesce(jsonb_agg(snapshot ORDER BY rank), '[]') FROM written) AS snapshots FROM head`;

/**
 * The last part of a statement whose `written` (id, snapshot) is one row for certain, or an error: nothing has to be counted
 * or put in order then, which costs the database a tenth less.
 */
export const appendCreated = (entityType: string): string => `
  appended AS (
    INSERT INTO changes (${changeColumns})
    SELECT $1::uuid, head.seq, 'CREATED', '${entityType}', written.id, written.snapshot, $2::uuid FROM head, written
  ),
  ${noted}
  SELECT head.seq, jsonb_build_array(written.snapshot) AS snapshots FROM head, written`;

/**
 * The last part of a statement whose `written` (id, rank) brings rows that the view change_log reads as they are until they change:
 * their lines have no snapshots (decisions/0015), and neither has the answer.
 */
export const appendBrought = (entityType: string): string => `
  appended AS (
    INSERT INTO changes (user_id, seq, kind, entity_type, entity_id, device_id)
    SELECT $1::uuid, head.before + written.rank, 'CREATED', '${entityType}', written.id, $2::uuid FROM head, written ORDER BY written.rank
  ),
  ${noted}
  SELECT head.seq, '[]'::jsonb AS snapshots FROM head`;

/** A hot write, ready to run. */
export type HotStatement = { name: string; text: string; entityType: string };

/**
 * What ends a hot write without harm: division_by_zero (see above), unique_violation (a repeated operation too),
 * foreign_key_violation.
 */
const harmless = new Set(['22012', '23505', '23503']);

/**
 * Runs a hot write. It does nothing unless its conditions hold, a follow-up job being queued among them: queueing one
 * takes a transaction, which the first write of a burst pays for all. Types without follow-ups take the careful way.
 * @returns the snapshots written, or null when a condition failed: nothing happened, take the careful way
 */
export async function tryHotWrite<Snapshot>(
  viewer: Viewer,
  statement: HotStatement,
  values: readonly unknown[],
): Promise<Snapshot[] | null> {
  if (!hasFollowUp(statement.entityType)) return null;
  const { userId, deviceId, operationId = null } = viewer;
  const parameters = [userId, deviceId, operationId, true, ...values];
  const [row] = await sql.query<HotResult<Snapshot>>(statement.text, parameters, statement.name).catch(refuse);
  if (!row) return null;
  wakeUp(userId, row.seq);
  return row.snapshots;
}

export type HotResult<Snapshot> = { seq: number; snapshots: Snapshot[] };

function refuse(error: { code?: string }): never[] {
  if (harmless.has(error.code ?? '')) return [];
  throw error;
}
