import type { AnyEntity, EntityKey, EntityState } from './entities.ts';
import type { Operation, OperationOutcome, QueuedOperation } from './operations.ts';

/** Whose data, and in which selection of fields it was asked for. */
export type StoreIdentity = { userId: string; selection: number };

/** Everything a device keeps. */
export type StoredState = {
  /** Rises by one with every commit: tabs that share a store tell by it whether they have seen them all. */
  revision: number;
  /** The number of the newest change in `entities`; null as long as there is nothing yet. */
  seq: number | null;
  /** When that change happened: tells this log from one that was put in its place. Null when it is not known. */
  at: string | null;
  entities: readonly (EntityKey & { entity: AnyEntity })[];
  /** In the order in which it was made. */
  queue: readonly QueuedOperation[];
};

/** What came from the server. */
export type Received = {
  /** The number it follows: what the store has. */
  after: number | null;
  /** The number it leads to. */
  seq: number;
  /** When the change of that number happened; null when it is not known. To be kept with the number. */
  at: string | null;
  entities: readonly EntityState[];
  /** A snapshot: what is not in it is gone. */
  isWhole: boolean;
};

/** One step of the device's state, all or nothing. */
export type Commit = {
  received?: Received;
  enqueued?: readonly Operation[];
  /** Applied under this number; null puts an operation back among those to send. */
  acknowledged?: readonly { operationId: string; appliedSeq: number | null }[];
  /** Operations that leave the queue. */
  settled?: readonly string[];
  /** How operations went, for those who wait; not kept. */
  outcomes?: readonly { operation: Operation; outcome: OperationOutcome }[];
};

/** Where a device keeps its data: small, and atomic. */
export interface LocalStore {
  /** Tabs that share the store give it the same name; null when nobody else can. */
  readonly name: string | null;
  /**
   * Reads everything, and claims an empty store for this person. Entities of another selection are forgotten.
   * @throws ForeignStoreError when it is another person's
   */
  open(identity: StoreIdentity): Promise<StoredState>;
  /**
   * @returns the revision it has made
   * @throws StaleCommitError when what was received does not follow what is there
   */
  commit(commit: Commit): Promise<number>;
  close(): void;
}

/** The store is another person's: nothing of one may ever be mixed with the other's. */
export class ForeignStoreError extends Error {
  override readonly name = 'ForeignStoreError';

  constructor() {
    super("This store holds another person's data. Open a store of another name.");
  }
}

/** Somebody else has written meanwhile what was received here. */
export class StaleCommitError extends Error {
  override readonly name = 'StaleCommitError';

  constructor() {
    super('The store has moved on.');
  }
}

/** The queue after a commit. */
export function nextQueue(queue: readonly QueuedOperation[], commit: Commit): QueuedOperation[] {
  const settled = new Set(commit.settled);
  const acknowledged = new Map(commit.acknowledged?.map(({ operationId, appliedSeq }) => [operationId, appliedSeq]));
  const kept = queue
    .filter(({ operation }) => !settled.has(operation.id))
    .map((each) =>
      acknowledged.has(each.operation.id) ? { ...each, appliedSeq: acknowledged.get(each.operation.id) ?? null } : each,
    );
  return [...kept, ...(commit.enqueued ?? []).map((operation) => ({ operation, appliedSeq: null }))];
}
