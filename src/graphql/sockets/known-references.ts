import type { Change } from '../../changes/change.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import type { Reference } from '../references.ts';

/** Entities remembered for a person, at most; then all are looked up again. */
const knownMax = 500;

/**
 * What a person's entities refer to, remembered until the log says that it has changed: a new entry then costs no look-up
 * of its metric.
 */
export class KnownReferences {
  private readonly known = new Map<string, object>();
  private readonly types = new Set<string>();
  private readonly viewer: Viewer;
  /** Rises when something is forgotten: what was being looked up at that moment may be outdated already. */
  private forgotten = 0;

  constructor(userId: string) {
    this.viewer = { userId, deviceId: null };
  }

  /** Takes note of the newest changes, in their order. */
  advance(changes: readonly Change[]): void {
    for (const { entityType, entityId } of changes) {
      if (!this.types.has(entityType)) continue;
      this.forgotten += 1;
      this.known.delete(`${entityType}:${entityId}`);
    }
  }

  /** The changes with what their entities refer to in its place; at once when everything is known. */
  resolve(
    references: ReadonlySet<Reference>,
    changes: readonly Change[],
  ): readonly Change[] | Promise<readonly Change[]> {
    let resolved: readonly Change[] | Promise<readonly Change[]> = changes;
    for (const reference of references) {
      resolved =
        resolved instanceof Promise
          ? resolved.then((all) => this.resolveOne(reference, all))
          : this.resolveOne(reference, resolved);
    }
    return resolved;
  }

  private resolveOne(reference: Reference, changes: readonly Change[]): readonly Change[] | Promise<readonly Change[]> {
    const { from, key, to } = reference;
    this.types.add(to);
    const missing = new Set<string>();
    for (const { entityType, snapshot } of changes) {
      const id = entityType === from && snapshot ? read(snapshot, key) : undefined;
      if (id !== undefined && !this.known.has(`${to}:${id}`)) missing.add(id);
    }
    if (missing.size === 0) return put(reference, changes, this.known);
    return this.load(reference, [...missing]).then(
      (found) => put(reference, changes, found),
      // The resolvers look up for themselves, and say what is wrong where it is.
      () => changes,
    );
  }

  /** @returns what was found, along with everything known */
  private async load({ to, load }: Reference, ids: readonly string[]): Promise<ReadonlyMap<string, object>> {
    const before = this.forgotten;
    const loaded = await load(this.viewer, ids);
    const found = new Map([...loaded].map(([id, entity]) => [`${to}:${id}`, entity]));
    const all = new Map([...this.known, ...found]);
    if (this.forgotten === before) {
      if (this.known.size + found.size > knownMax) this.known.clear();
      for (const [place, entity] of found) this.known.set(place, entity);
    }
    return all;
  }
}

const read = (snapshot: object, key: string): string | undefined => (snapshot as Record<string, string>)[key];

/** What is not found is left to the resolver. */
function put(
  { from, key, as, to }: Reference,
  changes: readonly Change[],
  found: ReadonlyMap<string, object>,
): Change[] {
  return changes.map((change) => {
    if (change.entityType !== from || !change.snapshot) return change;
    const entity = found.get(`${to}:${read(change.snapshot, key)}`);
    return entity ? { ...change, snapshot: { ...change.snapshot, [as]: entity } } : change;
  });
}
