import type { Viewer } from '../kernel/viewer.ts';
import { sql, type Transaction } from '../platform/database.ts';
import type { Change } from './change.ts';
import { changeColumns } from './replay.ts';

/** An operation of a device's queue has been applied before: this time, nothing has happened. */
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

/** An operation that has been applied: its number, and its change as long as the log has it. */
export type NotedOperation = { seq: number | null; change: Change | null };

/** What is noted of operations, by id; those that were not applied are missing. */
export async function findOperations(userId: string, ids: readonly string[]): Promise<Map<string, NotedOperation>> {
  const rows = await sql.query<Change & { operationId: string; notedSeq: number | null }>(
    `SELECT o.id AS "operationId", o.seq AS "notedSeq", ${changeColumns}
     FROM operations o LEFT JOIN changes c ON c.user_id = o.user_id AND c.seq = o.seq
     WHERE o.user_id = $1::uuid AND o.id = ANY($2::uuid[])`,
    [userId, ids],
    'find-operations',
  );
  return new Map(
    rows.map(({ operationId, notedSeq, ...change }) => [
      operationId,
      { seq: notedSeq, change: change.kind === null ? null : change },
    ]),
  );
}
