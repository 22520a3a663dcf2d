import type { Tautology } from '../../analysis/correlations/tautologies.ts';
import { FALSE_DISCOVERY_RATE } from '../../analysis/correlations/correlations.ts';
import { builder } from '../../graphql/builder.ts';
import { viewerOf } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { heavy } from '../../graphql/operation-throttles.ts';
import { DateRange, DateRangeInput } from '../entries/graphql.ts';
import { loadMetric, Metric } from '../metrics/graphql.ts';
import { Trend } from './graphql-courses.ts';
import { InsightType } from './graphql-evidence.ts';
import { Correlation, CorrelationMethod } from './graphql-relations.ts';
import {
  reportCorrelations,
  reportReadiness,
  reportTrends,
  type CorrelationReport as Report,
  type Readiness,
} from './statistics.ts';

const ReadinessReason = defineEnum<Readiness['reason']>('ReadinessReason', 'Why there can be no answer yet.', {
  READY: 'There is enough to look for one.',
  TOO_FEW_DAYS: 'There are too few days with a value.',
  TOO_FEW_PAIRED_DAYS: 'There are too few days with values of both.',
  CONSTANT: 'The value never changes.',
  NOT_NUMERIC: 'The values are words.',
  NOT_BETTER_THAN_NAIVE: 'No forecast does better than a plain guess.',
  TAUTOLOGY: 'The two are one measurement, or one is made of the other.',
  NOT_ACTIONABLE: 'Nobody has said whether it should become higher or lower.',
  NOT_APPLICABLE: 'The question makes no sense for it, or it is no longer kept.',
});

const TautologyKind = defineEnum<Tautology['kind']>('TautologyKind', 'Why two metrics cannot but go together.', {
  COPY: 'They are one measurement under two names, such as steps and distance.',
  PART: 'One is a part of the other, or computed from it with others.',
  CHANGE: 'One is the change, the running sum or the average of the other.',
});

const TautologyType = builder.objectRef<Tautology>('Tautology').implement({
  description: 'Two metrics that cannot but go together: no discovery, so not tested.',
  fields: (t) => ({
    kind: t.field({ type: TautologyKind, description: 'Why.', resolve: ({ kind }) => kind }),
    metrics: t.field({
      type: [Metric],
      description: 'The two.',
      resolve: ({ a, b }, _, context) => Promise.all([a, b].map((id) => loadMetric(context, id))),
    }),
    coefficient: t.exposeFloat('coefficient', { description: 'What gives them away, from -1 to 1.' }),
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
    tautologies: t.field({
      type: [TautologyType],
      description: 'Pairs left out because they cannot but go together.',
      resolve: (report) => report.tautologies,
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
    isFound: t.exposeBoolean('isFound', { description: 'Whether an insight answers the question now.' }),
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
      description: 'Which days; up to five years before the newest value when nothing is said.',
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
      description: 'Which days; up to five years before the newest value when nothing is said.',
    }),
    metricIds: t.idList({ description: 'Which metrics; all active ones when nothing is said.' }),
  }),
});

builder.queryFields((t) => ({
  correlations: t.field({
    extensions: heavy,
    type: CorrelationReport,
    description: 'Every pair and lag tested, with its statistics; nothing hidden.',
    args: { input: t.arg({ type: CorrelationsInput, required: true, description: 'What to test.' }) },
    resolve: (_, { input }, context) => reportCorrelations(viewerOf(context), input),
  }),
  trends: t.field({
    extensions: heavy,
    type: [Trend],
    description: 'The trend of each metric that has at least ten days, steady ones included.',
    args: { input: t.arg({ type: TrendsInput, required: true, description: 'What to test.' }) },
    resolve: (_, { input }, context) => reportTrends(viewerOf(context), input),
  }),
  insightReadiness: t.field({
    extensions: heavy,
    type: [InsightReadiness],
    description: 'Why there is no insight yet, and what would be needed.',
    args: { metricIds: t.arg.idList({ description: 'Which metrics; all active ones when nothing is said.' }) },
    resolve: (_, { metricIds }, context) => reportReadiness(viewerOf(context), metricIds ?? null),
  }),
}));
