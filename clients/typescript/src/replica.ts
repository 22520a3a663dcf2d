import type { EntityChange } from './entities.ts';
import { StaleCommitError, type Commit, type LocalStore, type StoreIdentity } from './local-store.ts';
import { Pause, type Sleep } from './pause.ts';
import { View } from './view.ts';

/** Milliseconds to wait for another tab's commit that must have been before one that is here. */
const patience = 250;

export type ReplicaEvents = {
  /** A commit of this tab is in the store: the others should know. Null: they should read it there. */
  onCommitted: (revision: number, commit: Commit | null) => void;
  /** The view has changed. Without a commit: it was read anew. */
  onApplied: (changes: readonly EntityChange[], commit: Commit | null) => void;
  /** A commit whose effect had been read from the store before it was heard of. */
  onHeardLate: (commit: Commit) => void;
};

/**
 * One tab's view of a store that several may share. The commits of the store have numbers, and every tab does them in
 * their order, as a device does with the changes of the log; one that misses something reads the store anew.
 */
export class Replica {
  readonly view = new View();
  private readonly store: LocalStore;
  private readonly identity: StoreIdentity;
  private readonly missing: Pause;
  private readonly events: ReplicaEvents;
  private revision = -1;
  /** Commits that are here before their turn. */
  private readonly early = new Map<number, Commit>();
  private readonly closing = new AbortController();
  private turns: Promise<unknown> = Promise.resolve();
  private catchingUp: Promise<void> | undefined;

  constructor(store: LocalStore, identity: StoreIdentity, sleep: Sleep, events: ReplicaEvents) {
    this.store = store;
    this.identity = identity;
    this.missing = new Pause(sleep);
    this.events = events;
  }

  /** Reads the store. @throws ForeignStoreError */
  async read(): Promise<void> {
    const state = await this.store.open(this.identity);
    if (state.revision <= this.revision) return;
    this.revision = state.revision;
    const changes = this.view.load(state);
    this.events.onApplied(changes, null);
    for (const [revision, commit] of this.early) {
      if (revision > state.revision) continue;
      this.early.delete(revision);
      this.events.onHeardLate(commit);
    }
    this.applyDue();
  }

  /**
   * Writes what `compute` says, one after another, so that each sees what the one before has made of the view.
   * @param compute null: there is nothing to write
   * @returns once the view shows it
   * @throws StaleCommitError when another tab received meanwhile; the view then has what that one wrote
   */
  write(compute: (view: View) => Commit | null): Promise<void> {
    const turn = this.turns.then(() => this.writeNow(compute(this.view)));
    this.turns = turn.catch(() => {});
    return turn;
  }

  /** Takes note of another tab's commit. */
  note(revision: number, commit: Commit | null): void {
    if (revision <= this.revision) {
      if (commit) this.events.onHeardLate(commit);
      return;
    }
    if (commit) this.early.set(revision, commit);
    this.applyDue();
    if (!commit || this.early.size > 0) this.catchUp(commit ? patience : 0).catch(() => {});
  }

  /** Once what is being written is written. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.turns;
  }

  private async writeNow(commit: Commit | null): Promise<void> {
    if (!commit) return;
    try {
      const revision = await this.store.commit(commit);
      this.events.onCommitted(revision, commit.received?.isWhole ? null : commit);
      this.early.set(revision, commit);
      this.applyDue();
      if (this.revision < revision) await this.catchUp(patience);
    } catch (error) {
      if (error instanceof StaleCommitError) await this.read();
      throw error;
    }
  }

  private applyDue(): void {
    for (let next = this.early.get(this.revision + 1); next; next = this.early.get(this.revision + 1)) {
      this.revision += 1;
      this.early.delete(this.revision);
      this.events.onApplied(this.view.apply(next), next);
    }
    if (this.early.size === 0) this.missing.end();
  }

  /** Waits a little for what is missing, then reads it. */
  private catchUp(wait: number): Promise<void> {
    this.catchingUp ??= this.catchUpNow(wait).finally(() => (this.catchingUp = undefined));
    return this.catchingUp;
  }

  private async catchUpNow(wait: number): Promise<void> {
    if (wait > 0) await this.missing.atMost(wait, this.closing.signal);
    if (!this.closing.signal.aborted && (wait === 0 || this.early.size > 0)) await this.read();
  }
}
