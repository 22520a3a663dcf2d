import { builder } from '../../graphql/builder.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { loadMetric, Metric } from '../metrics/graphql.ts';
import type { AnomalyEvidence, ForecastEvidence } from './evidence.ts';

/** What is said of single days, past and to come. */

const Extreme = defineEnum<NonNullable<AnomalyEvidence['extreme']>>('Extreme', 'An end of what has been.', {
  HIGHEST: 'The highest value.',
  LOWEST: 'The lowest value.',
});

export const Anomaly = builder.objectRef<AnomalyEvidence>('Anomaly').implement({
  description: 'A day unlike the days before it.',
  fields: (t) => ({
    metric: t.field({
      type: Metric,
      description: 'The metric.',
      resolve: (row, _, context) => loadMetric(context, row.metricId),
    }),
    date: t.field({ type: 'Date', description: 'The day.', resolve: (row) => row.date as never }),
    value: t.exposeFloat('value', { description: 'What it was.' }),
    expected: t.exposeFloat('expected', { description: 'The usual value of such a weekday at that time.' }),
    deviation: t.exposeFloat('deviation', { description: 'From the expected, in median absolute deviations.' }),
    extreme: t.field({
      type: Extreme,
      nullable: true,
      description: 'Whether it was the highest or lowest for some time.',
      resolve: (row) => row.extreme,
    }),
    extremeOfDays: t.exposeInt('extremeOfDays', { description: 'For how many days.' }),
    weekday: t.exposeInt('weekday', { description: 'From 0, Monday.' }),
  }),
});

const ForecastModel = defineEnum<ForecastEvidence['model']>('ForecastModel', 'A kind of exponential smoothing.', {
  SIMPLE: 'A level that moves.',
  DAMPED_TREND: 'A level with a trend that tails off.',
  WEEKLY: 'A level with the days of the week.',
  DAMPED_TREND_WEEKLY: 'A level with a trend that tails off and the days of the week.',
});

const ForecastPoint = builder.objectRef<ForecastEvidence['points'][number]>('ForecastPoint').implement({
  description: 'What is to be expected of a day.',
  fields: (t) => ({
    date: t.field({ type: 'Date', description: 'The day.', resolve: (row) => row.date as never }),
    value: t.exposeFloat('value', { description: 'The expected value.' }),
    low: t.exposeFloat('low', { description: 'Lower end of the interval.' }),
    high: t.exposeFloat('high', { description: 'Upper end of the interval.' }),
  }),
});

export const Forecast = builder.objectRef<ForecastEvidence>('Forecast').implement({
  description: 'What the next days should bring; given only where it has done better than plain guesses.',
  fields: (t) => ({
    metric: t.field({
      type: Metric,
      description: 'The metric.',
      resolve: (row, _, context) => loadMetric(context, row.metricId),
    }),
    model: t.field({ type: ForecastModel, description: 'Chosen by back-test.', resolve: (row) => row.model }),
    points: t.field({ type: [ForecastPoint], description: 'Day by day.', resolve: (row) => row.points }),
    level: t.exposeFloat('level', { description: 'Share of values the intervals are meant to hold.' }),
    coverage: t.exposeFloat('coverage', { description: 'Share they held in the back-test.' }),
    error: t.exposeFloat('error', { description: 'Mean absolute error in the back-test.' }),
    naiveError: t.exposeFloat('naiveError', {
      description: 'The same of the best plain guess: the last value, that of a week ago, or the mean.',
    }),
    skill: t.exposeFloat('skill', { description: '1 - error / naiveError.' }),
    n: t.exposeInt('n', { description: 'Days with a value.' }),
  }),
});
