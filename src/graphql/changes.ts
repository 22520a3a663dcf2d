import type { Change } from '../changes/change.ts';
import { followChanges } from '../changes/follow.ts';
import { readHead, replayChanges } from '../changes/replay.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { builder } from './builder.ts';
import { viewerOf } from './context.ts';
import { defineEnum } from './enums.ts';

/** Changes of one page of a replay, at most. */
const pageMax = 1000;

type Member = PothosSchemaTypes.ObjectRef<typeof builder.$inferSchemaTypes, never>;

const members: Member[] = [];

/** Says that changes may carry this type. Its name must be the entity type in the log. */
export const addChangedEntity = (ref: unknown): void => void members.push(ref as Member);

/** Adds the change log to the schema; after all domains, whose types make up its union. */
export function defineChanges(): void {
  const ChangeRef = defineChange();
  const ChangePage = definePage(ChangeRef);

  builder.queryField('changes', (t) =>
    t.field({
      type: ChangePage,
      description: 'Replay of the change log after a number.',
      args: {
        after: t.arg.int({ required: true, description: 'The last number the device has; 0 for everything.' }),
        first: t.arg.int({ defaultValue: 500, description: `Changes at most, up to ${pageMax}.` }),
      },
      resolve: (_, { after, first }, context) => readPage(viewerOf(context).userId, after, first ?? 500),
    }),
  );

  builder.subscriptionField('changes', (t) =>
    t.field({
      type: ChangeRef,
      description:
        'Every change of the signed-in person, in order, without gaps: first what happened after the given number, then live. Without `after`: from now on.',
      args: { after: t.arg.int({ description: 'The last number the device has.' }) },
      subscribe: async (_, { after }, context) => {
        const { userId } = viewerOf(context);
        if (after != null) await checkAfter(userId, after);
        return toIterable(userId, after ?? null);
      },
      resolve: (change) => change,
    }),
  );
}

/**
 * An iterator whose `return` ends a wait at once. A generator's own would queue up behind the pending `next`, and a
 * device that leaves while nothing happens would keep its feed for ever.
 */
function toIterable(userId: string, after: number | null): AsyncIterableIterator<Change> {
  const leave = new AbortController();
  const changes = followChanges(userId, after, leave.signal);
  return {
    next: () => changes.next(),
    return: async () => {
      leave.abort();
      await changes.return(undefined);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function readPage(userId: string, after: number, first: number) {
  if (first < 1 || first > pageMax) {
    throw new InvalidInputError([{ path: ['first'], message: `A page has between 1 and ${pageMax} changes.` }]);
  }
  await checkAfter(userId, after);
  const changes = await replayChanges(userId, after, first + 1);
  const page = changes.slice(0, first);
  return { changes: page, lastSeq: page.at(-1)?.seq ?? after, hasMore: changes.length > first };
}

/** A device ahead of the log belongs to another database, or this one was restored: it must not wait in silence. */
export async function checkAfter(userId: string, after: number): Promise<void> {
  const isKnown = after >= 0 && (after === 0 || after <= (await readHead(userId)));
  if (isKnown) return;
  throw new InvalidInputError([
    { path: ['after'], message: 'The log has not reached this number. Start again from 0.' },
  ]);
}

function defineChange() {
  const ChangeKind = defineEnum('ChangeKind', 'What happened to the entity.', {
    CREATED: 'It is new.',
    UPDATED: 'It is different from before.',
    DELETED: 'It is gone.',
  });
  const ChangedEntity = builder.unionType('ChangedEntity', {
    description: 'Everything whose changes the log keeps.',
    types: members,
    resolveType: (value) => (value as { __typename: string }).__typename,
  });
  return builder.objectRef<Change>('Change').implement({
    description: 'One line of the change log of a person; `seq` rises by one from change to change.',
    fields: (t) => ({
      seq: t.exposeInt('seq', { description: 'The number of the change.' }),
      kind: t.field({ type: ChangeKind, description: 'What happened.', resolve: (change) => change.kind }),
      entityType: t.exposeString('entityType', { description: 'The GraphQL type of the entity.' }),
      entityId: t.exposeID('entityId', { description: 'The id of the entity.' }),
      entity: t.field({
        type: ChangedEntity,
        nullable: true,
        description: 'The entity as it is after the change; null once deleted.',
        resolve: ({ snapshot, entityType }) => (snapshot ? ({ ...snapshot, __typename: entityType } as never) : null),
      }),
      deviceId: t.exposeID('deviceId', {
        nullable: true,
        description: 'The device that caused it; null for the server itself.',
      }),
      at: t.field({ type: 'DateTime', description: 'When it happened.', resolve: (change) => change.at }),
    }),
  });
}

function definePage(ChangeRef: ReturnType<typeof defineChange>) {
  return builder.objectRef<{ changes: Change[]; lastSeq: number; hasMore: boolean }>('ChangePage').implement({
    description: 'A part of the change log.',
    fields: (t) => ({
      changes: t.field({ type: [ChangeRef], description: 'The changes, in order.', resolve: (page) => page.changes }),
      lastSeq: t.exposeInt('lastSeq', { description: 'The number to continue after.' }),
      hasMore: t.exposeBoolean('hasMore', { description: 'Whether more changes follow already.' }),
    }),
  });
}
