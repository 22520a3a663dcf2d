import type { Change } from '../../changes/change.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import type { AtHand } from '../context.ts';
import type { Reference } from '../references.ts';

/** Entities of one type remembered for a person, at most; then all are looked up again. */
const knownMax = 500;

type ById = Map<string, object>;

/**
 * What a person's entities refer to, remembered until the log says that it has changed: a new entry then costs no look-up
 * of its metric.
 */
export class KnownReferences {
  /** By type, of those that something has referred to. */
  private readonly known = new Map<string, ById>();
  private readonly viewer: Viewer;
  /** Rises when something is forgotten: what was being looked up at that moment may be outdated already. */
  private forgotten = 0;

  constructor(userId: string) {
    this.viewer = { userId, deviceId: null };
  }

  /** Takes note of the newest changes, in their order. */
  advance(changes: readonly Change[]): void {
    for (const { entityType, entityId } of changes) {
      const known = this.known.get(entityType);
      if (!known) continue;
      this.forgotten += 1;
      known.delete(entityId);
    }
  }

  /** What the changes refer to; at once when everything is known. What cannot be looked up is left to the resolvers. */
  findAll(references: ReadonlySet<Reference>, changes: readonly Change[]): AtHand | Promise<AtHand> {
    const missing = new Map<Reference, readonly string[]>();
    for (const reference of references) {
      const ids = this.findMissing(reference, changes);
      if (ids.length > 0) missing.set(reference, ids);
    }
    return missing.size === 0 ? this.known : this.loadAll(missing);
  }

  private findMissing({ from, key, to }: Reference, changes: readonly Change[]): readonly string[] {
    const known = this.knownOf(to);
    const missing = new Set<string>();
    for (const { entityType, snapshot } of changes) {
      const id = entityType === from && snapshot ? read(snapshot, key) : undefined;
      if (id !== undefined && !known.has(id)) missing.add(id);
    }
    return [...missing];
  }

  private knownOf(type: string): ById {
    const known = this.known.get(type) ?? new Map<string, object>();
    this.known.set(type, known);
    return known;
  }

  /** @returns what was found, along with everything known */
  private async loadAll(missing: ReadonlyMap<Reference, readonly string[]>): Promise<AtHand> {
    const all = new Map(this.known);
    for (const [reference, ids] of missing) {
      // The resolvers look up for themselves, and say what is wrong where it is.
      const found = await this.load(reference, ids).catch(() => null);
      if (found) all.set(reference.to, found);
    }
    return all;
  }

  private async load({ to, load }: Reference, ids: readonly string[]): Promise<ById> {
    const before = this.forgotten;
    const loaded = await load(this.viewer, ids);
    const known = this.knownOf(to);
    const all = new Map([...known, ...loaded]);
    if (this.forgotten === before) {
      if (known.size + loaded.size > knownMax) known.clear();
      for (const [id, entity] of loaded) known.set(id, entity);
    }
    return all;
  }
}

const read = (snapshot: object, key: string): string | undefined => (snapshot as Record<string, string>)[key];
