import type { Metric, Prisma } from '../../../generated/prisma/client.ts';
import { appendChanges, takeNumbers } from '../../changes/hot-write.ts';
import { readLastSnapshots } from '../../changes/replay.ts';
import { writeChanges, type ChangeTransaction } from '../../changes/write-changes.ts';
import { ConflictError, NotFoundError } from '../../kernel/errors.ts';
import { isId, newId } from '../../kernel/ids.ts';
import type { Page } from '../../kernel/page.ts';
import { toSearchable } from '../../kernel/text.ts';
import { validate } from '../../kernel/validate.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { prisma, type Transaction } from '../../platform/database/database.ts';
import {
  createMetricShape,
  updateMetricShape,
  type CreateMetricInput,
  type MetricType,
  type UpdateMetricInput,
} from './input.ts';
import { checkConfig, checkDesired, defaultAggregation, isActionableByDefault, type MetricConfig } from './rules.ts';

export type MetricFilter = { category?: string | null; isActive?: boolean | null };

/** The metrics a viewer may see. */
export const visibleTo = ({ userId }: Viewer): Prisma.MetricWhereInput => ({ userId });

/** A metric, or null when the viewer has none of this id. */
export async function getMetric(viewer: Viewer, id: string): Promise<Metric | null> {
  return isId(id) ? prisma().metric.findFirst({ where: { ...visibleTo(viewer), id } }) : null;
}

/** Metrics by age, the oldest first. */
export async function listMetrics(viewer: Viewer, filter: MetricFilter, page: Page): Promise<Metric[]> {
  const where: Prisma.MetricWhereInput = {
    ...visibleTo(viewer),
    category: filter.category == null ? undefined : toSearchable(filter.category),
    isActive: filter.isActive ?? undefined,
    AND: [
      page.after ? { id: { gt: String(page.after[0]) } } : {},
      page.before ? { id: { lt: String(page.before[0]) } } : {},
    ],
  };
  const rows = await prisma().metric.findMany({
    where,
    orderBy: { id: page.fromEnd ? 'desc' : 'asc' },
    take: page.limit,
  });
  return page.fromEnd ? rows.toReversed() : rows;
}

/** All metrics of the viewer, for jobs and exports. */
export const readMetrics = (viewer: Viewer): Promise<Metric[]> =>
  prisma().metric.findMany({ where: visibleTo(viewer), orderBy: { id: 'asc' } });

/**
 * Metrics by id. One that has been deleted is answered from the change log: an entry of the past still says what it was
 * an entry of.
 */
export async function findMetrics(viewer: Viewer, ids: readonly string[]): Promise<Map<string, Metric>> {
  const rows = await prisma().metric.findMany({ where: { ...visibleTo(viewer), id: { in: [...ids] } } });
  const found = new Map(rows.map((row) => [row.id, row]));
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length === 0) return found;
  const past = await readLastSnapshots<Metric>(viewer.userId, 'Metric', missing);
  return new Map([...found, ...past]);
}

/** Creates a metric; the same id and content again returns it unchanged. @throws InvalidInputError, ConflictError */
export async function createMetric(viewer: Viewer, input: CreateMetricInput): Promise<Metric> {
  const metric = toNewMetric(input);
  return writeChanges(viewer, (tx) => insertMetric(tx, viewer, metric));
}

/** A metric to be, checked, with everything the person left open filled in. */
export function toNewMetric(input: CreateMetricInput): NewMetric {
  const given = validate(createMetricShape, input);
  const { id, name, type, category, unit, aggregation, isActionable, desired = null } = given;
  const bounds = { min: given.min ?? null, max: given.max ?? null, step: given.step ?? null };
  checkConfig({ type, ...bounds });
  checkDesired(type, desired);
  return {
    name,
    type,
    ...bounds,
    id: id ?? newId(),
    category: category ?? 'general',
    unit: unit ?? null,
    aggregation: aggregation ?? defaultAggregation(type),
    desired,
    isActionable: isActionable ?? isActionableByDefault(type),
  };
}

/** Writes a metric within a transaction of another domain, an import. */
export async function insertMetric(tx: ChangeTransaction, viewer: Viewer, metric: NewMetric): Promise<Metric> {
  const existing = await findOwn(tx, viewer, metric.id);
  if (existing) return returnSame(existing, metric);
  const isActionable = metric.isActionable ?? isActionableByDefault(metric.type as MetricType);
  const created = await tx.prisma.metric.create({ data: { ...metric, isActionable, userId: viewer.userId } });
  await tx.record({ kind: 'CREATED', entityType: 'Metric', entityId: created.id, snapshot: toSnapshot(created) });
  return created;
}

/** Changes what is named. @throws NotFoundError, InvalidInputError, ConflictError when the version has moved on */
export async function updateMetric(
  viewer: Viewer,
  id: string,
  input: UpdateMetricInput,
  expectedVersion?: number | null,
): Promise<Metric> {
  const { name, category, aggregation, isActionable, isActive, sources, ...clearable } = validate(
    updateMetricShape,
    input,
  );
  return writeChanges(viewer, async (tx) => {
    const current = await findOwn(tx, viewer, id);
    if (!current) throw new NotFoundError('metric');
    const data = {
      name: name ?? current.name,
      category: category ?? current.category,
      aggregation: aggregation ?? current.aggregation,
      isActionable: isActionable ?? current.isActionable,
      isActive: isActive ?? current.isActive,
      sources: sources ?? current.sources,
      ...keepUnnamed(current, clearable),
    };
    if (expectedVersion != null && expectedVersion !== current.version) {
      throw versionConflict(current, differingFields(current, data));
    }
    checkConfig(toConfig({ ...current, ...data }));
    checkDesired(current.type as MetricType, clearable.desired ?? null);
    return storeUpdate(tx, current, data);
  });
}

/**
 * Deletes a metric and its entries, each with a change of its own: a device needs no rule about what goes along.
 * @throws NotFoundError; ConflictError when it is of another version than the one expected
 */
export async function deleteMetric(viewer: Viewer, id: string, expectedVersion?: number | null): Promise<string> {
  const work = async (tx: ChangeTransaction) => {
    const current = await findOwn(tx, viewer, id);
    if (!current) throw new NotFoundError('metric');
    if (expectedVersion != null && expectedVersion !== current.version) throw versionConflict(current, []);
    await tx.write(logDeletedEntries, [id]);
    await removeMetric(tx, viewer, id);
    return id;
  };
  return writeChanges(viewer, work, { timeoutSeconds: 120 });
}

/** Deletes a metric that has no entries, within a transaction of another domain. */
export async function removeMetric(tx: ChangeTransaction, viewer: Viewer, id: string): Promise<void> {
  await tx.prisma.metric.deleteMany({ where: { userId: viewer.userId, id } });
  await tx.record({ kind: 'DELETED', entityType: 'Metric', entityId: id, snapshot: null });
}

/** $5: the metric whose entries are about to go along with it, be they a hundred thousand. */
const logDeletedEntries = {
  name: 'log-deleted-entries',
  entityType: 'Entry',
  text: `
  WITH doomed AS MATERIALIZED (
    SELECT id, row_number() OVER (ORDER BY date, id)::int AS rank FROM entries WHERE user_id = $1::uuid AND metric_id = $5::uuid
  ),
  ${takeNumbers('(SELECT count(*)::int FROM doomed)', 'true')},
  written AS MATERIALIZED (SELECT id, to_jsonb(id) AS snapshot, rank FROM doomed),
  ${appendChanges('DELETED', 'Entry')}`,
};

/** A metric to be. What is optional is filled in when it is written: a file may not say it. */
export type NewMetric = Omit<
  Metric,
  'userId' | 'desired' | 'isActionable' | 'sources' | 'isActive' | 'version' | 'createdAt' | 'updatedAt'
> & {
  desired?: Metric['desired'];
  isActionable?: boolean;
  sources?: string[];
  isActive?: boolean;
  version?: number;
  createdAt?: Date;
  updatedAt?: Date;
};

/** What the metric says about its values. */
export const toConfig = ({ type, min, max, step }: Pick<Metric, keyof MetricConfig>): MetricConfig => ({
  type: type as MetricConfig['type'],
  min,
  max,
  step,
});

/** A metric as plain JSON, as the change log and an export hold it: without the owner, whom the place names already. */
export const toSnapshot = ({ userId: _, ...metric }: Metric): object => metric;

const findOwn = async (tx: Transaction, viewer: Viewer, id: string): Promise<Metric | null> =>
  isId(id) ? tx.prisma.metric.findFirst({ where: { ...visibleTo(viewer), id } }) : null;

/** Writes other fields of a metric, checked, and its change. */
export async function storeUpdate(
  tx: ChangeTransaction,
  current: Pick<Metric, 'userId' | 'id'>,
  data: Partial<Metric>,
): Promise<Metric> {
  const updated = await tx.prisma.metric.update({
    where: { userId_id: { userId: current.userId, id: current.id } },
    data: { ...data, version: { increment: 1 }, updatedAt: new Date() },
  });
  await tx.record({ kind: 'UPDATED', entityType: 'Metric', entityId: updated.id, snapshot: toSnapshot(updated) });
  return updated;
}

function returnSame(existing: Metric, wanted: NewMetric): Metric {
  const { isActive: _a, sources: _s, version: _v, createdAt: _c, updatedAt: _u, ...content } = wanted;
  const differing = differingFields(existing, content);
  if (differing.length === 0) return existing;
  throw new ConflictError('There is a metric with this id and other content.', toSnapshot(existing), differing);
}

const differingFields = (current: Metric, wanted: Partial<Metric>): string[] =>
  Object.entries(wanted).flatMap(([key, value]) => (isSame(current[key as keyof Metric], value) ? [] : [key]));

const isSame = (a: unknown, b: unknown): boolean => (Array.isArray(a) ? String(a) === String(b) : a === b);

const versionConflict = (current: Metric, differing: string[]) =>
  new ConflictError(`The metric has moved on to version ${current.version}.`, toSnapshot(current), differing);

/** Null takes a property away; undefined leaves it. */
function keepUnnamed<Fields extends Partial<Metric>>(current: Metric, fields: Fields): Partial<Metric> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value === undefined ? current[key as keyof Metric] : value]),
  );
}
