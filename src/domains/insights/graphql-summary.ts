import { builder } from '../../graphql/builder.ts';
import { viewerOf } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { heavy } from '../../graphql/operation-throttles.ts';
import { DateRange, DateRangeInput } from '../entries/graphql.ts';
import { loadMetric, Metric } from '../metrics/graphql.ts';
import { idsMax, type MetricDay, type MetricSummary, type StandoutDay } from './metric-summary.ts';
import { readSummary, summaryInsightsMax, type InsightSummary } from './summary.ts';
import { summaryDaysMax, type SummaryPeriod as Period } from './summary-range.ts';

const SummaryPeriod = defineEnum<Period>('SummaryPeriod', 'How long a time a summary is of.', {
  DAILY: "The person's today once it has a value; until then the day before.",
  WEEKLY: 'The last seven days, today included.',
  MONTHLY: 'The last thirty days, today included.',
});

const MetricDayRef = builder.objectRef<MetricDay>('MetricDay').implement({
  description: "A metric's value of one day.",
  fields: (t) => ({
    date: t.field({ type: 'Date', description: 'The day.', resolve: (day) => day.date }),
    value: t.exposeFloat('value', { description: "The day's value." }),
    entryIds: t.exposeIDList('entryIds', { description: `The entries it is made of; at most ${idsMax.day}.` }),
  }),
});

const nothingToSay = 'null when `silence` says why.';

const MetricSummaryRef = builder.objectRef<MetricSummary>('MetricSummary').implement({
  description: 'What a metric was like in a period, beside the equally long one before.',
  fields: (t) => ({
    metric: t.field({
      type: Metric,
      description: 'The metric.',
      resolve: (summary, _, context) => loadMetric(context, summary.metricId),
    }),
    level: t.exposeFloat('level', {
      nullable: true,
      description: 'Mean of the daily values, of yes and no the share of yes; null when there is none.',
    }),
    previousLevel: t.exposeFloat('previousLevel', { nullable: true, description: 'The same of the period before.' }),
    difference: t.exposeFloat('difference', { nullable: true, description: 'level - previousLevel.' }),
    usualDifference: t.exposeFloat('usualDifference', {
      nullable: true,
      description: `Half of the differences between such periods of the past were larger than this; ${nothingToSay}`,
    }),
    zScore: t.exposeFloat('zScore', {
      nullable: true,
      description: `The difference in units of the usual ones, by ranks and without the weekday; ${nothingToSay}`,
    }),
    pValue: t.exposeFloat('pValue', {
      nullable: true,
      description: `Chance of a difference this large by the usual ups and downs alone; ${nothingToSay}`,
    }),
    qValue: t.exposeFloat('qValue', {
      nullable: true,
      description: `p corrected for all metrics of the summary (Benjamini–Hochberg); ${nothingToSay}`,
    }),
    pastPeriods: t.exposeInt('pastPeriods', {
      nullable: true,
      description: `How many earlier differences it was compared with; ${nothingToSay}`,
    }),
    isChanged: t.exposeBoolean('isChanged', {
      description: 'Whether it changed by more than its usual ups and downs: p < 0.05 and q <= 0.10.',
    }),
    days: t.exposeInt('days', { description: 'Days of the period with a value.' }),
    previousDays: t.exposeInt('previousDays', { description: 'Days of the period before with a value.' }),
    highest: t.field({
      type: MetricDayRef,
      nullable: true,
      description: 'The day of the period with the highest value, the first of several.',
      resolve: (summary) => summary.highest,
    }),
    lowest: t.field({
      type: MetricDayRef,
      nullable: true,
      description: 'The day of the period with the lowest value, the first of several.',
      resolve: (summary) => summary.lowest,
    }),
    entryIds: t.exposeIDList('entryIds', {
      description: `The entries of both periods that the numbers are made of, the newest day first; at most ${idsMax.metric}, and ${idsMax.day} of a day.`,
    }),
    entryCount: t.exposeInt('entryCount', { description: 'How many entries these are in all.' }),
    silence: t.exposeString('silence', {
      nullable: true,
      description: 'Why it cannot be said whether it changed, in one plain sentence; null when it can.',
    }),
  }),
});

const StandoutDayRef = builder.objectRef<StandoutDay>('StandoutDay').implement({
  description: 'A day unlike the days of the metric before it.',
  fields: (t) => ({
    metric: t.field({
      type: Metric,
      description: 'The metric.',
      resolve: (day, _, context) => loadMetric(context, day.metricId),
    }),
    date: t.field({ type: 'Date', description: 'The day.', resolve: (day) => day.date }),
    value: t.exposeFloat('value', { description: 'What it was.' }),
    expected: t.exposeFloat('expected', { description: 'The usual value of such a weekday at that time.' }),
    deviation: t.exposeFloat('deviation', { description: 'From the expected, in median absolute deviations.' }),
    pValue: t.exposeFloat('pValue', { description: 'How rare such a deviation is among those before.' }),
    sentence: t.exposeString('sentence', { description: 'The same in one plain sentence.' }),
    entryIds: t.exposeIDList('entryIds', { description: `The entries it is made of; at most ${idsMax.day}.` }),
  }),
});

const InsightSummaryRef = builder.objectRef<InsightSummary>('InsightSummary').implement({
  description: "What a period was like by the person's active numeric metrics.",
  fields: (t) => ({
    range: t.field({ type: DateRange, description: 'The days of the period.', resolve: (summary) => summary.range }),
    previousRange: t.field({
      type: DateRange,
      description: 'The equally many days just before, which it is compared with.',
      resolve: (summary) => summary.previousRange,
    }),
    headline: t.exposeString('headline', { description: 'All of it in one plain sentence.' }),
    metrics: t.field({
      type: [MetricSummaryRef],
      description: 'Every metric that has a value in either period.',
      resolve: (summary) => summary.metrics,
    }),
    changed: t.field({
      type: [MetricSummaryRef],
      description: 'Those that changed, strongest evidence first.',
      resolve: (summary) => summary.changed,
    }),
    stoodOut: t.field({
      type: [StandoutDayRef],
      description:
        'Days of the period that were unusual, the rarest first; by chance alone one of a hundred per metric.',
      resolve: (summary) => summary.stoodOut,
    }),
    newInsights: t.field({
      // By its name: the type is defined by a file that stands beside this one.
      type: ['Insight'] as never,
      description: `Insights found in the period that hold, the newest first; at most ${summaryInsightsMax}.`,
      resolve: (summary) => summary.newInsights as never,
    }),
    retractedInsights: t.field({
      type: ['Insight'] as never,
      description: `Insights taken back in the period, the newest first; at most ${summaryInsightsMax}.`,
      resolve: (summary) => summary.retractedInsights as never,
    }),
  }),
});

builder.queryField('insightSummary', (t) =>
  t.field({
    extensions: heavy,
    type: InsightSummaryRef,
    description:
      'What a period was like: levels, changes beyond the usual ups and downs, insights that came and went. Values of a sum on a day that is not over count in the levels, not in the comparison.',
    args: {
      period: t.arg({ type: SummaryPeriod, required: true, defaultValue: 'WEEKLY', description: 'How long a time.' }),
      range: t.arg({ type: DateRangeInput, description: `These days instead; at most ${summaryDaysMax}.` }),
    },
    resolve: (_, { period, range }, context) => readSummary(viewerOf(context), period, range ?? null),
  }),
);
