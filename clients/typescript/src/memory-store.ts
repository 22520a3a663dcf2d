import { keyOf, type AnyEntity, type EntityKey } from './entities.ts';
import {
  ForeignStoreError,
  nextQueue,
  StaleCommitError,
  type Commit,
  type LocalStore,
  type Received,
  type StoredState,
  type StoreIdentity,
} from './local-store.ts';
import type { QueuedOperation } from './operations.ts';

/** A store that lasts as long as the process. Clients that are given the same one share it, as tabs would. */
export class MemoryStore implements LocalStore {
  readonly name: string | null;
  private identity: StoreIdentity | null = null;
  private revision = 0;
  private seq: number | null = null;
  private at: string | null = null;
  private entities = new Map<string, EntityKey & { entity: AnyEntity }>();
  private queue: readonly QueuedOperation[] = [];

  constructor(name: string | null = null) {
    this.name = name;
  }

  async open(identity: StoreIdentity): Promise<StoredState> {
    if (this.identity && this.identity.userId !== identity.userId) throw new ForeignStoreError();
    if (this.identity?.selection !== identity.selection) this.forget();
    this.identity = identity;
    const { revision, seq, at, queue } = this;
    return { revision, seq, at, entities: [...this.entities.values()], queue };
  }

  async commit(commit: Commit): Promise<number> {
    if (commit.received) this.receive(commit.received);
    this.queue = nextQueue(this.queue, commit);
    return ++this.revision;
  }

  close(): void {}

  private receive({ after, seq, at, entities, isWhole }: Received): void {
    if (after !== this.seq) throw new StaleCommitError();
    if (isWhole) this.entities.clear();
    for (const { type, id, entity } of entities) {
      if (entity) this.entities.set(keyOf({ type, id }), { type, id, entity });
      else this.entities.delete(keyOf({ type, id }));
    }
    this.seq = seq;
    this.at = at;
  }

  private forget(): void {
    this.entities.clear();
    this.seq = null;
    this.at = null;
  }
}
