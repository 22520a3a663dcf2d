import { builder } from '../../graphql/builder.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { DateRange } from '../entries/graphql.ts';
import { loadMetric, Metric } from '../metrics/graphql.ts';
import type { CalendarPatternEvidence, ChangePointEvidence, StreakEvidence, TrendEvidence } from './evidence.ts';

/** What is said of the course of one metric. */

const TrendDirection = defineEnum<TrendEvidence['direction']>('TrendDirection', 'Where a metric goes.', {
  RISING: 'Upwards, at p < 0.05.',
  FALLING: 'Downwards, at p < 0.05.',
  STEADY: 'Nowhere that could be told from chance.',
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
    velocity: t.exposeFloat('velocity', {
      nullable: true,
      description: 'The slope of the last four weeks, per day; null while there are too few values.',
    }),
    acceleration: t.exposeFloat('acceleration', {
      nullable: true,
      description: 'How much the velocity differs from that of the four weeks before, per day and day.',
    }),
  }),
});

export const ChangePoint = builder.objectRef<ChangePointEvidence>('ChangePoint').implement({
  description: 'A day from which on a metric keeps to another level.',
  fields: (t) => ({
    metric: t.field({
      type: Metric,
      description: 'The metric.',
      resolve: (row, _, context) => loadMetric(context, row.metricId),
    }),
    date: t.field({ type: 'Date', description: 'First day of the new level.', resolve: (row) => row.date as never }),
    before: t.exposeFloat('before', { description: 'Level before: the median, or the share of yes.' }),
    after: t.exposeFloat('after', { description: 'Level since.' }),
    daysBefore: t.exposeInt('daysBefore', { description: 'Days with a value at the level before.' }),
    daysAfter: t.exposeInt('daysAfter', { description: 'Days with a value at the level since.' }),
    pValue: t.exposeFloat('pValue', { description: 'Corrected for autocorrelation and for the search.' }),
  }),
});

const CalendarCycle = defineEnum<CalendarPatternEvidence['cycle']>('CalendarCycle', 'What comes round.', {
  WEEKDAY: 'The days of the week, from Monday.',
  MONTH: 'The months of the year, from January.',
});

const CalendarEffect = builder.objectRef<CalendarPatternEvidence['effects'][number]>('CalendarEffect').implement({
  description: 'What one weekday or month does.',
  fields: (t) => ({
    position: t.exposeInt('position', { description: 'From 0: Monday, or January.' }),
    difference: t.exposeFloat('difference', { description: "From the person's usual level, in the metric's unit." }),
    days: t.exposeInt('days', { description: 'Days with a value.' }),
  }),
});

const CalendarExtreme = builder.objectRef<CalendarPatternEvidence['strongest']>('CalendarExtreme').implement({
  description: 'The weekday or month that stands out most.',
  fields: (t) => ({
    position: t.exposeInt('position', { description: 'From 0: Monday, or January.' }),
    difference: t.exposeFloat('difference', { description: 'From all others.' }),
    ownLevel: t.exposeFloat('ownLevel', { description: 'Its level.' }),
    othersLevel: t.exposeFloat('othersLevel', { description: 'The level of all others.' }),
    days: t.exposeInt('days', { description: 'Its days with a value.' }),
  }),
});

export const CalendarPattern = builder.objectRef<CalendarPatternEvidence>('CalendarPattern').implement({
  description: 'What weekdays or months do to a metric.',
  fields: (t) => ({
    metric: t.field({
      type: Metric,
      description: 'The metric.',
      resolve: (row, _, context) => loadMetric(context, row.metricId),
    }),
    cycle: t.field({ type: CalendarCycle, description: 'What comes round.', resolve: (row) => row.cycle }),
    effects: t.field({
      type: [CalendarEffect],
      description: 'Each weekday or month that has values.',
      resolve: (row) => row.effects,
    }),
    strongest: t.field({ type: CalendarExtreme, description: 'What stands out.', resolve: (row) => row.strongest }),
    n: t.exposeInt('n', { description: 'Days with a value.' }),
    pValue: t.exposeFloat('pValue', { description: 'Chance of such differences without any pattern.' }),
    qValue: t.exposeFloat('qValue', {
      description:
        'p corrected for all metrics looked at (Benjamini–Hochberg); kept until it is off by more than a twentieth.',
    }),
  }),
});

export const Streak = builder.objectRef<StreakEvidence>('Streak').implement({
  description: 'Consecutive days with a yes.',
  fields: (t) => ({
    metric: t.field({
      type: Metric,
      description: 'The metric.',
      resolve: (row, _, context) => loadMetric(context, row.metricId),
    }),
    days: t.exposeInt('days', { description: 'Its length so far.' }),
    since: t.field({ type: 'Date', description: 'Its first day.', resolve: (row) => row.since as never }),
    milestone: t.exposeInt('milestone', { description: 'The mark it has passed: 7, 30, 100 or 365 days.' }),
    longestDays: t.exposeInt('longestDays', { description: 'The longest there has been, this one included.' }),
  }),
});
