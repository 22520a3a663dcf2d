import { builder } from '../../graphql/builder.ts';
import { loadOne, type Context } from '../../graphql/context.ts';
import { readOvershadowed } from './counting.ts';
import { Entry } from './graphql.ts';

/** Batched over the operation. */
const loadOvershadowing = (context: Context, id: string): Promise<string | null> =>
  loadOne(context, 'overshadowed', readOvershadowed, id);

builder.objectFields(Entry, (t) => ({
  isCounted: t.boolean({
    description:
      'Whether it counts towards the value of its day, as things are now. False when another source of that day does.',
    extensions: { cost: 1 },
    resolve: async (entry, _, context) => (await loadOvershadowing(context, entry.id)) === null,
  }),
  countedInstead: t.string({
    nullable: true,
    description: 'The source that counts on that day instead, by `Metric.sources`; null when this entry counts.',
    extensions: { cost: 1 },
    resolve: (entry, _, context) => loadOvershadowing(context, entry.id),
  }),
}));
