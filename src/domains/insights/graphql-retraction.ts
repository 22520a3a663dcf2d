import { builder } from '../../graphql/builder.ts';
import { defineEnum } from '../../graphql/enums.ts';
import type { Retraction as RetractionShape } from './insights.ts';
import type { RetractionReason as Reason } from './retraction.ts';

const RetractionReason = defineEnum<Reason>('RetractionReason', 'Why an insight was taken back.', {
  GROUND_CHANGED:
    'What it rested on is no longer so: entries were changed or deleted, or others came, or more was looked at with it.',
  METRIC_GONE: 'A metric it was about was deleted or archived.',
  PAST: 'Its time is over: the unusual day is long ago, the streak has ended.',
});

export const Retraction = builder.objectRef<RetractionShape>('Retraction').implement({
  description: 'That an insight no longer holds, and why.',
  fields: (t) => ({
    reason: t.field({ type: RetractionReason, description: 'What kind of reason.', resolve: ({ reason }) => reason }),
    message: t.exposeString('message', { description: 'The same in one plain sentence, as it was at the time.' }),
    at: t.field({ type: 'DateTime', description: 'When it was found no longer to hold.', resolve: ({ at }) => at }),
  }),
});
