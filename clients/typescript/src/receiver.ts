import type { Api } from './api.ts';
import type { BackOff } from './back-off.ts';
import { followChanges, type StreamOptions } from './change-stream.ts';
import { toStates, type WireChange } from './documents.ts';
import { keyOf } from './entities.ts';
import { ApiError, SignedOutError, snapshotReasonOf, type SnapshotReason } from './failures.ts';
import type { Commit } from './local-store.ts';
import type { QueuedOperation } from './operations.ts';
import type { Pause } from './pause.ts';
import type { Replica } from './replica.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';
import type { Status } from './status.ts';
import type { TokenSource } from './tokens.ts';
import type { View } from './view.ts';

/** Changes of one commit, at most. */
const batchMax = 1000;

export type ReceiverOptions = Pick<StreamOptions, 'url' | 'webSocket'> & {
  api: Api;
  tokens: TokenSource;
  replica: Replica;
  backOff: BackOff;
  pause: Pause;
  onStatus: (status: Status, cause?: unknown) => void;
};

/** Brings the store in step with the log, and keeps it so. */
export class Receiver {
  private readonly options: ReceiverOptions;
  private incoming: WireChange[] = [];
  private storing: Promise<void> | undefined;
  /** Why a snapshot is due, if one is. */
  private snapshotDue: SnapshotReason | null = null;
  /** A token that was fetched because the one before was refused, and has not been shown yet. */
  private freshToken: string | undefined;

  constructor(options: ReceiverOptions) {
    this.options = options;
  }

  /** Until the signal. What cuts the line is no failure of this: it rests, and goes on where it was. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.options.onStatus('CONNECTING');
      await this.follow(signal).catch((error: unknown) => this.rest(error, signal));
    }
  }

  /** Follows the log until the line is cut. Returns when it is worth to go on at once. */
  private async follow(signal: AbortSignal): Promise<void> {
    const wasDue = this.snapshotDue;
    if (wasDue || this.options.replica.view.seq === null) await this.startAnew();
    const token = await this.options.tokens.accessToken();
    const failure: unknown = await this.stream(token, signal).catch((error: unknown) => error);
    await this.storing;
    if (signal.aborted || !(failure instanceof ApiError)) throw failure;
    if (failure.code === 'UNAUTHENTICATED') return this.renew(token, failure);
    this.snapshotDue = snapshotReasonOf(failure);
    // A server that is not content with its own snapshot is not asked for another one at once.
    if (wasDue || !this.snapshotDue) throw failure;
  }

  /** A token that is refused although it is fresh will not do better when it is shown again at once. */
  private async renew(refused: string, failure: ApiError): Promise<void> {
    const isFresh = refused === this.freshToken;
    this.freshToken = await this.options.tokens.refresh(refused);
    if (isFresh) throw failure;
  }

  private stream(token: string, signal: AbortSignal): Promise<never> {
    const { url, webSocket, replica, backOff, onStatus } = this.options;
    const giveUp = new AbortController();
    const { seq, at: afterAt } = replica.view;
    const handlers = {
      onConnected: () => {
        this.freshToken = undefined;
        onStatus('LIVE');
      },
      onAlive: () => backOff.reset(),
      onChange: (change: WireChange) => {
        this.incoming.push(change);
        this.storing ??= this.store().catch(() => giveUp.abort());
      },
    };
    return followChanges(
      { url, webSocket, token, after: seq!, afterAt, ...handlers },
      AbortSignal.any([signal, giveUp.signal]),
    );
  }

  /** Stores what has come; what comes meanwhile goes into the next commit as one. */
  private async store(): Promise<void> {
    try {
      while (this.incoming.length > 0) {
        const batch = this.incoming.splice(0, batchMax);
        await this.options.replica.write(({ queue }) => toCommit(batch, queue));
        this.options.backOff.reset();
      }
    } finally {
      // After a failure the rest would not follow what is stored.
      this.incoming = [];
      this.storing = undefined;
    }
  }

  /** Takes a snapshot in place of everything confirmed; the queue stays. */
  private async startAnew(): Promise<void> {
    const { api, replica } = this.options;
    const snapshot = await readSnapshot(api);
    const isReplaced = this.snapshotDue === 'REPLACED';
    await replica.write((view) => toWholeCommit(snapshot, view, isReplaced));
    this.snapshotDue = null;
  }

  private async rest(cause: unknown, signal: AbortSignal): Promise<void> {
    const { pause, backOff, onStatus } = this.options;
    if (signal.aborted) return;
    const isSignedOut = cause instanceof SignedOutError;
    onStatus(isSignedOut ? 'SIGNED_OUT' : 'OFFLINE', cause);
    await (isSignedOut ? pause.untilEnded(signal) : pause.atMost(backOff.next(), signal));
  }
}

/** Of an entity that changed several times, only the last state counts. */
function toCommit(batch: readonly WireChange[], queue: readonly QueuedOperation[]): Commit {
  const states = new Map(batch.flatMap(toStates).map((state) => [keyOf(state), state]));
  const { seq, at } = batch.at(-1)!;
  const received = { after: batch[0]!.seq - 1, seq, at, entities: [...states.values()], isWhole: false };
  return { received, settled: reached(queue, seq) };
}

/**
 * What had been applied under a number that this log has not reached was lost with it, or is not in the snapshot yet. The
 * numbers of a log that was replaced say nothing of the new one: whatever was not confirmed is lost with it, as far as is
 * known here. All this is sent again, and recognised where it is known.
 */
function toWholeCommit({ seq, at, entities }: Snapshot, view: View, isReplaced: boolean): Commit {
  const settled = isReplaced ? [] : reached(view.queue, seq);
  const lost = view.queue.filter(({ appliedSeq }) => appliedSeq !== null && (isReplaced || appliedSeq > seq));
  return {
    received: { after: view.seq, seq, at, entities, isWhole: true },
    settled,
    acknowledged: lost.map(({ operation }) => ({ operationId: operation.id, appliedSeq: null })),
  };
}

/** Operations whose change is in what has been received. */
const reached = (queue: readonly QueuedOperation[], seq: number): string[] =>
  queue.filter(({ appliedSeq }) => appliedSeq !== null && appliedSeq <= seq).map(({ operation }) => operation.id);
