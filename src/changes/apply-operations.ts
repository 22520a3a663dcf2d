import { ConflictError, ExpectedError, NotFoundError, type ErrorCode, type InputIssue } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import type { Viewer } from '../kernel/viewer.ts';
import { findOperations, OperationRepeatedError, type NotedOperation } from './operations.ts';
import { readLastSnapshots } from './replay.ts';
import { readNewest } from './history.ts';
import { sql } from '../platform/database.ts';

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
  /** It had been applied before; nothing has happened this time. */
  isRepeat: boolean;
  /** The number of its change; null when nothing was written. */
  seq: number | null;
  /** The entity after the operation, or in a conflict as it is now; null when it is gone. */
  entity: object | null;
  differingFields: readonly string[];
  error: { code: ErrorCode; message: string; issues: InputIssue[] | null } | null;
};

/** Failures of the moment: the queue is to be sent again, and nothing in it may be called refused. */
const passing = new Set<ErrorCode>(['UNAVAILABLE', 'INTERNAL', 'UNAUTHENTICATED', 'RATE_LIMITED']);

/**
 * Applies a device's queue, in order, each operation in a transaction of its own and with an outcome of its own. When it
 * cannot go on, it fails as a whole: the device sends the queue again, and what was applied is recognised.
 */
export async function applyOperations(viewer: Viewer, operations: readonly Operation[]): Promise<OperationOutcome[]> {
  const outcomes: OperationOutcome[] = [];
  for (const operation of operations) outcomes.push(await applyOne(viewer, operation));
  const noted = await findOperations(
    viewer.userId,
    outcomes.filter((outcome) => outcome.status === 'APPLIED').map((outcome) => outcome.operationId),
  );
  return outcomes.map((outcome) => withNumber(outcome, noted.get(outcome.operationId)));
}

async function applyOne(viewer: Viewer, operation: Operation): Promise<OperationOutcome> {
  try {
    return toApplied(operation, await operation.run({ ...viewer, operationId: operation.id }));
  } catch (error) {
    if (error instanceof OperationRepeatedError) return { ...toApplied(operation, null), isRepeat: true };
    if (!(error instanceof ExpectedError) || passing.has(error.code)) throw error;
    if (error instanceof ConflictError) return toConflict(viewer, operation, error);
    return error instanceof NotFoundError ? toMissing(viewer, operation, error) : toRefused(operation, error);
  }
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

function toRefused(operation: Operation, error: ExpectedError): OperationOutcome {
  const { code, message, details } = error;
  const issues = (details['issues'] as InputIssue[] | undefined) ?? null;
  return { ...toApplied(operation, null), status: 'REFUSED', error: { code, message, issues } };
}

async function toConflict(viewer: Viewer, operation: Operation, error: ConflictError): Promise<OperationOutcome> {
  const { entityType, entityId } = operation;
  const current = entityId && (await readNewest(sql, viewer.userId, { entityType, entityId }));
  const entity = current ? current.snapshot : null;
  return { ...toRefused(operation, error), status: 'CONFLICT', entity, differingFields: error.differingFields };
}

/** What is deleted already is deleted. A change of what somebody has deleted meanwhile is a conflict: the deletion wins. */
async function toMissing(viewer: Viewer, operation: Operation, error: NotFoundError): Promise<OperationOutcome> {
  const { kind, entityType, entityId } = operation;
  if (kind === 'DELETE') return toApplied(operation, null);
  const wasThere =
    kind === 'UPDATE' &&
    isId(entityId ?? '') &&
    (await readLastSnapshots(viewer.userId, entityType, [entityId!])).size > 0;
  return { ...toRefused(operation, error), status: wasThere ? 'CONFLICT' : 'REFUSED' };
}

/** The log says best what an operation has done, this time or the first one. */
function withNumber(outcome: OperationOutcome, noted: NotedOperation | undefined): OperationOutcome {
  if (!noted) return outcome;
  const { seq, change } = noted;
  return { ...outcome, seq, entity: change ? change.snapshot : outcome.entity };
}
