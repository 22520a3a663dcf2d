import type { ErrorCode, InputIssue } from '../kernel/errors.ts';
import type { Viewer } from '../kernel/viewer.ts';
import { sql, type Transaction } from '../platform/database/database.ts';
import type { Change } from './change.ts';
import { changeColumns } from './replay.ts';

/** An operation of a device's queue has had its outcome before: this time, nothing has happened. */
export class OperationRepeatedError extends Error {}

/** To be called under the log's lock, before anything is written. @throws OperationRepeatedError */
export async function refuseRepeated(tx: Transaction, { userId, operationId }: Viewer): Promise<void> {
  if (!operationId) return;
  const noted = await tx.query('SELECT 1 AS one FROM operations WHERE user_id = $1::uuid AND id = $2::uuid', [
    userId,
    operationId,
  ]);
  if (noted.length > 0) throw new OperationRepeatedError();
}

/** Notes that the operation has been applied, in its transaction. @param seq its change; null when nothing had to change */
export async function noteOperation(
  tx: Transaction,
  { userId, operationId }: Viewer,
  seq: number | null,
): Promise<void> {
  if (!operationId) return;
  await tx.query('INSERT INTO operations (user_id, id, seq) VALUES ($1::uuid, $2::uuid, $3::int) RETURNING 1 AS one', [
    userId,
    operationId,
    seq,
  ]);
}

/** Why an operation was not done. */
export type Refusal = {
  status: 'CONFLICT' | 'REFUSED';
  error: { code: ErrorCode; message: string; issues: InputIssue[] | null };
  differingFields: readonly string[];
};

/**
 * Notes that an operation has had an outcome without a write: a copy of it that arrives later must not write, when the
 * device has been told so.
 * @param refusal why it was not done; null when there was nothing left to do
 * @returns whether it stands; otherwise a copy has been quicker, and its outcome counts
 */
export async function noteOutcome(userId: string, operationId: string, refusal: Refusal | null): Promise<boolean> {
  const noted = await sql.query(
    `INSERT INTO operations (user_id, id, refusal) SELECT user_id, $2::uuid, $3::jsonb FROM change_heads
     WHERE user_id = $1::uuid ON CONFLICT DO NOTHING RETURNING 1 AS one`,
    [userId, operationId, refusal && JSON.stringify(refusal)],
    'note-outcome',
  );
  return noted.length > 0;
}

/** What became of an operation: its number, and its change as long as the log has it; or why it was not done. */
export type NotedOperation = { seq: number | null; change: Change | null; refusal: Refusal | null };

/** What is noted of operations, by id; those that have had no outcome are missing. */
export async function findOperations(userId: string, ids: readonly string[]): Promise<Map<string, NotedOperation>> {
  const rows = await sql.query<Change & { operationId: string; notedSeq: number | null; refusal: Refusal | null }>(
    `SELECT o.id AS "operationId", o.seq AS "notedSeq", o.refusal, ${changeColumns}
     FROM operations o LEFT JOIN change_log c ON c.user_id = o.user_id AND c.seq = o.seq
     WHERE o.user_id = $1::uuid AND o.id = ANY($2::uuid[])`,
    [userId, ids],
    'find-operations',
  );
  return new Map(
    rows.map(({ operationId, notedSeq, refusal, ...change }) => [
      operationId,
      { seq: notedSeq, refusal, change: change.kind === null ? null : change },
    ]),
  );
}
