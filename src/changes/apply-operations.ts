import { ConflictError, ExpectedError, NotFoundError, type ErrorCode, type InputIssue } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import type { Viewer } from '../kernel/viewer.ts';
import { sql } from '../platform/database/database.ts';
import { readNewest } from './history.ts';
import {
  findOperations,
  noteOutcome,
  OperationRepeatedError,
  type NotedOperation,
  type Refusal,
} from './operations.ts';
import { readLastSnapshots } from './replay.ts';

/** What a device wants done, with an id of its choice. */
export type Operation = {
  id: string;
  entityType: string;
  /** The entity it is about; null when the server is to choose an id. */
  entityId: string | null;
  /** Whether it makes the entity, changes it, or takes it away. */
  kind: 'CREATE' | 'UPDATE' | 'DELETE';
  run: (viewer: Viewer) => Promise<object | null>;
};

/** How one operation went. */
export type OperationOutcome = {
  operationId: string;
  entityType: string;
  status: 'APPLIED' | 'CONFLICT' | 'REFUSED';
  /** It had had this outcome before; nothing has happened this time. */
  isRepeat: boolean;
  /** The number of its change; null when nothing was written. */
  seq: number | null;
  /** The entity after the operation, or in a conflict as it is now; null when it is gone. */
  entity: object | null;
  differingFields: readonly string[];
  error: Refusal['error'] | null;
};

/** Failures of the moment: the queue is to be sent again, and nothing in it may be called refused. */
const passing = new Set<ErrorCode>(['UNAVAILABLE', 'INTERNAL', 'UNAUTHENTICATED', 'RATE_LIMITED']);

/**
 * Applies a device's queue, in order, each operation in a transaction of its own. An operation has one outcome, however
 * often and at whichever servers it arrives. When the queue cannot go on, it fails as a whole: the device sends it again.
 */
export async function applyOperations(viewer: Viewer, operations: readonly Operation[]): Promise<OperationOutcome[]> {
  const outcomes: OperationOutcome[] = [];
  for (const operation of operations) outcomes.push(await applyOne(viewer, operation));
  const ids = outcomes.filter(({ status, isRepeat }) => isRepeat || status === 'APPLIED').map((one) => one.operationId);
  const noted = await findOperations(viewer.userId, ids);
  return Promise.all(
    outcomes.map((outcome, i) => settle(viewer, operations[i]!, outcome, noted.get(outcome.operationId))),
  );
}

async function applyOne(viewer: Viewer, operation: Operation): Promise<OperationOutcome> {
  try {
    return toApplied(operation, await operation.run({ ...viewer, operationId: operation.id }));
  } catch (error) {
    if (error instanceof OperationRepeatedError) return { ...toApplied(operation, null), isRepeat: true };
    if (!(error instanceof ExpectedError) || passing.has(error.code)) throw error;
    // What is deleted already is deleted.
    if (error instanceof NotFoundError && operation.kind === 'DELETE') return noteDeleted(viewer, operation);
    const refusal = toRefusal(error, await isOvertaken(viewer, operation, error));
    if (await noteOutcome(viewer.userId, operation.id, refusal)) return toRefused(viewer, operation, refusal);
    return { ...toApplied(operation, null), isRepeat: true };
  }
}

/** Noted like every outcome: what is deleted may come back by an undo, and a late copy must not delete it then. */
async function noteDeleted(viewer: Viewer, operation: Operation): Promise<OperationOutcome> {
  const isNew = await noteOutcome(viewer.userId, operation.id, null);
  return { ...toApplied(operation, null), isRepeat: !isNew };
}

/** Whether somebody else's change stands against it. What somebody has deleted meanwhile is one too: the deletion wins. */
async function isOvertaken(viewer: Viewer, operation: Operation, error: ExpectedError): Promise<boolean> {
  const { kind, entityType, entityId } = operation;
  if (error instanceof ConflictError) return true;
  if (!(error instanceof NotFoundError) || kind !== 'UPDATE' || !isId(entityId ?? '')) return false;
  return (await readLastSnapshots(viewer.userId, entityType, [entityId!])).size > 0;
}

function toRefusal(error: ExpectedError, hasConflict: boolean): Refusal {
  const { code, message, details } = error;
  const issues = (details['issues'] as InputIssue[] | undefined) ?? null;
  const differingFields = error instanceof ConflictError ? error.differingFields : [];
  return { status: hasConflict ? 'CONFLICT' : 'REFUSED', error: { code, message, issues }, differingFields };
}

const toApplied = ({ id, entityType }: Operation, entity: object | null): OperationOutcome => ({
  operationId: id,
  entityType,
  status: 'APPLIED',
  isRepeat: false,
  seq: null,
  entity,
  differingFields: [],
  error: null,
});

async function toRefused(viewer: Viewer, operation: Operation, refusal: Refusal): Promise<OperationOutcome> {
  const { entityType, entityId } = operation;
  const isKnown = refusal.status === 'CONFLICT' && entityId !== null;
  const current = isKnown ? await readNewest(sql, viewer.userId, { entityType, entityId }) : null;
  return { ...toApplied(operation, null), ...refusal, entity: current?.snapshot ?? null };
}

/** What is noted says best how an operation went, this time or the first one. */
async function settle(
  viewer: Viewer,
  operation: Operation,
  outcome: OperationOutcome,
  noted: NotedOperation | undefined,
): Promise<OperationOutcome> {
  if (!noted) return outcome;
  const { seq, change, refusal } = noted;
  if (refusal) return { ...(await toRefused(viewer, operation, refusal)), isRepeat: true };
  return { ...outcome, seq, entity: change ? change.snapshot : outcome.entity };
}
