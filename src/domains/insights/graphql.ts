import type { Insight as InsightRow } from '../../../generated/prisma/client.ts';
import type { CorrelationMethod as Method } from '../../analysis/correlations.ts';
import { FALSE_DISCOVERY_RATE } from '../../analysis/correlations.ts';
import type { ReadinessReason as Reason } from '../../analysis/readiness.ts';
import type { TrendResult } from '../../analysis/trend.ts';
import { builder } from '../../graphql/builder.ts';
import { addChangedEntity } from '../../graphql/changes.ts';
import { connectionArguments, defineConnection, resolveConnection } from '../../graphql/connection.ts';
import { viewerOf } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { DateRangeInput } from '../entries/graphql.ts';
import type { DayRange } from '../entries/series.ts';
import { Job } from '../jobs/graphql.ts';
import { getJob } from '../jobs/jobs.ts';
import { loadMetric, Metric } from '../metrics/graphql.ts';
import type { CorrelationEvidence, Evidence, TrendEvidence } from './evidence.ts';
import * as insights from './insights.ts';
import { reportCorrelations, reportReadiness, reportTrends, type CorrelationReport as Report, type Readiness } from './statistics.ts';

const InsightType = defineEnum<insights.InsightType>('InsightType', 'What kind of statement an insight is.', {
  CORRELATION: 'Two metrics go together.', TREND: 'A metric rises or falls.', PATTERN: 'A metric follows the calendar.',
  ANOMALY: 'A value is unusual.', FORECAST: 'What is to be expected.', RECOMMENDATION: 'What may be worth trying.',
});
const InsightRating = defineEnum<insights.InsightRating>('InsightRating', 'What a person thinks of an insight.', {
  HELPFUL: 'It helps.', NOT_HELPFUL: 'It does not help.', ACTED_ON: 'Something was done about it.',
});
const CorrelationMethod = defineEnum<Method>('CorrelationMethod', 'How going together is measured.', {
  PEARSON: 'By values: how straight the relation is.', SPEARMAN: 'By ranks, with average ranks for ties: how steady the relation is.',
});
const TrendDirection = defineEnum<TrendResult['direction']>('TrendDirection', 'Where a metric goes.', {
  RISING: 'Upwards, at p < 0.05.', FALLING: 'Downwards, at p < 0.05.', STEADY: 'Nowhere that could be told from chance.',
});
const ReadinessReason = defineEnum<Reason>('ReadinessReason', 'Why there can be no answer yet.', {
  READY: 'There can be one.', TOO_FEW_DAYS: 'There are too few days with a value.',
  TOO_FEW_PAIRED_DAYS: 'There are too few days with values of both.', CONSTANT: 'The value never changes.',
  NOT_NUMERIC: 'The values are words.',
});

const DateRange = builder.objectRef<DayRange>('DateRange').implement({
  description: 'A range of days, both ends included.',
  fields: (t) => ({
    from: t.field({ type: 'Date', description: 'The first day.', resolve: (range) => range.from }),
    to: t.field({ type: 'Date', description: 'The last day.', resolve: (range) => range.to }),
  }),
});

const Correlation = builder.objectRef<CorrelationEvidence>('Correlation').implement({
  description: 'The driver\'s value on day t beside the outcome\'s on day t + lagDays, over the days that have both.',
  fields: (t) => ({
    driver: t.field({ type: Metric, description: 'The metric of the earlier day.', resolve: (row, _, context) => loadMetric(context, row.driver) }),
    outcome: t.field({ type: Metric, description: 'The metric of the later day.', resolve: (row, _, context) => loadMetric(context, row.outcome) }),
    lagDays: t.exposeInt('lagDays', { description: 'Days from driver to outcome.' }),
    method: t.field({ type: CorrelationMethod, description: 'How it was measured.', resolve: (row) => row.method }),
    coefficient: t.exposeFloat('coefficient', { description: 'On the values as they are, from -1 to 1.' }),
    n: t.exposeInt('n', { description: 'Days that have both.' }),
    effectiveN: t.exposeFloat('effectiveN', { description: 'n corrected for autocorrelation: how many independent days they are worth.' }),
    pValue: t.exposeFloat('pValue', { description: 'Chance of a coefficient this large without any relation, by effectiveN.' }),
    qValue: t.exposeFloat('qValue', { description: 'p corrected for the size of the family (Benjamini–Hochberg).' }),
    isSignificant: t.exposeBoolean('isSignificant', { description: 'Whether q is within the false-discovery rate.' }),
  }),
});

const Trend = builder.objectRef<TrendEvidence>('Trend').implement({
  description: 'Where one metric goes over a range of days.',
  fields: (t) => ({
    metric: t.field({ type: Metric, description: 'The metric.', resolve: (row, _, context) => loadMetric(context, row.metricId) }),
    range: t.field({ type: DateRange, description: 'From the first to the last value.', resolve: (row) => row.range }),
    direction: t.field({ type: TrendDirection, description: 'Where it goes.', resolve: (row) => row.direction }),
    slopePerDay: t.exposeFloat('slopePerDay', { description: 'Theil–Sen slope in the metric\'s unit per day.' }),
    n: t.exposeInt('n', { description: 'Days with a value.' }),
    pValue: t.exposeFloat('pValue', { description: 'By Mann–Kendall, corrected for ties and autocorrelation.' }),
    strength: t.exposeFloat('strength', { description: 'Kendall\'s tau, from -1 to 1.' }),
  }),
});

const InsightEvidence = builder.unionType('InsightEvidence', {
  description: 'The numbers behind an insight.',
  types: [Correlation, Trend],
  resolveType: (evidence) => evidence.kind,
});

const Insight = builder.prismaObject('Insight', {
  description: 'Something that holds for this person, with the numbers behind it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUIDv7; stays the same as long as the finding is the same.' }),
    type: t.field({ type: InsightType, description: 'What kind of statement.', resolve: (insight) => insight.type as insights.InsightType }),
    title: t.exposeString('title', { description: 'One plain sentence with the numbers in it.' }),
    confidence: t.exposeFloat('confidence', { description: 'From 0 to 1: for a correlation 1 - q, for a trend 1 - p.' }),
    range: t.field({ type: DateRange, description: 'The days it rests on.', resolve: ({ rangeFrom, rangeTo }) => ({ from: rangeFrom, to: rangeTo }) as never }),
    metrics: t.field({ type: [Metric], description: 'What it is about.', resolve: ({ metricIds }, _, context) => Promise.all(metricIds.map((id) => loadMetric(context, id))) }),
    evidence: t.field({ type: InsightEvidence, description: 'The numbers.', resolve: (insight) => insight.evidence as unknown as Evidence }),
    isActive: t.exposeBoolean('isActive', { description: 'False once it no longer holds, or was dismissed.' }),
    rating: t.field({ type: InsightRating, nullable: true, description: 'What the person thinks of it.', resolve: (insight) => insight.rating as insights.InsightRating | null }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was first found.', resolve: (insight) => insight.createdAt }),
    updatedAt: t.field({ type: 'DateTime', description: 'When its numbers last changed.', resolve: (insight) => insight.updatedAt }),
  }),
});
addChangedEntity(Insight);

const InsightConnection = defineConnection('Insight', Insight as never);

const NearCopy = builder.objectRef<Report['nearCopies'][number]>('NearCopy').implement({
  description: 'Two metrics that say the same on the same day, such as steps and distance: no discovery, so not tested.',
  fields: (t) => ({
    metrics: t.field({ type: [Metric], description: 'The two.', resolve: ({ a, b }, _, context) => Promise.all([a, b].map((id) => loadMetric(context, id))) }),
    coefficient: t.exposeFloat('coefficient', { description: 'Spearman\'s, on the same day.' }),
  }),
});

const CorrelationReport = builder.objectRef<Report>('CorrelationReport').implement({
  description: 'Every pair and lag that was tested.',
  fields: (t) => ({
    range: t.field({ type: DateRange, description: 'The days looked at.', resolve: (report) => report.range }),
    method: t.field({ type: CorrelationMethod, description: 'How it was measured.', resolve: (report) => report.method }),
    familySize: t.exposeInt('familySize', { description: 'How many tests were made; q answers for all of them.' }),
    falseDiscoveryRate: t.float({ description: 'The share of false ones among the significant that is accepted.', resolve: () => FALSE_DISCOVERY_RATE }),
    correlations: t.field({
      type: [Correlation], description: 'The tests, strongest evidence first.',
      args: { significantOnly: t.arg.boolean({ defaultValue: true, description: 'Only those within the false-discovery rate.' }) },
      resolve: ({ correlations }, { significantOnly }) =>
        correlations.filter((row) => row.isSignificant || !significantOnly).sort((a, b) => a.qValue - b.qValue || a.pValue - b.pValue),
    }),
    nearCopies: t.field({ type: [NearCopy], description: 'Pairs left out because they are one measurement.', resolve: (report) => report.nearCopies }),
  }),
});

const InsightReadiness = builder.objectRef<Readiness>('InsightReadiness').implement({
  description: 'Why there is no answer yet about a metric or a pair, and what would be needed.',
  fields: (t) => ({
    metrics: t.field({ type: [Metric], description: 'One metric, or the two of a pair.', resolve: ({ metricIds }, _, context) => Promise.all(metricIds.map((id) => loadMetric(context, id))) }),
    type: t.field({ type: InsightType, description: 'What kind of answer.', resolve: (row) => row.type }),
    reason: t.field({ type: ReadinessReason, description: 'What stands in the way.', resolve: (row) => row.reason }),
    message: t.exposeString('message', { description: 'The same in a plain sentence.' }),
    missingDays: t.exposeInt('missingDays', { nullable: true, description: 'How many more days would do; null when days are not what is missing.' }),
  }),
});

const InsightFilter = builder.inputType('InsightFilter', {
  description: 'Which insights; the active ones when nothing is said.',
  fields: (t) => ({
    types: t.field({ type: [InsightType], description: 'Of these kinds.' }),
    metricIds: t.idList({ description: 'About at least one of these metrics.' }),
    isActive: t.boolean({ description: 'False for those that no longer hold or were dismissed.' }),
  }),
});
const CorrelationsInput = builder.inputType('CorrelationsInput', {
  description: 'What to test.',
  fields: (t) => ({
    range: t.field({ type: DateRangeInput, description: 'Which days; the last three years of data when nothing is said.' }),
    metricIds: t.idList({ description: 'Which metrics; all active ones when nothing is said.' }),
    method: t.field({ type: CorrelationMethod, defaultValue: 'SPEARMAN', description: 'How to measure.' }),
    maxLagDays: t.int({ defaultValue: 7, description: '0 to 14.' }),
  }),
});
const TrendsInput = builder.inputType('TrendsInput', {
  description: 'What to test.',
  fields: (t) => ({
    range: t.field({ type: DateRangeInput, description: 'Which days; the last three years of data when nothing is said.' }),
    metricIds: t.idList({ description: 'Which metrics; all active ones when nothing is said.' }),
  }),
});

builder.queryFields((t) => ({
  insight: t.field({
    type: Insight, nullable: true, description: 'One insight; null when there is none of this id.',
    args: { id: t.arg.id({ required: true, description: 'The insight.' }) },
    resolve: (_, { id }, context) => insights.getInsight(viewerOf(context), id),
  }),
  insights: t.field({
    type: InsightConnection, description: 'Insights, the newest first.',
    args: { filter: t.arg({ type: InsightFilter, description: 'Which ones.' }), ...connectionArguments },
    resolve: (_, { filter, ...page }, context) =>
      resolveConnection(page, (insight: InsightRow) => [insight.id], (part) => insights.listInsights(viewerOf(context), filter ?? {}, part)) as never,
  }),
  correlations: t.field({
    type: CorrelationReport, description: 'Every pair and lag tested, with its statistics; nothing hidden.',
    args: { input: t.arg({ type: CorrelationsInput, required: true, description: 'What to test.' }) },
    resolve: (_, { input }, context) => reportCorrelations(viewerOf(context), input),
  }),
  trends: t.field({
    type: [Trend], description: 'The trend of each metric that has at least ten days, steady ones included.',
    args: { input: t.arg({ type: TrendsInput, required: true, description: 'What to test.' }) },
    resolve: (_, { input }, context) => reportTrends(viewerOf(context), input),
  }),
  insightReadiness: t.field({
    type: [InsightReadiness], description: 'Why there is no insight yet, and what would be needed.',
    args: { metricIds: t.arg.idList({ description: 'Which metrics; all active ones when nothing is said.' }) },
    resolve: (_, { metricIds }, context) => reportReadiness(viewerOf(context), metricIds ?? null),
  }),
}));

builder.mutationFields((t) => ({
  refreshInsights: t.field({
    type: Job, description: 'Queues an analysis now instead of waiting for the debounce.',
    resolve: async (_, __, context) => (await getJob(viewerOf(context), await insights.requestRefresh(viewerOf(context))))!,
  }),
  rateInsight: t.field({
    type: Insight, description: 'Says what this person thinks of an insight.',
    args: {
      id: t.arg.id({ required: true, description: 'The insight.' }),
      rating: t.arg({ type: InsightRating, required: true, description: 'The verdict.' }),
    },
    resolve: (_, { id, rating }, context) => insights.rateInsight(viewerOf(context), id, rating),
  }),
  dismissInsight: t.field({
    type: Insight, description: 'Puts an insight away for good.',
    args: { id: t.arg.id({ required: true, description: 'The insight.' }) },
    resolve: (_, { id }, context) => insights.dismissInsight(viewerOf(context), id),
  }),
}));
