import {
  entityTypes,
  keyOf,
  type AnyEntity,
  type Entities,
  type EntityChange,
  type EntityKey,
  type EntityState,
  type EntityType,
} from './entities.ts';
import { nextQueue, type Commit, type Received, type StoredState } from './local-store.ts';
import type { Operation, QueuedOperation } from './operations.ts';
import { lay, overlay, read } from './overlay.ts';

/** The device's state in memory: what the server has confirmed, and on top what is on its way. */
export class View {
  seq: number | null = null;
  at: string | null = null;
  queue: readonly QueuedOperation[] = [];
  private confirmed = emptyTable();
  private touched = new Map<string, EntityState>();
  /** Sorted lists, each kept until its type changes. */
  private readonly lists = new Map<EntityType, readonly AnyEntity[]>();

  get<Type extends EntityType>(type: Type, id: string): Entities[Type] | null {
    return read(this.confirmed, this.touched, { type, id }) as Entities[Type] | null;
  }

  /** By id: with UUIDv7 the oldest first. */
  list<Type extends EntityType>(type: Type): readonly Entities[Type][] {
    const known = this.lists.get(type) ?? this.collect(type);
    this.lists.set(type, known);
    return known as readonly Entities[Type][];
  }

  /** Takes over what a store has. @returns what has changed for who looks at it */
  load(state: StoredState): EntityChange[] {
    const before = new Map(this.everything());
    this.confirmed = emptyTable();
    for (const { type, id, entity } of state.entities) this.confirmed.get(type)?.set(id, entity);
    this.seq = state.seq;
    // Neither a store nor a tab of an earlier version says when.
    this.at = state.at ?? null;
    this.queue = state.queue;
    this.touched = new Map(overlay(this.confirmed, this.queue));
    return this.compare(new Map([...before, ...this.everything()]), before);
  }

  /** Does what the store has done. @returns what has changed for who looks at it */
  apply(commit: Commit): EntityChange[] {
    const { received, acknowledged, settled, enqueued } = commit;
    if (!received && !acknowledged && !settled) return this.append(enqueued ?? []);
    const before = new Map([...this.concernedBy(commit)].map(([key, each]) => [key, this.look(each)]));
    if (received) this.receive(received);
    this.queue = nextQueue(this.queue, commit);
    this.touched = new Map(overlay(this.confirmed, this.queue));
    // What an operation touches only now, was as it is confirmed.
    for (const [key, { type, id }] of this.touched) {
      if (!before.has(key)) before.set(key, { type, id, entity: this.confirmed.get(type)?.get(id) ?? null });
    }
    return this.compare(before, before);
  }

  /** What is added to the queue lies on top: nothing below has to be laid again. */
  private append(enqueued: readonly Operation[]): EntityChange[] {
    const before = new Map<string, EntityState>();
    this.queue = nextQueue(this.queue, { enqueued });
    for (const operation of enqueued) {
      for (const state of lay(this.confirmed, this.touched, operation)) {
        if (!before.has(keyOf(state))) before.set(keyOf(state), state);
      }
    }
    return this.compare(before, before);
  }

  /** What may look different after a commit: what it brings, and whatever is on its way. */
  private concernedBy({ received }: Commit): Map<string, EntityKey> {
    const keys = new Map<string, EntityKey>(this.touched);
    for (const state of received?.entities ?? []) keys.set(keyOf(state), state);
    if (received?.isWhole) for (const [key, state] of this.everything()) keys.set(key, state);
    return keys;
  }

  private receive({ seq, at, entities, isWhole }: Received): void {
    if (isWhole) this.confirmed = emptyTable();
    for (const { type, id, entity } of entities) {
      if (entity) this.confirmed.get(type)?.set(id, entity);
      else this.confirmed.get(type)?.delete(id);
    }
    this.seq = seq;
    this.at = at ?? null;
  }

  private look = (key: EntityKey): EntityState => ({ ...key, entity: read(this.confirmed, this.touched, key) });

  private compare(
    keys: ReadonlyMap<string, EntityKey>,
    earlier: ReadonlyMap<string, EntityState | undefined>,
  ): EntityChange[] {
    const changes: EntityChange[] = [];
    for (const [key, { type, id }] of keys) {
      const before = earlier.get(key)?.entity ?? null;
      const after = read(this.confirmed, this.touched, { type, id });
      if (isSame(before, after)) continue;
      changes.push({ type, id, before, after });
    }
    for (const { type } of changes) this.lists.delete(type);
    return changes;
  }

  private collect(type: EntityType): readonly AnyEntity[] {
    const all = new Map(this.confirmed.get(type));
    for (const state of this.touched.values()) {
      if (state.type !== type) continue;
      if (state.entity) all.set(state.id, state.entity);
      else all.delete(state.id);
    }
    return [...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  private *everything(): Generator<[string, EntityState]> {
    for (const type of entityTypes) {
      for (const entity of this.collect(type)) yield [keyOf({ type, id: entity.id }), { type, id: entity.id, entity }];
    }
  }
}

const emptyTable = (): Map<EntityType, Map<string, AnyEntity>> => new Map(entityTypes.map((type) => [type, new Map()]));

/** Whether two values of plain JSON are the same. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return left.length === right.length && left.every(([field, value]) => isSame(value, (b as never)[field]));
}
