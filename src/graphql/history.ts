import type { Change as ChangeLine } from '../changes/change.ts';
import { readHistory } from '../changes/history.ts';
import { readSnapshot, type SnapshotKey, type SnapshotPage as SnapshotPart } from '../changes/snapshot.ts';
import { undoChange } from '../changes/undo.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import { builder } from './builder.ts';
import { Change, changedEntityTypes } from './change.ts';
import { connectionArguments, decodeCursor, defineConnection, encodeCursor, resolveConnection } from './connection.ts';
import { actorOf, viewerOf } from './context.ts';

/** Entities of one page of a snapshot, at most. */
const pageMax = 1000;

type Snapshot = SnapshotPart & { endCursor: string | null };

const SnapshotPage = builder.objectRef<Snapshot>('SnapshotPage').implement({
  description: 'A part of everything that exists as of one number.',
  fields: (t) => ({
    seq: t.exposeInt('seq', {
      description: 'The number it is the state of: give it as `asOf` for the next page, and follow `changes` after it.',
    }),
    at: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When its last change happened: remember it with `seq`, and give both to `changes`. Null when `seq` is 0 or that line is gone.',
      resolve: (page) => page.at,
    }),
    changes: t.field({
      type: [Change],
      description: 'Of each entity its newest change up to that number, by type and id.',
      resolve: (page) => page.changes,
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'Where the next page begins; null on an empty page.',
    }),
    hasMore: t.exposeBoolean('hasMore', { description: 'Whether there is a next page.' }),
  }),
});

const ChangeConnection = defineConnection('Change', Change);

builder.queryFields((t) => ({
  snapshot: t.field({
    type: SnapshotPage,
    description:
      'Everything that exists as of a number, page by page, whatever is written meanwhile: where a device starts, and starts again when the log no longer reaches back to its number.',
    args: {
      asOf: t.arg.int({ description: 'The `seq` of the first page; the newest number when nothing is said.' }),
      after: t.arg.string({ description: 'The `endCursor` of the page before.' }),
      first: t.arg.int({ defaultValue: 500, description: `Entities at most, up to ${pageMax}.` }),
    },
    resolve: (_, { asOf, after, first }, context) =>
      readPage(viewerOf(context).userId, asOf ?? null, after ?? null, first ?? 500),
  }),
  history: t.field({
    type: ChangeConnection,
    description: 'What the log knows of one entity, the newest change first; also of one that is deleted.',
    args: { entityId: t.arg.id({ required: true, description: 'The entity.' }), ...connectionArguments },
    resolve: (_, { entityId, ...page }, context) =>
      resolveConnection<ChangeLine>(
        page,
        (change) => [String(change.seq)],
        async (part) =>
          isId(entityId) ? readHistory(viewerOf(context).userId, changedEntityTypes(), entityId, part) : [],
        [isNumber],
      ),
  }),
}));

builder.mutationField('undo', (t) =>
  t.field({
    type: Change,
    description:
      'Brings back what one change changed, and only that; a change like any other. A metric that was deleted comes back with its entries. CONFLICT when the entity has moved on in the same fields.',
    args: { seq: t.arg.int({ required: true, description: 'The number of the change.' }) },
    resolve: (_, { seq }, context) => undoChange(actorOf(context), seq),
  }),
);

const isNumber = (text: string): boolean => /^\d{1,9}$/.test(text);

async function readPage(userId: string, asOf: number | null, after: string | null, first: number): Promise<Snapshot> {
  if (first < 1 || first > pageMax) {
    throw new InvalidInputError([{ path: ['first'], message: `A page has between 1 and ${pageMax} entities.` }]);
  }
  const isType = (part: string) => changedEntityTypes().includes(part);
  const key = after === null ? null : (decodeCursor('after', after, [isType, isId]) as unknown as SnapshotKey);
  const { changes, ...page } = await readSnapshot(userId, asOf, key, first);
  const last = changes.at(-1);
  return { ...page, changes, endCursor: last ? encodeCursor([last.entityType, last.entityId]) : null };
}
