import type { CorrelationMethod as Method } from '../../analysis/correlations/correlations.ts';
import { builder } from '../../graphql/builder.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { DateRange } from '../entries/graphql.ts';
import { loadMetric, Metric } from '../metrics/graphql.ts';
import type {
  ChangingRelationEvidence,
  CorrelationEvidence,
  EffectEvidence,
  Interval as Limits,
  RecommendationEvidence,
} from './evidence.ts';

/** What is said of two metrics. */

export const CorrelationMethod = defineEnum<Method>('CorrelationMethod', 'How going together is measured.', {
  PEARSON: 'By values: how straight the relation is.',
  SPEARMAN: 'By ranks, with average ranks for ties: how steady the relation is.',
});

const Interval = builder.objectRef<Limits>('Interval').implement({
  description: 'Confidence limits at 95 %.',
  fields: (t) => ({
    low: t.exposeFloat('low', { description: 'The lower limit.' }),
    high: t.exposeFloat('high', { description: 'The upper limit.' }),
  }),
});

const Effect = builder.objectRef<EffectEvidence>('Effect').implement({
  description:
    "What goes along with the driver, in the outcome's unit: days with at least the threshold beside days with less, or days with yes beside days with no. Shares, from 0 to 1, when the outcome is yes or no.",
  fields: (t) => ({
    threshold: t.exposeFloat('threshold', {
      nullable: true,
      description:
        'A round number near the middle of the driver, chosen without a look at the outcome; null for yes/no.',
    }),
    meanAbove: t.exposeFloat('meanAbove', { description: 'Mean of the outcome on days with at least the threshold.' }),
    meanBelow: t.exposeFloat('meanBelow', { description: 'Mean of the outcome on the other days.' }),
    nAbove: t.exposeInt('nAbove', { description: 'Days with at least the threshold.' }),
    nBelow: t.exposeInt('nBelow', { description: 'The other days.' }),
    difference: t.exposeFloat('difference', { description: 'meanAbove - meanBelow, on the values as they are.' }),
    adjustedDifference: t.exposeFloat('adjustedDifference', {
      description: 'The same after weekday, trend and yearly season are removed.',
    }),
    interval: t.field({
      type: Interval,
      description: 'Of the adjusted difference.',
      resolve: (effect) => effect.interval,
    }),
  }),
});

type Pair = { driver: string; outcome: string; lagDays: number };
type FieldsOf<Row> = PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, Row>;

/** Which two metrics are beside each other. */
const pairFields = <Row extends Pair>(t: FieldsOf<Row>) => ({
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
  lagDays: t.int({ description: 'Days from driver to outcome.', resolve: (row) => row.lagDays }),
});

export const Correlation = builder.objectRef<CorrelationEvidence>('Correlation').implement({
  description: "The driver's value on day t beside the outcome's on day t + lagDays, over the days that have both.",
  fields: (t) => ({
    ...pairFields(t),
    method: t.field({ type: CorrelationMethod, description: 'How it was measured.', resolve: (row) => row.method }),
    coefficient: t.exposeFloat('coefficient', { description: 'On the values as they are, from -1 to 1.' }),
    adjustedCoefficient: t.exposeFloat('adjustedCoefficient', {
      description:
        'After weekday, straight trend and yearly season are removed from both, so that two rising lines are no discovery. This one is tested.',
    }),
    interval: t.field({
      type: Interval,
      nullable: true,
      description: 'Of the adjusted coefficient; given with insights.',
      resolve: (row) => row.interval,
    }),
    n: t.exposeInt('n', { description: 'Days that have both.' }),
    effectiveN: t.exposeFloat('effectiveN', {
      description: 'n corrected for autocorrelation: how many independent days they are worth.',
    }),
    pValue: t.exposeFloat('pValue', {
      description: 'Chance of an adjusted coefficient this large without any relation, by effectiveN.',
    }),
    qValue: t.exposeFloat('qValue', {
      description:
        'p corrected for the size of the family (Benjamini–Hochberg). An insight keeps it, its confidence and the family size as they were written until one of them is off by more than a twentieth.',
    }),
    isSignificant: t.exposeBoolean('isSignificant', { description: 'Whether q is within the false-discovery rate.' }),
    familySize: t.exposeInt('familySize', { description: 'How many tests share the q-value.' }),
    effect: t.field({
      type: Effect,
      nullable: true,
      description: "What it means in the outcome's unit; given with insights.",
      resolve: (row) => row.effect,
    }),
  }),
});

const RelationVerdict = defineEnum<ChangingRelationEvidence['verdict']>(
  'RelationVerdict',
  'How a relation has changed.',
  {
    FADED: 'It held once and does so no longer.',
    EMERGED: 'It holds now and did not before.',
    CHANGED: 'It is of another strength now.',
  },
);

const RelationWindow = builder.objectRef<ChangingRelationEvidence['windows'][number]>('RelationWindow').implement({
  description: 'A relation within a window of days.',
  fields: (t) => ({
    range: t.field({ type: DateRange, description: 'The window.', resolve: (row) => row.range }),
    coefficient: t.exposeFloat('coefficient', { description: 'The adjusted coefficient within it.' }),
    n: t.exposeInt('n', { description: 'Days that have both.' }),
  }),
});

export const ChangingRelation = builder.objectRef<ChangingRelationEvidence>('ChangingRelation').implement({
  description: 'A relation that is not what it was, window by window.',
  fields: (t) => ({
    ...pairFields(t),
    verdict: t.field({ type: RelationVerdict, description: 'What has become of it.', resolve: (row) => row.verdict }),
    windows: t.field({
      type: [RelationWindow],
      description: 'By age, the oldest first.',
      resolve: (row) => row.windows,
    }),
    pValue: t.exposeFloat('pValue', { description: 'Chance of such a change in a relation that stays the same.' }),
  }),
});

const RecommendedAim = defineEnum<RecommendationEvidence['aim']>('RecommendedAim', 'What to try.', {
  AT_LEAST: 'The threshold or more.',
  BELOW: 'Less than the threshold.',
  YES: 'To do it.',
  NO: 'To leave it.',
});

export const Recommendation = builder.objectRef<RecommendationEvidence>('Recommendation').implement({
  description:
    'Something that may be worth trying: a metric this person can decide over goes along with one that is to become better. What goes along is not proven to be the cause.',
  fields: (t) => ({
    driver: t.field({
      type: Metric,
      description: 'What to change.',
      resolve: (row, _, context) => loadMetric(context, row.driver),
    }),
    outcome: t.field({
      type: Metric,
      description: 'What is to become better.',
      resolve: (row, _, context) => loadMetric(context, row.outcome),
    }),
    lagDays: t.exposeInt('lagDays', { description: 'Days until the outcome.' }),
    aim: t.field({ type: RecommendedAim, description: 'What to try.', resolve: (row) => row.aim }),
    threshold: t.exposeFloat('threshold', { nullable: true, description: 'Of the driver; null for yes/no.' }),
    expectedDifference: t.exposeFloat('expectedDifference', {
      description: "Adjusted difference between such days and the others, in the outcome's unit.",
    }),
    interval: t.field({ type: Interval, description: 'Of the difference.', resolve: (row) => row.interval }),
    habitShare: t.exposeFloat('habitShare', {
      description: 'Share of the last 28 days with a value on which it was so already.',
    }),
    score: t.exposeFloat('score', {
      description: 'What it is ranked by: gain, room for it, and how similar ones were rated.',
    }),
  }),
});
