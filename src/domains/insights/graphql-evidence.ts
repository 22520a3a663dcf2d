import type { CorrelationMethod as Method } from '../../analysis/correlations/correlations.ts';
import type { TrendResult } from '../../analysis/trends/trend.ts';
import { builder } from '../../graphql/builder.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { DateRange } from '../entries/graphql.ts';
import { loadMetric, Metric } from '../metrics/graphql.ts';
import type { CorrelationEvidence, TrendEvidence } from './evidence.ts';
import type { InsightType as InsightTypeName } from './insights.ts';

export const InsightType = defineEnum<InsightTypeName>('InsightType', 'What kind of statement an insight is.', {
  CORRELATION: 'Two metrics go together.',
  TREND: 'A metric rises or falls.',
  PATTERN: 'A metric follows the calendar.',
  ANOMALY: 'A value is unusual.',
  FORECAST: 'What is to be expected.',
  RECOMMENDATION: 'What may be worth trying.',
});
export const CorrelationMethod = defineEnum<Method>('CorrelationMethod', 'How going together is measured.', {
  PEARSON: 'By values: how straight the relation is.',
  SPEARMAN: 'By ranks, with average ranks for ties: how steady the relation is.',
});
export const TrendDirection = defineEnum<TrendResult['direction']>('TrendDirection', 'Where a metric goes.', {
  RISING: 'Upwards, at p < 0.05.',
  FALLING: 'Downwards, at p < 0.05.',
  STEADY: 'Nowhere that could be told from chance.',
});
export const Correlation = builder.objectRef<CorrelationEvidence>('Correlation').implement({
  description: "The driver's value on day t beside the outcome's on day t + lagDays, over the days that have both.",
  fields: (t) => ({
    driver: t.field({
      type: Metric,
      description: 'The metric of the earlier day.',
      resolve: (row, _, context) => loadMetric(context, row.driver),
    }),
    outcome: t.field({
      type: Metric,
      description: 'The metric of the later day.',
      resolve: (row, _, context) => loadMetric(context, row.outcome),
    }),
    lagDays: t.exposeInt('lagDays', { description: 'Days from driver to outcome.' }),
    method: t.field({ type: CorrelationMethod, description: 'How it was measured.', resolve: (row) => row.method }),
    coefficient: t.exposeFloat('coefficient', { description: 'On the values as they are, from -1 to 1.' }),
    n: t.exposeInt('n', { description: 'Days that have both.' }),
    effectiveN: t.exposeFloat('effectiveN', {
      description: 'n corrected for autocorrelation: how many independent days they are worth.',
    }),
    pValue: t.exposeFloat('pValue', {
      description: 'Chance of a coefficient this large without any relation, by effectiveN.',
    }),
    qValue: t.exposeFloat('qValue', { description: 'p corrected for the size of the family (Benjamini–Hochberg).' }),
    isSignificant: t.exposeBoolean('isSignificant', { description: 'Whether q is within the false-discovery rate.' }),
  }),
});

export const Trend = builder.objectRef<TrendEvidence>('Trend').implement({
  description: 'Where one metric goes over a range of days.',
  fields: (t) => ({
    metric: t.field({
      type: Metric,
      description: 'The metric.',
      resolve: (row, _, context) => loadMetric(context, row.metricId),
    }),
    range: t.field({ type: DateRange, description: 'From the first to the last value.', resolve: (row) => row.range }),
    direction: t.field({ type: TrendDirection, description: 'Where it goes.', resolve: (row) => row.direction }),
    slopePerDay: t.exposeFloat('slopePerDay', { description: "Theil–Sen slope in the metric's unit per day." }),
    n: t.exposeInt('n', { description: 'Days with a value.' }),
    pValue: t.exposeFloat('pValue', { description: 'By Mann–Kendall, corrected for ties and autocorrelation.' }),
    strength: t.exposeFloat('strength', { description: "Kendall's tau, from -1 to 1." }),
  }),
});
