import { builder } from '../../graphql/builder.ts';
import { addChangedEntity } from '../../graphql/change.ts';
import { connectionArguments, defineConnection, resolveConnection } from '../../graphql/connection.ts';
import { checksSession } from '../../graphql/session-checks.ts';
import { atHand, viewerOf, type Context } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { addReference } from '../../graphql/references.ts';
import { selects } from '../../graphql/selection.ts';
import { isDay } from '../../kernel/civil-time.ts';
import { isId } from '../../kernel/ids.ts';
import type { Page } from '../../kernel/page.ts';
import type { Metric as MetricRow } from '../../../generated/prisma/client.ts';
import type { GraphQLResolveInfo } from 'graphql';
import { loadMetric, Metric } from '../metrics/graphql.ts';
import { findMetrics } from '../metrics/metrics.ts';
import { toShownValue, type MetricConfig } from '../metrics/rules.ts';
import * as entries from './entries.ts';
import { entryLimits } from './input.ts';
import type { EntryWithMetric } from './entry.ts';
import { entryKey, listEntries, type EntryFilter as Filter } from './read-entries.ts';
import { readSeries, type BucketedSeries, type DayRange } from './series.ts';

const notesText = `At most ${entryLimits.notes} characters.`;
const tagsText = `At most ${entryLimits.tags}, each of at most ${entryLimits.tag} characters.`;

/** At once when it is at hand: waiting for it would keep the sockets from writing a change without the engine. */
const metricOf = (entry: EntryWithMetric, context: Context): MetricRow | Promise<MetricRow> =>
  entry.metric ?? atHand<MetricRow>(context, 'Metric', entry.metricId) ?? loadMetric(context, entry.metricId);

const toValue = (entry: EntryWithMetric, metric: MetricRow) => toShownValue(metric.type as MetricConfig['type'], entry);

export const Entry = builder.objectRef<EntryWithMetric>('Entry').implement({
  description: 'One value of a metric on one day.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID, chosen by the client or UUIDv7.' }),
    metricId: t.exposeID('metricId', { description: 'The id of what was tracked.' }),
    metric: t.field({
      type: Metric,
      description: 'What was tracked.',
      resolve: (entry, _, context) => metricOf(entry, context),
    }),
    date: t.field({ type: 'Date', description: 'The day, as the person lived it.', resolve: (entry) => entry.date }),
    time: t.field({
      type: 'LocalTime',
      nullable: true,
      description: 'The time on that day.',
      resolve: (entry) => entry.time,
    }),
    value: t.field({
      type: 'EntryValue',
      description: "The value, as the metric's type asks.",
      resolve: (entry, _, context) => {
        const metric = metricOf(entry, context);
        return metric instanceof Promise ? metric.then((loaded) => toValue(entry, loaded)) : toValue(entry, metric);
      },
    }),
    number: t.exposeFloat('number', {
      nullable: true,
      description: "The value as a number in the metric's unit; null for text.",
    }),
    notes: t.exposeString('notes', { nullable: true, description: notesText }),
    tags: t.exposeStringList('tags', { description: tagsText }),
    source: t.exposeString('source', {
      description: 'Where it came from: "api", or the kind of import and the device: "apple-health: Watch".',
    }),
    version: t.exposeInt('version', { description: 'Rises with every change of the entry.' }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was written.', resolve: (entry) => entry.createdAt }),
    updatedAt: t.field({ type: 'DateTime', description: 'When it last changed.', resolve: (entry) => entry.updatedAt }),
  }),
});
addChangedEntity(Entry);
addReference({
  from: 'Entry',
  key: 'metricId',
  fields: ['metric', 'value'],
  to: 'Metric',
  load: findMetrics,
});

const EntryConnection = defineConnection('Entry', Entry);

const EntryFilter = builder.inputType('EntryFilter', {
  description: 'Which entries; all when nothing is said. Several conditions must all hold.',
  fields: (t) => ({
    metricIds: t.idList({ description: 'Of these metrics.' }),
    from: t.field({ type: 'Date', description: 'On this day or later.' }),
    to: t.field({ type: 'Date', description: 'On this day or earlier.' }),
    tags: t.stringList({ description: 'With all of these tags.' }),
    text: t.string({ description: 'With this in notes or text, in any case.' }),
  }),
});

export const CreateEntryInput = builder.inputType('CreateEntryInput', {
  description: 'A new entry.',
  fields: (t) => ({
    id: t.id({ description: "A UUID of the client's choice: the same entry again is then no second one." }),
    metricId: t.id({ required: true, description: 'What was tracked.' }),
    date: t.field({ type: 'Date', required: true, description: 'The day, as the person lived it.' }),
    time: t.field({ type: 'LocalTime', description: 'The time on that day.' }),
    value: t.field({ type: 'EntryValue', required: true, description: "As the metric's type, min, max and step ask." }),
    notes: t.string({ description: notesText }),
    tags: t.stringList({ description: tagsText }),
  }),
});

export const UpdateEntryInput = builder.inputType('UpdateEntryInput', {
  description: 'What is not named stays; a null takes time, notes or tags away.',
  fields: (t) => ({
    date: t.field({ type: 'Date', description: 'The day, as the person lived it.' }),
    time: t.field({ type: 'LocalTime', description: 'The time on that day.' }),
    value: t.field({ type: 'EntryValue', description: "As the metric's type, min, max and step ask." }),
    notes: t.string({ description: notesText }),
    tags: t.stringList({ description: tagsText }),
  }),
});

export const DateRangeInput = builder.inputType('DateRangeInput', {
  description: 'A range of days.',
  fields: (t) => ({
    from: t.field({ type: 'Date', required: true, description: 'The first day.' }),
    to: t.field({ type: 'Date', required: true, description: 'The last day, included.' }),
  }),
});

export const DateRange = builder.objectRef<DayRange>('DateRange').implement({
  description: 'A range of days, both ends included.',
  fields: (t) => ({
    from: t.field({ type: 'Date', description: 'The first day.', resolve: (range) => range.from }),
    to: t.field({ type: 'Date', description: 'The last day.', resolve: (range) => range.to }),
  }),
});

const Bucket = defineEnum<'DAY' | 'WEEK' | 'MONTH'>('Bucket', 'How long a span one value stands for.', {
  DAY: 'A day.',
  WEEK: 'A week from Monday on.',
  MONTH: 'A calendar month.',
});

const Series = builder.objectRef<BucketedSeries>('Series').implement({
  description: 'The values of one metric over time; spans without an entry are missing.',
  fields: (t) => ({
    metric: t.field({
      type: Metric,
      description: 'What was tracked.',
      resolve: (series, _, context) => loadMetric(context, series.metricId),
    }),
    dates: t.field({ type: ['Date'], description: 'The first day of each span.', resolve: (series) => series.dates }),
    values: t.exposeFloatList('values', { description: "The value of each span, by the metric's aggregation." }),
  }),
});

builder.prismaObjectField(Metric, 'entries', (t) =>
  t.field({
    type: EntryConnection,
    description: 'The entries of this metric, the newest day first.',
    args: { filter: t.arg({ type: EntryFilter, description: 'Which ones.' }), ...connectionArguments },
    resolve: (metric, { filter, ...page }, context, info) =>
      resolveEntries({ ...filter, metricIds: [metric.id] }, page, context, info),
  }),
);

builder.queryFields((t) => ({
  entry: t.field({
    type: Entry,
    nullable: true,
    description: 'One entry; null when there is none of this id.',
    args: { id: t.arg.id({ required: true, description: 'The entry.' }) },
    resolve: (_, { id }, context) => entries.getEntry(viewerOf(context), id),
  }),
  entries: t.field({
    type: EntryConnection,
    description: 'Entries, the newest day first.',
    args: { filter: t.arg({ type: EntryFilter, description: 'Which ones.' }), ...connectionArguments },
    resolve: (_, { filter, ...page }, context, info) => resolveEntries(filter ?? {}, page, context, info),
  }),
  series: t.field({
    type: [Series],
    description: 'Daily (or weekly, monthly) values, one column per metric, for charts.',
    args: {
      metricIds: t.arg.idList({ required: true, description: 'Which metrics; texts have no series.' }),
      range: t.arg({ type: DateRangeInput, required: true, description: 'Which days.' }),
      bucket: t.arg({ type: Bucket, defaultValue: 'DAY', description: 'How long a span one value stands for.' }),
    },
    resolve: (_, { metricIds, range, bucket }, context) =>
      readSeries(viewerOf(context), range, metricIds, bucket ?? 'DAY'),
  }),
}));

builder.mutationFields((t) => ({
  createEntry: t.field({
    type: Entry,
    extensions: checksSession,
    description: 'Creates an entry. Creating an id that exists already with the same content returns it unchanged.',
    args: { input: t.arg({ type: CreateEntryInput, required: true, description: 'The entry.' }) },
    resolve: (_, { input }, context) => entries.createEntry(viewerOf(context), input),
  }),
  createEntries: t.field({
    type: [Entry],
    extensions: checksSession,
    description: `Creates several entries, all or nothing; at most ${entryLimits.batch}.`,
    args: { input: t.arg({ type: [CreateEntryInput], required: true, description: 'The entries.' }) },
    resolve: (_, { input }, context) => entries.createEntries(viewerOf(context), input),
  }),
  updateEntry: t.field({
    type: Entry,
    extensions: checksSession,
    description: 'Changes an entry.',
    args: {
      id: t.arg.id({ required: true, description: 'The entry.' }),
      input: t.arg({ type: UpdateEntryInput, required: true, description: 'What to change.' }),
      expectedVersion: t.arg.int({
        description: 'Fails with CONFLICT, and the entry as it is, when it is of another version.',
      }),
    },
    resolve: (_, { id, input, expectedVersion }, context) =>
      entries.updateEntry(viewerOf(context), id, input, expectedVersion),
  }),
  deleteEntry: t.id({
    extensions: checksSession,
    description: 'Deletes an entry.',
    args: {
      id: t.arg.id({ required: true, description: 'The entry.' }),
      expectedVersion: t.arg.int({
        description: 'Fails with CONFLICT, and the entry as it is, when it is of another version.',
      }),
    },
    resolve: (_, { id, expectedVersion }, context) => entries.deleteEntry(viewerOf(context), id, expectedVersion),
  }),
}));

type PageArguments = Parameters<typeof resolveConnection>[0];

function resolveEntries(filter: Filter, page: PageArguments, context: Context, info: GraphQLResolveInfo) {
  // `value` needs the metric's type, so it counts as asking for the metric.
  const withMetric = selects(info, ['edges', 'node', 'metric']) || selects(info, ['edges', 'node', 'value']);
  const load = (part: Page) => listEntries(viewerOf(context), filter, part, withMetric);
  return resolveConnection<EntryWithMetric>(page, entryKey, load, [isDay, isId]);
}
