import { Api } from './api.ts';
import { selection } from './documents.ts';
import type { Entities, EntityChange, EntityType, InsightRating } from './entities.ts';
import { Leader } from './leader.ts';
import { lead, watchForLife } from './leadership.ts';
import { Listeners } from './listeners.ts';
import type { Commit, LocalStore } from './local-store.ts';
import * as operations from './operations.ts';
import type { Conflict, Operation, VersionCheck } from './operations.ts';
import { Outbox, type Write } from './outbox.ts';
import { sleepByTimer, type Sleep } from './pause.ts';
import { postOperation } from './post.ts';
import { Replica } from './replica.ts';
import type { Status } from './status.ts';
import { openBroadcast, TabChannel, type OpenBroadcast, type TabMessage } from './tab-channel.ts';
import type { TokenSource } from './tokens.ts';

/** Milliseconds after which another tab will no longer be heard to say how an operation went. */
const patience = 1000;

export type SyncClientOptions = {
  /** Of the server, without a path: https://api.example.org. */
  url: string;
  tokens: TokenSource;
  store: LocalStore;
  fetch?: typeof fetch;
  webSocket?: typeof WebSocket;
  /** Null: there are none. */
  locks?: LockManager | null;
  openBroadcast?: OpenBroadcast;
  sleep?: Sleep;
  /** From 0 to 1. */
  random?: () => number;
};

/**
 * A person's data on this device: reads are at once and from memory, writes show as soon as they are stored, and all of it
 * is kept in step with the server whenever there is one. To be opened once, and closed.
 */
export class SyncClient {
  private readonly userId: string;
  private readonly store: LocalStore;
  private readonly locks: LockManager | null;
  private readonly sleep: Sleep;
  private readonly closing = new AbortController();
  private readonly api: Api;
  private readonly replica: Replica;
  private readonly outbox: Outbox;
  private readonly channel: TabChannel;
  private readonly leader: Leader;
  private readonly changes = new Listeners<[changes: readonly EntityChange[]]>();
  private readonly statuses = new Listeners<[status: Status, cause?: unknown]>();
  private readonly conflicts = new Listeners<[conflict: Conflict]>();
  private currentStatus: Status = 'CLOSED';
  private isLeader = false;
  private leading: Promise<void> = Promise.resolve();
  private stopWatching = () => {};

  constructor(options: SyncClientOptions) {
    const { url, tokens, store, webSocket, random, sleep = sleepByTimer } = options;
    this.userId = tokens.userId;
    this.store = store;
    this.sleep = sleep;
    this.locks = options.locks === undefined ? (globalThis.navigator?.locks ?? null) : options.locks;
    this.api = new Api(postOperation(url, options.fetch), tokens, this.closing.signal);
    this.channel = new TabChannel(store.name, options.openBroadcast ?? openBroadcast, (message) => this.hear(message));
    this.replica = new Replica(store, { userId: tokens.userId, selection }, sleep, {
      onCommitted: (revision, commit) => this.channel.post({ kind: 'commit', revision, commit }),
      onApplied: (changes, commit) => this.announce(changes, commit),
      onHeardLate: (commit) => this.announceOutcomes(commit),
    });
    this.outbox = new Outbox(this.replica);
    const { api, replica } = this;
    const onStatus = (status: Status, cause?: unknown) => this.become(status, cause);
    this.leader = new Leader({ url, webSocket, api, tokens, replica, sleep, random, onStatus });
  }

  /**
   * Shows what is stored, and goes on in the background: whether there is a network makes no difference here.
   * @throws ForeignStoreError when the store is another person's
   */
  async open(): Promise<void> {
    await this.replica.read();
    if (this.closing.signal.aborted) return;
    this.become('CONNECTING');
    this.stopWatching = watchForLife(() => this.wake());
    this.channel.post({ kind: 'hello' });
    this.leading = lead(this.locks, this.store.name, this.closing.signal, () => this.takeOver()).catch(
      (cause: unknown) => this.become('OFFLINE', cause),
    );
  }

  /** Ends everything under way. What is queued stays in the store. */
  async close(): Promise<void> {
    this.closing.abort();
    this.stopWatching();
    await this.leading;
    await this.replica.close();
    this.outbox.close();
    this.channel.close();
    this.store.close();
    this.currentStatus = 'CLOSED';
    this.statuses.tell('CLOSED');
  }

  get status(): Status {
    return this.currentStatus;
  }

  /** How many writes have not reached the server yet. */
  get pendingCount(): number {
    return this.replica.view.queue.filter(({ appliedSeq }) => appliedSeq === null).length;
  }

  /** The number of the newest change here; null before the first. */
  get seq(): number | null {
    return this.replica.view.seq;
  }

  /** Tries again now: after a new sign-in, or when the app knows that the network is back. */
  wake(): void {
    this.leader.wake();
    this.channel.post({ kind: 'wake' });
  }

  /** Hears what has changed, all that came together at once. @returns to stop */
  onChange(listener: (changes: readonly EntityChange[]) => void): () => void {
    return this.changes.add(listener);
  }

  /** Hears the status, and for OFFLINE why. @returns to stop */
  onStatus(listener: (status: Status, cause?: unknown) => void): () => void {
    return this.statuses.add(listener);
  }

  /** Hears of writes that the server did not apply; by then the view is without them. @returns to stop */
  onConflict(listener: (conflict: Conflict) => void): () => void {
    return this.conflicts.add(listener);
  }

  /** An entity as this person shall see it: writes on their way included. */
  get<Type extends EntityType>(type: Type, id: string): Entities[Type] | null {
    return this.replica.view.get(type, id);
  }

  /** All of a type, by id: the oldest first. The same array as long as nothing has changed. */
  list<Type extends EntityType>(type: Type): readonly Entities[Type][] {
    return this.replica.view.list(type);
  }

  /** Asks the server something else, as this person. @throws ApiError, UnreachableError, SignedOutError */
  run<Data>(document: string, variables?: object): Promise<Data> {
    return this.api.run<Data>(document, variables);
  }

  createMetric(input: operations.CreateMetricInput): Write {
    return this.outbox.add(operations.createMetric(input));
  }

  updateMetric(id: string, input: operations.UpdateMetricInput, check: VersionCheck = {}): Write {
    return this.write({ type: 'Metric', id }, { updateMetric: { id, input, ...check } });
  }

  /** Its entries go with it. */
  deleteMetric(id: string, check: VersionCheck = {}): Write {
    return this.write({ type: 'Metric', id }, { deleteMetric: { id, ...check } });
  }

  createEntry(input: operations.CreateEntryInput): Write {
    return this.outbox.add(operations.createEntry(input));
  }

  updateEntry(id: string, input: operations.UpdateEntryInput, check: VersionCheck = {}): Write {
    return this.write({ type: 'Entry', id }, { updateEntry: { id, input, ...check } });
  }

  deleteEntry(id: string, check: VersionCheck = {}): Write {
    return this.write({ type: 'Entry', id }, { deleteEntry: { id, ...check } });
  }

  updateProfile(input: operations.UpdateProfileInput): Write {
    return this.write({ type: 'User', id: this.userId }, { updateProfile: input });
  }

  rateInsight(id: string, rating: InsightRating): Write {
    return this.write({ type: 'Insight', id }, { rateInsight: { id, rating } });
  }

  dismissInsight(id: string): Write {
    return this.write({ type: 'Insight', id }, { dismissInsight: { id } });
  }

  private write(target: Operation['target'], action: Operation['action']): Write {
    return this.outbox.add(operations.toOperation(target, action));
  }

  private async takeOver(): Promise<void> {
    this.isLeader = true;
    // What the leader before has told last may not have come here.
    await this.replica.read();
    await this.leader.run(this.closing.signal);
    this.isLeader = false;
  }

  private hear(message: TabMessage): void {
    if (message.kind === 'commit') this.replica.note(message.revision, message.commit);
    if (message.kind === 'wake') this.leader.wake();
    if (message.kind === 'hello' && this.isLeader) this.channel.post({ kind: 'status', status: this.currentStatus });
    if (message.kind === 'status' && !this.isLeader) this.become(message.status);
  }

  private announce(changes: readonly EntityChange[], commit: Commit | null): void {
    if (changes.length > 0) this.changes.tell(changes);
    if (commit) this.announceOutcomes(commit);
    else this.sleep(patience, this.closing.signal).then(() => this.outbox.missed(this.replica.view.queue));
    this.leader.notice();
  }

  private announceOutcomes({ outcomes = [] }: Commit): void {
    for (const { operation, outcome } of outcomes) {
      const isOwn = this.outbox.isOwn(operation.id);
      this.outbox.settle(outcome);
      if (outcome.status !== 'APPLIED') this.conflicts.tell({ operation, outcome, isOwn });
    }
  }

  private become(status: Status, cause?: unknown): void {
    if (this.closing.signal.aborted || status === this.currentStatus) return;
    this.currentStatus = status;
    if (this.isLeader) this.channel.post({ kind: 'status', status });
    this.statuses.tell(status, cause);
  }
}
