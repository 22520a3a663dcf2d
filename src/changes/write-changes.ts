import { UnauthenticatedError } from '../kernel/errors.ts';
import type { Viewer } from '../kernel/viewer.ts';
import { transaction, type Transaction, type TransactionOptions } from '../platform/database/database.ts';
import type { NewChange } from './change.ts';
import { deviceIsSignedIn, type HotResult, type HotStatement } from './hot-write.ts';
import { queueFollowUps } from './follow-ups.ts';
import { noteOperation, refuseRepeated } from './operations.ts';
import { wakeUp } from './wake-ups.ts';

/** A transaction that holds the person's log: nobody else writes for them until it ends. */
export type ChangeTransaction = Transaction & {
  /** Numbers the changes in their order and appends them to the log. */
  record: (...changes: NewChange[]) => Promise<void>;
  /** Runs a hot write within this transaction. @returns the snapshots written, or null when a condition failed */
  write: <Snapshot>(statement: HotStatement, values: readonly unknown[]) => Promise<Snapshot[] | null>;
};

export type WriteOptions = TransactionOptions & {
  /** Runs in the transaction before the log is locked: opening an account makes the log. */
  prepare?: (tx: Transaction) => Promise<void>;
};

/**
 * The one way to write a person's data: rows, numbers, changes and follow-up jobs commit together or not at all.
 *
 * The log is locked first, so two writers of one person take turns, numbers are given in the order of commits, and what
 * `work` reads cannot change beneath it. A write that is an operation of a device's queue notes it.
 * @throws UnauthenticatedError when the account is gone, or the device has signed out; OperationRepeatedError when the
 *   operation was applied before
 */
export async function writeChanges<Result>(
  viewer: Viewer,
  work: (tx: ChangeTransaction) => Promise<Result>,
  { prepare, ...limits }: WriteOptions = {},
): Promise<Result> {
  return transaction(async (tx) => {
    await prepare?.(tx);
    await lockLog(tx, viewer);
    await refuseRepeated(tx, viewer);
    const log = openLog(tx, viewer);
    const result = await work({ ...tx, record: log.record, write: log.write });
    await queueFollowUps(tx, viewer.userId, [...log.entityTypes]);
    await noteOperation(tx, viewer, log.lastSeq());
    return result;
  }, limits);
}

/** What `work` appends with, and what it has appended. */
function openLog(tx: Transaction, viewer: Viewer) {
  const entityTypes = new Set<string>();
  let lastSeq: number | null = null;
  const appended = (types: readonly string[], seq: number) => {
    for (const type of types) entityTypes.add(type);
    if (lastSeq === null) tx.afterCommit(() => wakeUp(viewer.userId, lastSeq!));
    lastSeq = seq;
  };
  const record: ChangeTransaction['record'] = async (...changes) => {
    if (changes.length === 0) return;
    const seq = await append(tx, viewer, changes);
    appended(
      changes.map((change) => change.entityType),
      seq,
    );
  };
  const write: ChangeTransaction['write'] = async <Snapshot>(statement: HotStatement, values: readonly unknown[]) => {
    // The operation is noted once, at the end: one of them may write several times.
    const parameters = [viewer.userId, viewer.deviceId, null, false, ...values];
    const [row] = await tx.query<HotResult<Snapshot>>(statement.text, parameters);
    if (!row) return null;
    appended([statement.entityType], row.seq);
    return row.snapshots;
  };
  return { record, write, entityTypes, lastSeq: () => lastSeq };
}

async function lockLog(tx: Transaction, { userId, deviceId, isJob }: Viewer): Promise<void> {
  const rows = await tx.query(
    `SELECT seq FROM change_heads WHERE user_id = $1::uuid AND ($3::boolean OR ${deviceIsSignedIn}) FOR UPDATE`,
    [userId, deviceId, isJob ?? false],
  );
  if (rows.length === 0) throw new UnauthenticatedError();
}

async function append(tx: Transaction, viewer: Viewer, changes: readonly NewChange[]): Promise<number> {
  const [head] = await tx.query<{ seq: number }>(
    `WITH head AS (
       UPDATE change_heads SET seq = seq + $2::int WHERE user_id = $1::uuid RETURNING seq
     ), appended AS (
       INSERT INTO changes (user_id, seq, kind, entity_type, entity_id, snapshot, device_id)
       SELECT $1::uuid, head.seq - $2::int + c.rank::int, c.change->>'kind', c.change->>'entityType',
              (c.change->>'entityId')::uuid, nullif(c.change->'snapshot', 'null'), $4::uuid
       FROM head, jsonb_array_elements($3::jsonb) WITH ORDINALITY AS c(change, rank)
     )
     SELECT seq FROM head`,
    [viewer.userId, changes.length, JSON.stringify(changes), viewer.deviceId],
  );
  return head!.seq;
}
