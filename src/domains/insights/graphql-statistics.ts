import { FALSE_DISCOVERY_RATE } from '../../analysis/correlations/correlations.ts';
import type { ReadinessReason as Reason } from '../../analysis/readiness.ts';
import { builder } from '../../graphql/builder.ts';
import { viewerOf } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { DateRange, DateRangeInput } from '../entries/graphql.ts';
import { loadMetric, Metric } from '../metrics/graphql.ts';
import { Correlation, CorrelationMethod, InsightType, Trend } from './graphql-evidence.ts';
import {
  reportCorrelations,
  reportReadiness,
  reportTrends,
  type CorrelationReport as Report,
  type Readiness,
} from './statistics.ts';

const ReadinessReason = defineEnum<Reason>('ReadinessReason', 'Why there can be no answer yet.', {
  READY: 'There can be one.',
  TOO_FEW_DAYS: 'There are too few days with a value.',
  TOO_FEW_PAIRED_DAYS: 'There are too few days with values of both.',
  CONSTANT: 'The value never changes.',
  NOT_NUMERIC: 'The values are words.',
});

const NearCopy = builder.objectRef<Report['nearCopies'][number]>('NearCopy').implement({
  description:
    'Two metrics that say the same on the same day, such as steps and distance: no discovery, so not tested.',
  fields: (t) => ({
    metrics: t.field({
      type: [Metric],
      description: 'The two.',
      resolve: ({ a, b }, _, context) => Promise.all([a, b].map((id) => loadMetric(context, id))),
    }),
    coefficient: t.exposeFloat('coefficient', { description: "Spearman's, on the same day." }),
  }),
});

const CorrelationReport = builder.objectRef<Report>('CorrelationReport').implement({
  description: 'Every pair and lag that was tested.',
  fields: (t) => ({
    range: t.field({ type: DateRange, description: 'The days looked at.', resolve: (report) => report.range }),
    method: t.field({
      type: CorrelationMethod,
      description: 'How it was measured.',
      resolve: (report) => report.method,
    }),
    familySize: t.exposeInt('familySize', { description: 'How many tests were made; q answers for all of them.' }),
    falseDiscoveryRate: t.float({
      description: 'The share of false ones among the significant that is accepted.',
      resolve: () => FALSE_DISCOVERY_RATE,
    }),
    correlations: t.field({
      type: [Correlation],
      description: 'The tests, strongest evidence first.',
      args: {
        significantOnly: t.arg.boolean({
          defaultValue: true,
          description: 'Only those within the false-discovery rate.',
        }),
      },
      resolve: ({ correlations }, { significantOnly }) =>
        correlations
          .filter((row) => row.isSignificant || !significantOnly)
          .sort((a, b) => a.qValue - b.qValue || a.pValue - b.pValue),
    }),
    nearCopies: t.field({
      type: [NearCopy],
      description: 'Pairs left out because they are one measurement.',
      resolve: (report) => report.nearCopies,
    }),
  }),
});

const InsightReadiness = builder.objectRef<Readiness>('InsightReadiness').implement({
  description: 'Why there is no answer yet about a metric or a pair, and what would be needed.',
  fields: (t) => ({
    metrics: t.field({
      type: [Metric],
      description: 'One metric, or the two of a pair.',
      resolve: ({ metricIds }, _, context) => Promise.all(metricIds.map((id) => loadMetric(context, id))),
    }),
    type: t.field({ type: InsightType, description: 'What kind of answer.', resolve: (row) => row.type }),
    reason: t.field({ type: ReadinessReason, description: 'What stands in the way.', resolve: (row) => row.reason }),
    message: t.exposeString('message', { description: 'The same in a plain sentence.' }),
    missingDays: t.exposeInt('missingDays', {
      nullable: true,
      description: 'How many more days would do; null when days are not what is missing.',
    }),
  }),
});

const CorrelationsInput = builder.inputType('CorrelationsInput', {
  description: 'What to test.',
  fields: (t) => ({
    range: t.field({
      type: DateRangeInput,
      description: 'Which days; the last three years of data when nothing is said.',
    }),
    metricIds: t.idList({ description: 'Which metrics; all active ones when nothing is said.' }),
    method: t.field({ type: CorrelationMethod, defaultValue: 'SPEARMAN', description: 'How to measure.' }),
    maxLagDays: t.int({ defaultValue: 7, description: '0 to 14.' }),
  }),
});
const TrendsInput = builder.inputType('TrendsInput', {
  description: 'What to test.',
  fields: (t) => ({
    range: t.field({
      type: DateRangeInput,
      description: 'Which days; the last three years of data when nothing is said.',
    }),
    metricIds: t.idList({ description: 'Which metrics; all active ones when nothing is said.' }),
  }),
});

builder.queryFields((t) => ({
  correlations: t.field({
    type: CorrelationReport,
    description: 'Every pair and lag tested, with its statistics; nothing hidden.',
    args: { input: t.arg({ type: CorrelationsInput, required: true, description: 'What to test.' }) },
    resolve: (_, { input }, context) => reportCorrelations(viewerOf(context), input),
  }),
  trends: t.field({
    type: [Trend],
    description: 'The trend of each metric that has at least ten days, steady ones included.',
    args: { input: t.arg({ type: TrendsInput, required: true, description: 'What to test.' }) },
    resolve: (_, { input }, context) => reportTrends(viewerOf(context), input),
  }),
  insightReadiness: t.field({
    type: [InsightReadiness],
    description: 'Why there is no insight yet, and what would be needed.',
    args: { metricIds: t.arg.idList({ description: 'Which metrics; all active ones when nothing is said.' }) },
    resolve: (_, { metricIds }, context) => reportReadiness(viewerOf(context), metricIds ?? null),
  }),
}));
