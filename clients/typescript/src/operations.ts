import { uuidv7 } from 'uuidv7';
import type {
  Aggregation,
  AnyEntity,
  DesiredDirection,
  EntityKey,
  EntryValue,
  InsightRating,
  MetricType,
} from './entities.ts';

/** As the schema's CreateMetricInput. */
export type CreateMetricInput = {
  id?: string;
  name: string;
  type: MetricType;
  category?: string | null;
  unit?: string | null;
  min?: number | null;
  max?: number | null;
  step?: number | null;
  aggregation?: Aggregation | null;
  desired?: DesiredDirection | null;
  isActionable?: boolean | null;
};
/** What is not named stays; a null takes unit, min, max, step or desired away. */
export type UpdateMetricInput = Partial<Omit<CreateMetricInput, 'id' | 'type'>> & {
  isActive?: boolean;
  sources?: string[];
};

/** As the schema's CreateEntryInput. */
export type CreateEntryInput = {
  id?: string;
  metricId: string;
  date: string;
  time?: string | null;
  value: EntryValue;
  notes?: string | null;
  tags?: string[] | null;
};
/** What is not named stays; a null takes time, notes or tags away. */
export type UpdateEntryInput = Partial<Omit<CreateEntryInput, 'id' | 'metricId'>>;

export type UpdateProfileInput = { timeZone?: string; dayStartsAt?: number; preferences?: object };

/** Fails with CONFLICT when the entity is of another version by the time the server hears of it. */
export type VersionCheck = { expectedVersion?: number };

type WithId<Input> = Input & { id: string };
type Update<Input> = VersionCheck & { id: string; input: Input };
type Delete = VersionCheck & { id: string };

/** As the schema's OperationAction: exactly one of them. */
export type OperationAction =
  | { createMetric: WithId<CreateMetricInput> }
  | { updateMetric: Update<UpdateMetricInput> }
  | { deleteMetric: Delete }
  | { createEntry: WithId<CreateEntryInput> }
  | { updateEntry: Update<UpdateEntryInput> }
  | { deleteEntry: Delete }
  | { updateProfile: UpdateProfileInput }
  | { rateInsight: { id: string; rating: InsightRating } }
  | { dismissInsight: { id: string } };

/** What this device wants done. The id is chosen once: sent again, the server knows it. */
export type Operation = { id: string; target: EntityKey; action: OperationAction };

/** `appliedSeq`: the number of its change once the server has applied it; until the log is here, it stays in the queue. */
export type QueuedOperation = { operation: Operation; appliedSeq: number | null };

/** How an operation went. */
export type OperationOutcome = {
  operationId: string;
  status: 'APPLIED' | 'CONFLICT' | 'REFUSED';
  isRepeat: boolean;
  seq: number | null;
  /** Applied: as it is after the operation. Conflict: as it is now. Null when it is gone. */
  entity: AnyEntity | null;
  /** Conflict: the fields of the operation whose current value is another. */
  differingFields: string[];
  error: { code: string; message: string; issues?: unknown } | null;
};

/** An operation of this device that the server did not apply. */
export type Conflict = {
  operation: Operation;
  outcome: OperationOutcome;
  /** Whether it was made by this very client since it was opened; otherwise by another tab, or before a restart. */
  isOwn: boolean;
};

/** Gives an operation its ids. What is undefined is dropped, as it would be on the way to the server. */
export function toOperation(target: EntityKey, action: OperationAction): Operation {
  return { id: uuidv7(), target, action: JSON.parse(JSON.stringify(action)) as OperationAction };
}

export function createMetric(input: CreateMetricInput): Operation {
  const id = input.id ?? uuidv7();
  return toOperation({ type: 'Metric', id }, { createMetric: { ...input, id } });
}

export function createEntry(input: CreateEntryInput): Operation {
  const id = input.id ?? uuidv7();
  return toOperation({ type: 'Entry', id }, { createEntry: { ...input, id } });
}
