import type { Insight as InsightRow } from '../../../generated/prisma/client.ts';
import { builder } from '../../graphql/builder.ts';
import { addChangedEntity } from '../../graphql/change.ts';
import { connectionArguments, defineConnection, resolveConnection } from '../../graphql/connection.ts';
import { DateRange } from '../entries/graphql.ts';
import { viewerOf } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { Job } from '../jobs/graphql.ts';
import { getJob } from '../jobs/jobs.ts';
import { loadMetric, Metric } from '../metrics/graphql.ts';
import type { Evidence, InsightType as InsightTypeName } from './evidence.ts';
import { InsightEvidence, InsightType } from './graphql-evidence.ts';
import { Retraction } from './graphql-retraction.ts';
import './graphql-statistics.ts';
import * as insights from './insights.ts';

export const InsightRating = defineEnum<insights.InsightRating>(
  'InsightRating',
  'What a person thinks of an insight.',
  {
    HELPFUL: 'It helps.',
    NOT_HELPFUL: 'It does not help.',
    ACTED_ON: 'Something was done about it.',
  },
);

const Insight = builder.prismaObject('Insight', {
  description: 'Something that holds for this person, with the numbers behind it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUIDv7; stays the same as long as the finding is the same.' }),
    type: t.field({
      type: InsightType,
      description: 'What kind of statement.',
      resolve: (insight) => insight.type as InsightTypeName,
    }),
    title: t.exposeString('title', { description: 'One plain sentence with the numbers in it.' }),
    confidence: t.exposeFloat('confidence', {
      description:
        'From 0 to 1: for what is tested in a family 1 - q, for a change of a relation or an unusual day 1 - p, for a forecast its coverage.',
    }),
    range: t.field({
      type: DateRange,
      description: 'The days it rests on.',
      resolve: ({ rangeFrom, rangeTo }) => ({ from: rangeFrom, to: rangeTo }) as never,
    }),
    metrics: t.field({
      type: [Metric],
      description: 'What it is about.',
      resolve: ({ metricIds }, _, context) => Promise.all(metricIds.map((id) => loadMetric(context, id))),
    }),
    evidence: t.field({
      type: InsightEvidence,
      description: 'The numbers.',
      resolve: (insight) => insight.evidence as unknown as Evidence,
    }),
    isActive: t.exposeBoolean('isActive', { description: 'False once it no longer holds, or was dismissed.' }),
    retraction: t.field({
      type: Retraction,
      nullable: true,
      description: 'Why it no longer holds; null while it does. When it holds again, it is taken up again.',
      resolve: insights.retractionOf,
    }),
    rating: t.field({
      type: InsightRating,
      nullable: true,
      description: 'What the person thinks of it.',
      resolve: (insight) => insight.rating as insights.InsightRating | null,
    }),
    ratedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the person said so last.',
      resolve: (insight) => insight.ratedAt,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was first found.',
      resolve: (insight) => insight.createdAt,
    }),
    updatedAt: t.field({
      type: 'DateTime',
      description: 'When it last changed: its numbers, its rating, or whether it holds.',
      resolve: (insight) => insight.updatedAt,
    }),
  }),
});
addChangedEntity(Insight);

const InsightConnection = defineConnection('Insight', Insight as never);

const InsightFilter = builder.inputType('InsightFilter', {
  description: 'Which insights; the active ones when nothing is said.',
  fields: (t) => ({
    types: t.field({ type: [InsightType], description: 'Of these kinds.' }),
    metricIds: t.idList({ description: 'About at least one of these metrics.' }),
    isActive: t.boolean({ description: 'False for those that no longer hold or were dismissed.' }),
  }),
});
builder.queryFields((t) => ({
  insight: t.field({
    type: Insight,
    nullable: true,
    description: 'One insight; null when there is none of this id.',
    args: { id: t.arg.id({ required: true, description: 'The insight.' }) },
    resolve: (_, { id }, context) => insights.getInsight(viewerOf(context), id),
  }),
  insights: t.field({
    type: InsightConnection,
    description: 'Insights, the newest first.',
    args: { filter: t.arg({ type: InsightFilter, description: 'Which ones.' }), ...connectionArguments },
    resolve: (_, { filter, ...page }, context) =>
      resolveConnection(
        page,
        (insight: InsightRow) => [insight.id],
        (part) => insights.listInsights(viewerOf(context), filter ?? {}, part),
      ) as never,
  }),
}));

builder.mutationFields((t) => ({
  refreshInsights: t.field({
    type: Job,
    description: 'Queues an analysis now instead of waiting for the debounce.',
    resolve: async (_, __, context) =>
      (await getJob(viewerOf(context), await insights.requestRefresh(viewerOf(context))))!,
  }),
  rateInsight: t.field({
    type: Insight,
    description: 'Says what this person thinks of an insight, be it retracted. The newest rating counts.',
    args: {
      id: t.arg.id({ required: true, description: 'The insight.' }),
      rating: t.arg({ type: InsightRating, required: true, description: 'The verdict.' }),
    },
    resolve: (_, { id, rating }, context) => insights.rateInsight(viewerOf(context), id, rating),
  }),
  dismissInsight: t.field({
    type: Insight,
    description: 'Puts an insight away for good.',
    args: { id: t.arg.id({ required: true, description: 'The insight.' }) },
    resolve: (_, { id }, context) => insights.dismissInsight(viewerOf(context), id),
  }),
}));
