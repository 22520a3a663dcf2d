import type { Metric as MetricRow } from '../../../generated/prisma/client.ts';
import { builder } from '../../graphql/builder.ts';
import { addChangedEntity } from '../../graphql/change.ts';
import { connectionArguments, defineConnection, resolveConnection } from '../../graphql/connection.ts';
import { loadOne, viewerOf, type Context } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { UnauthenticatedError } from '../../kernel/errors.ts';
import {
  metricLimits,
  type Aggregation as AggregationName,
  type DesiredDirection as DesiredName,
  type MetricType as MetricTypeName,
} from './input.ts';
import * as metrics from './metrics.ts';
import { isActionableByDefault } from './rules.ts';

export const MetricType = defineEnum<MetricTypeName>('MetricType', 'What kind of values a metric has.', {
  RATING: 'A mark on a scale, such as 1 to 5.',
  DURATION: 'Seconds, not negative.',
  BINARY: 'Yes or no.',
  NUMBER: 'Any finite number.',
  TEXT: 'Words; no part of any statistics.',
});

export const Aggregation = defineEnum<AggregationName>(
  'Aggregation',
  "How several entries of one day become the day's value.",
  {
    SUM: 'Their sum.',
    MEAN: 'Their mean.',
    LAST: 'The last one by time of day.',
    MIN: 'The least.',
    MAX: 'The greatest.',
  },
);

export const DesiredDirection = defineEnum<DesiredName>('DesiredDirection', 'Where a person wants a metric to go.', {
  HIGHER: 'More of it is better.',
  LOWER: 'Less of it is better.',
});

export const Metric = builder.prismaObject('Metric', {
  description: 'Something a person tracks.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID, chosen by the client or UUIDv7.' }),
    name: t.exposeString('name', { description: `At most ${metricLimits.name} characters.` }),
    type: t.field({
      type: MetricType,
      description: 'What kind of values it has; fixed.',
      resolve: (metric) => metric.type as MetricTypeName,
    }),
    category: t.exposeString('category', {
      description: `At most ${metricLimits.category} characters; "general" when nothing was said.`,
    }),
    unit: t.exposeString('unit', { nullable: true, description: `At most ${metricLimits.unit} characters.` }),
    min: t.exposeFloat('min', { nullable: true, description: 'The least value allowed.' }),
    max: t.exposeFloat('max', { nullable: true, description: 'The greatest value allowed.' }),
    step: t.exposeFloat('step', { nullable: true, description: 'Values are whole steps from `min`, or from 0.' }),
    aggregation: t.field({
      type: Aggregation,
      description: 'How several entries of a day become one value.',
      resolve: (metric) => metric.aggregation as AggregationName,
    }),
    desired: t.field({
      type: DesiredDirection,
      nullable: true,
      description: 'Where the person wants it to go; null while they have not said. Recommendations need it.',
      resolve: (metric) => (metric.desired ?? null) as DesiredName | null,
    }),
    isActionable: t.boolean({
      description: 'Whether the person can decide over it: only such metrics can be recommended to change.',
      // The log holds metrics from before this was kept.
      resolve: ({ isActionable, type }) => isActionable ?? isActionableByDefault(type as MetricTypeName),
    }),
    sources: t.stringList({
      description:
        'The programs and devices that bring its entries ("apple-health: Watch"; "api" is what the person writes). Of those of one day the first one counts, see `Entry.isCounted`. Empty while all entries are the person\'s own.',
      // The log holds metrics from before this was kept.
      resolve: ({ sources }) => sources ?? [],
    }),
    isActive: t.exposeBoolean('isActive', { description: 'False once archived: kept, but no longer analysed.' }),
    version: t.exposeInt('version', { description: 'Rises with every change of the metric itself.' }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was created.',
      resolve: (metric) => metric.createdAt,
    }),
    updatedAt: t.field({
      type: 'DateTime',
      description: 'When it last changed.',
      resolve: (metric) => metric.updatedAt,
    }),
  }),
});
addChangedEntity(Metric);

const MetricConnection = defineConnection('Metric', Metric as never);

/** A metric by id, deleted ones from the log; for other domains' fields. Batched over the operation. */
export async function loadMetric(context: Context, id: string): Promise<MetricRow> {
  const metric = await loadOne(context, 'metrics', metrics.findMetrics, id);
  // A deleted metric is still in the log: only an account that was erased this moment has neither.
  if (!metric) throw new UnauthenticatedError();
  return metric;
}

const MetricFilter = builder.inputType('MetricFilter', {
  description: 'Which metrics; all when nothing is said.',
  fields: (t) => ({
    category: t.string({ description: 'Of this category only.' }),
    isActive: t.boolean({ description: 'Only active ones, or only archived ones.' }),
  }),
});

export const CreateMetricInput = builder.inputType('CreateMetricInput', {
  description: 'A new metric. Ratings, durations and numbers may have min, max and step.',
  fields: (t) => ({
    id: t.id({ description: "A UUID of the client's choice: the same metric again is then no second one." }),
    name: t.string({ required: true, description: `1 to ${metricLimits.name} characters.` }),
    type: t.field({
      type: MetricType,
      required: true,
      description: 'What kind of values it has; cannot be changed later.',
    }),
    category: t.string({ description: `At most ${metricLimits.category} characters.` }),
    unit: t.string({ description: `At most ${metricLimits.unit} characters.` }),
    min: t.float({ description: 'The least value allowed.' }),
    max: t.float({ description: 'The greatest value allowed.' }),
    step: t.float({ description: 'Values are whole steps from `min`, or from 0. Greater than 0.' }),
    aggregation: t.field({
      type: Aggregation,
      description: 'Unless said: ratings MEAN, durations and numbers SUM, binaries MAX, texts LAST.',
    }),
    desired: t.field({ type: DesiredDirection, description: 'Where it should go; texts cannot go anywhere.' }),
    isActionable: t.boolean({
      description: 'Whether you can decide over it. Unless said: ratings and texts no, all others yes.',
    }),
  }),
});

export const UpdateMetricInput = builder.inputType('UpdateMetricInput', {
  description: 'What is not named stays; a null takes unit, min, max, step or desired away.',
  fields: (t) => ({
    name: t.string({ description: `1 to ${metricLimits.name} characters.` }),
    category: t.string({ description: `At most ${metricLimits.category} characters.` }),
    unit: t.string({ description: `At most ${metricLimits.unit} characters.` }),
    min: t.float({ description: 'The least value allowed.' }),
    max: t.float({ description: 'The greatest value allowed.' }),
    step: t.float({ description: 'Values are whole steps from `min`, or from 0. Greater than 0.' }),
    aggregation: t.field({ type: Aggregation, description: 'How several entries of a day become one value.' }),
    desired: t.field({ type: DesiredDirection, description: 'Where it should go; texts cannot go anywhere.' }),
    isActionable: t.boolean({ description: 'Whether you can decide over it.' }),
    isActive: t.boolean({ description: 'False archives the metric.' }),
    sources: t.stringList({ description: 'Its sources, the one that counts first.' }),
  }),
});

builder.queryFields((t) => ({
  metric: t.field({
    type: Metric,
    nullable: true,
    description: 'One metric; null when there is none of this id.',
    args: { id: t.arg.id({ required: true, description: 'The metric.' }) },
    resolve: (_, { id }, context) => metrics.getMetric(viewerOf(context), id),
  }),
  metrics: t.field({
    type: MetricConnection,
    description: 'The metrics, by id: with UUIDv7 the oldest first.',
    args: { filter: t.arg({ type: MetricFilter, description: 'Which ones.' }), ...connectionArguments },
    resolve: (_, { filter, ...page }, context) =>
      resolveConnection(
        page,
        (metric: MetricRow) => [metric.id],
        (part) => metrics.listMetrics(viewerOf(context), filter ?? {}, part),
      ) as never,
  }),
}));

builder.mutationFields((t) => ({
  createMetric: t.field({
    type: Metric,
    description: 'Creates a metric. The same id and content again returns it unchanged.',
    args: { input: t.arg({ type: CreateMetricInput, required: true, description: 'The metric.' }) },
    resolve: (_, { input }, context) => metrics.createMetric(viewerOf(context), input as never),
  }),
  updateMetric: t.field({
    type: Metric,
    description: 'Changes a metric. Entries that are there already stay as they are.',
    args: {
      id: t.arg.id({ required: true, description: 'The metric.' }),
      input: t.arg({ type: UpdateMetricInput, required: true, description: 'What to change.' }),
      expectedVersion: t.arg.int({ description: 'Fails with CONFLICT when the metric is of another version.' }),
    },
    resolve: (_, { id, input, expectedVersion }, context) =>
      metrics.updateMetric(viewerOf(context), id, input as never, expectedVersion),
  }),
  deleteMetric: t.id({
    description: 'Deletes a metric with all its entries.',
    args: {
      id: t.arg.id({ required: true, description: 'The metric.' }),
      expectedVersion: t.arg.int({ description: 'Fails with CONFLICT when the metric is of another version.' }),
    },
    resolve: (_, { id, expectedVersion }, context) => metrics.deleteMetric(viewerOf(context), id, expectedVersion),
  }),
}));
