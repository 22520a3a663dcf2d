import type { Api } from './api.ts';
import type { BackOff } from './back-off.ts';
import { applyMutation, headQuery, toOutcome, toWireOperation, type WireOutcome } from './documents.ts';
import { ApiError, isPassing, SignedOutError, UnreachableError } from './failures.ts';
import type { Commit } from './local-store.ts';
import type { Operation, OperationOutcome } from './operations.ts';
import type { Pause } from './pause.ts';
import type { Replica } from './replica.ts';
import type { View } from './view.ts';

/** Operations of one request, at most. */
const batchMax = 100;

export type SenderOptions = {
  api: Api;
  replica: Replica;
  backOff: BackOff;
  /** Ended when a failure may be over. */
  pause: Pause;
  /** Ended when the queue may have something to send. */
  news: Pause;
};

/** Sends the queue: in order, one batch at a time, the same operations under the same ids until each has its outcome. */
export class Sender {
  private readonly options: SenderOptions;
  private size = batchMax;

  constructor(options: SenderOptions) {
    this.options = options;
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const batch = this.nextBatch();
      if (batch.length === 0) await this.options.news.untilEnded(signal);
      else await this.send(batch).catch((error: unknown) => this.recover(error, batch, signal));
    }
  }

  private nextBatch(): Operation[] {
    const batch: Operation[] = [];
    for (const { operation, appliedSeq } of this.options.replica.view.queue) {
      if (appliedSeq === null) batch.push(operation);
      if (batch.length === this.size) break;
    }
    return batch;
  }

  private async send(batch: readonly Operation[]): Promise<void> {
    const { api, backOff } = this.options;
    const operations = batch.map(toWireOperation);
    type Answer = { applyOperations: WireOutcome[] };
    const { applyOperations } = await api.run<Answer>(applyMutation, { operations });
    const outcomes = new Map(applyOperations.map((outcome) => [outcome.operationId, toOutcome(outcome)]));
    if (!batch.every(({ id }) => outcomes.has(id))) throw new UnreachableError('The answer lacks an outcome.');
    await this.settle(batch.map((operation) => ({ operation, outcome: outcomes.get(operation.id)! })));
    backOff.reset();
    this.size = Math.min(batchMax, this.size * 2);
  }

  private async settle(outcomes: NonNullable<Commit['outcomes']>): Promise<void> {
    const isUnnumbered = outcomes.some(({ outcome }) => outcome.status === 'APPLIED' && outcome.seq === null);
    // Nothing was written because it was so already: under a number that is no greater than the newest one.
    const head = isUnnumbered ? await this.readHead() : null;
    await this.options.replica.write((view) => toCommit(outcomes, head, view));
  }

  private async readHead(): Promise<number> {
    return (await this.options.api.run<{ me: { seq: number } }>(headQuery)).me.seq;
  }

  private async recover(error: unknown, batch: readonly Operation[], signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    if (error instanceof ApiError && !isPassing(error)) return this.divide(error, batch, signal);
    const { pause, backOff } = this.options;
    if (error instanceof SignedOutError) return pause.untilEnded(signal);
    await pause.atMost(backOff.next(), signal);
  }

  /** The request as a whole was refused. One bad operation must not hold up the others: smaller batches find it. */
  private async divide(error: ApiError, batch: readonly Operation[], signal: AbortSignal): Promise<void> {
    this.size = Math.ceil(batch.length / 2);
    if (batch.length > 1) return;
    const outcomes = batch.map((operation) => ({ operation, outcome: toRefusal(operation, error) }));
    await this.settle(outcomes).catch((failure: unknown) => this.recover(failure, batch, signal));
  }
}

/** What was applied stays on top until the log is here that has it: it must not vanish in between. */
function toCommit(outcomes: NonNullable<Commit['outcomes']>, head: number | null, { seq: confirmed }: View): Commit {
  const awaited = outcomes.flatMap(({ outcome: { operationId, status, seq } }) => {
    const appliedSeq = seq ?? head ?? 0;
    return status === 'APPLIED' && appliedSeq > (confirmed ?? -1) ? [{ operationId, appliedSeq }] : [];
  });
  const waiting = new Set(awaited.map(({ operationId }) => operationId));
  const settled = outcomes.map(({ operation }) => operation.id).filter((id) => !waiting.has(id));
  return { outcomes, acknowledged: awaited, settled };
}

const toRefusal = ({ id }: Operation, { code, message, extensions }: ApiError): OperationOutcome => ({
  operationId: id,
  status: 'REFUSED',
  isRepeat: false,
  seq: null,
  entity: null,
  differingFields: [],
  error: { code, message, issues: extensions['issues'] },
});
