import { ClosedError, OutcomeMissedError } from './failures.ts';
import type { Commit } from './local-store.ts';
import type { Operation, OperationOutcome, QueuedOperation } from './operations.ts';
import type { Replica } from './replica.ts';

/** A write on its way. */
export type Write = {
  operationId: string;
  entityId: string;
  /** Settles once the write is in the store for good, and shows. @throws what the store throws */
  queued: Promise<void>;
  /**
   * How the server took it: at once, or in days.
   * @throws ClosedError when the client is closed before
   * @throws OutcomeMissedError when another tab heard of it and this one did not; the view is right all the same
   */
  outcome: Promise<OperationOutcome>;
};

type Waiting = {
  isQueued: boolean;
  resolve: (outcome: OperationOutcome) => void;
  reject: (error: unknown) => void;
};

/** Puts operations into the queue, and tells those who made them what became of them. */
export class Outbox {
  private readonly replica: Replica;
  private readonly waiting = new Map<string, Waiting>();
  private isClosed = false;
  private batch: { operations: Operation[]; queued: Promise<void> } | undefined;

  constructor(replica: Replica) {
    this.replica = replica;
  }

  add(operation: Operation): Write {
    const { promise: outcome, resolve, reject } = Promise.withResolvers<OperationOutcome>();
    const waiting = { isQueued: false, resolve, reject };
    // Nobody has to listen.
    outcome.catch(() => {});
    this.waiting.set(operation.id, waiting);
    const queued = this.enqueue(operation);
    queued.then(
      () => (waiting.isQueued = true),
      (error: unknown) => this.fail(operation.id, error),
    );
    return { operationId: operation.id, entityId: operation.target.id, queued, outcome };
  }

  isOwn(operationId: string): boolean {
    return this.waiting.has(operationId);
  }

  settle({ operationId, ...rest }: OperationOutcome): void {
    this.waiting.get(operationId)?.resolve({ operationId, ...rest });
    this.waiting.delete(operationId);
  }

  /** After the store was read anew: what has left the queue unheard is not going to be heard of. */
  missed(queue: readonly QueuedOperation[]): void {
    const open = new Set(queue.filter(({ appliedSeq }) => appliedSeq === null).map(({ operation }) => operation.id));
    for (const [operationId, { isQueued }] of this.waiting) {
      if (isQueued && !open.has(operationId)) this.fail(operationId, new OutcomeMissedError());
    }
  }

  close(): void {
    this.isClosed = true;
    for (const operationId of this.waiting.keys()) this.fail(operationId, new ClosedError());
  }

  /** What is said while the write before is under way goes into one commit. */
  private enqueue(operation: Operation): Promise<void> {
    if (this.isClosed) return Promise.reject(new ClosedError());
    const batch = (this.batch ??= this.openBatch());
    batch.operations.push(operation);
    return batch.queued;
  }

  private openBatch() {
    const operations: Operation[] = [];
    const queued = this.replica.write((): Commit => {
      this.batch = undefined;
      return { enqueued: operations };
    });
    return { operations, queued };
  }

  private fail(operationId: string, error: unknown): void {
    this.waiting.get(operationId)?.reject(error);
    this.waiting.delete(operationId);
  }
}
