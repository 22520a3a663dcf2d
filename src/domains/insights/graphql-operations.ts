import { builder } from '../../graphql/builder.ts';
import { addOperation } from '../../graphql/operations.ts';
import { InsightRating } from './graphql.ts';
import { dismissInsight, rateInsight } from './insights.ts';

const RateInsightOperation = builder.inputType('RateInsightOperation', {
  description: 'What a person thinks of an insight.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The insight.' }),
    rating: t.field({ type: InsightRating, required: true, description: 'The verdict.' }),
  }),
});

const DismissInsightOperation = builder.inputType('DismissInsightOperation', {
  description: 'An insight to be put away.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The insight.' }) }),
});

addOperation('rateInsight', {
  type: RateInsightOperation,
  description: 'Says what this person thinks of an insight.',
  entityType: 'Insight',
  kind: 'UPDATE',
  idOf: ({ id }) => id,
  run: (viewer, { id, rating }) => rateInsight(viewer, id, rating),
});
addOperation('dismissInsight', {
  type: DismissInsightOperation,
  description: 'Puts an insight away for good.',
  entityType: 'Insight',
  kind: 'UPDATE',
  idOf: ({ id }) => id,
  run: (viewer, { id }) => dismissInsight(viewer, id),
});
