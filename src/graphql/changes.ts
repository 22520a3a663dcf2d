import type { Change as ChangeLine } from '../changes/change.ts';
import { followChanges } from '../changes/follow.ts';
import { checkAfter, replayChanges } from '../changes/replay.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { builder } from './builder.ts';
import { Change } from './change.ts';
import { viewerOf } from './context.ts';

/** Changes of one page of a replay, at most. */
const pageMax = 1000;

/** Where a replay begins, as a device says it: a number, and when the change of that number happened. */
export type AfterArguments = { after?: number | null | undefined; afterAt?: string | null | undefined };

/** @throws as checkAfter, which has nothing to say of "from now on" */
export async function checkBegin(userId: string, { after, afterAt }: AfterArguments): Promise<void> {
  if (after != null) await checkAfter(userId, after, afterAt == null ? null : new Date(afterAt));
}

const afterAtDescription =
  'When the change of that number happened, as the device has it. When the log holds another change there, it has been replaced: INVALID_INPUT at `after`, take a `snapshot`.';

const ChangePage = builder
  .objectRef<{ changes: ChangeLine[]; lastSeq: number; hasMore: boolean }>('ChangePage')
  .implement({
    description: 'A part of the change log.',
    fields: (t) => ({
      changes: t.field({ type: [Change], description: 'The changes, in order.', resolve: (page) => page.changes }),
      lastSeq: t.exposeInt('lastSeq', { description: 'The number to continue after.' }),
      hasMore: t.exposeBoolean('hasMore', { description: 'Whether more changes follow already.' }),
    }),
  });

builder.queryField('changes', (t) =>
  t.field({
    type: ChangePage,
    description:
      'Replay of the change log after a number. Where the log no longer reaches back so far: CONFLICT with `reason` LOG_COMPACTED, take a `snapshot`.',
    args: {
      after: t.arg.int({ required: true, description: 'The last number the device has; 0 for everything.' }),
      afterAt: t.arg({ type: 'DateTime', description: afterAtDescription }),
      first: t.arg.int({ defaultValue: 500, description: `Changes at most, up to ${pageMax}.` }),
    },
    resolve: (_, { first, ...begin }, context) => readPage(viewerOf(context).userId, begin, first ?? 500),
  }),
);

builder.subscriptionField('changes', (t) =>
  t.field({
    type: Change,
    description:
      'Every change of the signed-in person, in order, without gaps: first what happened after the given number, then live. Without `after`: from now on.',
    args: {
      after: t.arg.int({ description: 'The last number the device has.' }),
      afterAt: t.arg({ type: 'DateTime', description: afterAtDescription }),
    },
    subscribe: async (_, begin, context) => {
      const { userId } = viewerOf(context);
      await checkBegin(userId, begin);
      return toIterable(userId, begin.after ?? null);
    },
    resolve: (change) => change,
  }),
);

/**
 * An iterator whose `return` ends a wait at once. A generator's own would queue up behind the pending `next`, and a
 * device that leaves while nothing happens would keep its feed for ever.
 */
function toIterable(userId: string, after: number | null): AsyncIterableIterator<ChangeLine> {
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

async function readPage(userId: string, begin: AfterArguments & { after: number }, first: number) {
  if (first < 1 || first > pageMax) {
    throw new InvalidInputError([{ path: ['first'], message: `A page has between 1 and ${pageMax} changes.` }]);
  }
  await checkBegin(userId, begin);
  const { after } = begin;
  const changes = await replayChanges(userId, after, first + 1);
  const page = changes.slice(0, first);
  return { changes: page, lastSeq: page.at(-1)?.seq ?? after, hasMore: changes.length > first };
}
