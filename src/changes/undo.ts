import type { Restorer } from '../kernel/define-domain.ts';
import { ConflictError, InvalidInputError, NotFoundError } from '../kernel/errors.ts';
import type { Viewer } from '../kernel/viewer.ts';
import type { Change } from './change.ts';
import { isCompacted, readChange, readDeletedAlong, readNewest } from './history.ts';
import { writeChanges, type ChangeTransaction } from './write-changes.ts';

/** Seconds that an undo may take: that of a metric's deletion brings all its entries back. */
const timeoutSeconds = 120;

type State = Record<string, unknown>;

let restorers = new Map<string, Restorer<ChangeTransaction, State>>();

/** Says how entities of which types are brought back. */
export function registerRestorers(registered: readonly Restorer[]): void {
  const known = registered as unknown as readonly Restorer<ChangeTransaction, State>[];
  restorers = new Map(known.map((restorer) => [restorer.entityType, restorer]));
}

/**
 * Brings back what one change changed, and only that: what other changes have done to the entity since stays. The undo is a
 * change like any other, and can be undone itself.
 * @returns the new change of the entity
 * @throws NotFoundError when the log has no such change; ConflictError when the entity has moved on in the very same
 *   respect; InvalidInputError for what cannot be undone
 */
export const undoChange = (viewer: Viewer, seq: number): Promise<Change> =>
  writeChanges(
    viewer,
    async (tx) => {
      const change = await readChange(tx, viewer.userId, seq);
      if (!change) throw new NotFoundError('change');
      const current = (await readNewest(tx, viewer.userId, change))!;
      const before = await readNewest(tx, viewer.userId, change, seq);
      await undoKind[change.kind]({ tx, viewer, change, current, before, restorer: restorerOf(change) });
      return (await readNewest(tx, viewer.userId, change))!;
    },
    { timeoutSeconds },
  );

type Undo = {
  tx: ChangeTransaction;
  viewer: Viewer;
  change: Change;
  /** The newest change of the entity. */
  current: Change;
  /** The change of the entity before the one to undo. */
  before: Change | null;
  restorer: Restorer<ChangeTransaction, State>;
};

const undoKind: Record<Change['kind'], (undo: Undo) => Promise<void>> = {
  CREATED: async ({ tx, viewer, change, current, restorer }) => {
    if (!restorer.remove) throw cannotBeUndone(change);
    requireNewest(change, current);
    await restorer.remove(tx, viewer, change.snapshot as State);
  },
  UPDATED: async ({ tx, viewer, change, current, before, restorer }) => {
    if (!before?.snapshot) throw new NotFoundError('change');
    if (!current.snapshot) throw new ConflictError('It has been deleted since. Undo that first.', null);
    const [was, became, is] = [before.snapshot, change.snapshot, current.snapshot] as [State, State, State];
    const changed = Object.keys(restorer.fields).filter((field) => !isSame(was[field], became[field]));
    if (changed.length === 0) throw cannotBeUndone(change);
    const movedOn = changed.filter((field) => !isSame(became[field], is[field]));
    if (movedOn.length > 0) {
      const names = new Set(movedOn.map((field) => restorer.fields[field]!));
      throw new ConflictError('It has been changed again in the same place.', is, [...names]);
    }
    await restorer.update(tx, viewer, is, Object.fromEntries(changed.map((field) => [field, was[field]])));
  },
  DELETED: async ({ tx, viewer, change, current, before, restorer }) => {
    if (!restorer.create) throw cannotBeUndone(change);
    requireNewest(change, current);
    if (!before?.snapshot) throw new NotFoundError('change');
    await restorer.create(tx, viewer, [before.snapshot as State]);
    await createOwned(tx, viewer, change);
  },
};

/** Entities made again by one statement. */
const batch = 1000;

/** Brings back what was deleted because it belonged to the entity. @throws NotFoundError when the log has forgotten it */
async function createOwned(tx: ChangeTransaction, viewer: Viewer, deletion: Change): Promise<void> {
  for (const { entityType, owner, create } of restorers.values()) {
    if (owner?.entityType !== deletion.entityType || !create) continue;
    // What went along stood just before, and may be forgotten while this line is not: one without the other is no undo.
    if (await isCompacted(tx, viewer.userId, deletion.seq - 1)) throw new NotFoundError('change');
    for (let after = 0; ;) {
      const page = await readDeletedAlong(
        tx,
        viewer.userId,
        deletion,
        { entityType, field: owner.field },
        after,
        batch,
      );
      if (page.length > 0)
        await create(
          tx,
          viewer,
          page.map(({ state }) => state as State),
        );
      if (page.length < batch) break;
      after = page.at(-1)!.seq;
    }
  }
}

function restorerOf(change: Change): Restorer<ChangeTransaction, State> {
  const restorer = restorers.get(change.entityType);
  if (!restorer) throw cannotBeUndone(change);
  return restorer;
}

function requireNewest(change: Change, current: Change): void {
  if (current.seq === change.seq) return;
  throw new ConflictError('It has been changed since. Undo its later changes first.', current.snapshot);
}

const cannotBeUndone = ({ entityType }: Change) =>
  new InvalidInputError([{ path: ['seq'], message: `This change of type ${entityType} cannot be undone.` }]);

/** Snapshots are plain JSON from the database, which keeps the keys of objects in one order. */
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
