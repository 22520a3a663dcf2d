import type { Aggregation, AnyEntity, Entry, EntryValue, Insight, Metric, MetricType, User } from './entities.ts';
import type { CreateEntryInput, CreateMetricInput, Operation, VersionCheck } from './operations.ts';

/**
 * What an operation makes of its entity if the server applies it: what the person sees until the server has spoken.
 * @param current null when there is no such entity
 * @returns null when there is none afterwards
 */
export function effectOf({ action }: Operation, current: AnyEntity | null): AnyEntity | null {
  if ('createMetric' in action) return current ?? toMetric(action.createMetric);
  if ('createEntry' in action) return current ?? toEntry(action.createEntry);
  if (!current) return null;
  if ('updateMetric' in action) return revised(current as Metric, action.updateMetric, withoutNulls);
  if ('updateEntry' in action) return revised(current as Entry, action.updateEntry, withNumber);
  if ('deleteMetric' in action) return isExpected(current, action.deleteMetric) ? null : current;
  if ('deleteEntry' in action) return isExpected(current, action.deleteEntry) ? null : current;
  if ('updateProfile' in action) return { ...(current as User), ...action.updateProfile };
  if ('rateInsight' in action) return { ...(current as Insight), rating: action.rateInsight.rating };
  return { ...(current as Insight), isActive: false };
}

/** An operation that expects another version is bound to be refused: it never shows. */
const isExpected = (current: AnyEntity, { expectedVersion }: VersionCheck): boolean =>
  expectedVersion === undefined || (current as Entry | Metric).version === expectedVersion;

/** The next version, so that a second change in a row may expect the first one's. */
function revised<Entity extends Metric | Entry>(
  current: Entity,
  update: VersionCheck & { input: object },
  settle: (input: object, current: Entity) => object,
): Entity {
  if (!isExpected(current, update)) return current;
  return { ...current, ...settle(update.input, current), version: current.version + 1 };
}

/** Of a metric, only some fields can be taken away; a null for another one means that nothing was said. */
const clearable = new Set(['unit', 'min', 'max', 'step', 'desired']);
const withoutNulls = (input: object): object =>
  Object.fromEntries(Object.entries(input).filter(([field, value]) => value !== null || clearable.has(field)));

function withNumber(input: object): object {
  const { value, tags, ...rest } = input as Partial<Entry>;
  return {
    ...rest,
    ...(tags !== undefined && { tags: tags ?? [] }),
    ...(value !== undefined && value !== null && { value, number: toNumber(value) }),
  };
}

const toNumber = (value: EntryValue): number | null => (typeof value === 'string' ? null : Number(value));

const toEntry = (input: CreateEntryInput & { id: string }): Entry => ({
  id: input.id,
  metricId: input.metricId,
  date: input.date,
  time: input.time ?? null,
  value: input.value,
  number: toNumber(input.value),
  notes: input.notes ?? null,
  tags: input.tags ?? [],
  source: 'api',
  version: 1,
  createdAt: null,
  updatedAt: null,
});

/** As the server chooses when nothing is said. */
const defaultAggregations: Record<MetricType, Aggregation> = {
  RATING: 'MEAN',
  DURATION: 'SUM',
  BINARY: 'MAX',
  NUMBER: 'SUM',
  TEXT: 'LAST',
};

const toMetric = (input: CreateMetricInput & { id: string }): Metric => ({
  id: input.id,
  name: input.name,
  type: input.type,
  category: input.category ?? 'general',
  unit: input.unit ?? null,
  min: input.min ?? null,
  max: input.max ?? null,
  step: input.step ?? null,
  aggregation: input.aggregation ?? defaultAggregations[input.type],
  desired: input.desired ?? null,
  isActionable: input.isActionable ?? (input.type !== 'RATING' && input.type !== 'TEXT'),
  sources: [],
  isActive: true,
  version: 1,
  createdAt: null,
  updatedAt: null,
});
