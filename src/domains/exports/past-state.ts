import type { Insight, Metric } from '../../../generated/prisma/client.ts';
import { checkMoment, readTouchedSince, type Moment } from '../../changes/moments.ts';
import { UnauthenticatedError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { prisma } from '../../platform/database/database.ts';
import { getUser } from '../accounts/accounts.ts';
import { toSnapshot as toInsight } from '../insights/insights.ts';
import { readMetrics, toSnapshot as toMetric } from '../metrics/metrics.ts';
import { isActionableByDefault, type MetricConfig } from '../metrics/rules.ts';

/**
 * What a person had after a change, besides entries. Rows are read first, then those that have been touched since are put
 * back to what the log says they were. An entity has its fields in one order, be it of a row or of the log.
 */

const userFields = 'id email timeZone dayStartsAt preferences createdAt'.split(' ');
const metricFields =
  'id name type category unit min max step aggregation desired isActionable sources isActive version createdAt updatedAt'.split(
    ' ',
  );
const insightFields =
  'id type key title confidence rangeFrom rangeTo metricIds evidence isActive rating ratedAt dismissedAt retractedAt retractionReason retractionMessage createdAt updatedAt'.split(
    ' ',
  );

/** Insights of one page. */
const insightPage = 500;
const everything = { after: null, upTo: null };

/** What a person has said of themselves. @throws UnauthenticatedError when there is no such person any more */
export async function readPastUser(viewer: Viewer, moment: Moment): Promise<object> {
  const user = await getUser(viewer);
  const touched = await readTouchedSince(viewer.userId, 'User', moment, everything);
  await checkMoment(viewer.userId, moment);
  if (!user) throw new UnauthenticatedError();
  return pick(userFields, touched.get(viewer.userId) ?? user);
}

/** A metric as it was; instants are texts. */
export type PastMetric = Omit<Metric, 'userId' | 'createdAt' | 'updatedAt'> & { createdAt: string; updatedAt: string };

/** The metrics by age, the oldest first. @param metricIds these only, when given */
export async function readPastMetrics(
  viewer: Viewer,
  moment: Moment,
  metricIds: readonly string[] | null | undefined,
): Promise<PastMetric[]> {
  const rows = (await readMetrics(viewer)).map((row) => [row.id, toMetric(row)] as const);
  const touched = await readTouchedSince(viewer.userId, 'Metric', moment, everything);
  await checkMoment(viewer.userId, moment);
  const metrics = merge(rows, touched).map((state) => pick(metricFields, completeMetric(state as PastMetric)));
  return (metrics as PastMetric[]).filter(({ id }) => !metricIds || metricIds.includes(id));
}

/** Insights by age, in pages, those among them that speak of nothing but these metrics when some are given. */
export async function* readPastInsights(
  viewer: Viewer,
  moment: Moment,
  metricIds: readonly string[] | null | undefined,
): AsyncGenerator<object[]> {
  const isChosen = (ids: string[]) => !metricIds || ids.every((id) => metricIds.includes(id));
  for (let after: string | null = null; ;) {
    const rows: Insight[] = await readInsights(viewer, after);
    const upTo: string | null = rows.length < insightPage ? null : rows.at(-1)!.id;
    const touched = await readTouchedSince(viewer.userId, 'Insight', moment, { after, upTo });
    await checkMoment(viewer.userId, moment);
    const states = merge(
      rows.map((row) => [row.id, toInsight(row)]),
      touched,
    );
    yield states.map((state) => pick(insightFields, state)).filter((state) => isChosen(state['metricIds'] as string[]));
    if (upTo === null) return;
    after = upTo;
  }
}

const readInsights = ({ userId }: Viewer, after: string | null): Promise<Insight[]> =>
  prisma().insight.findMany({
    where: { userId, id: { gt: after ?? undefined } },
    orderBy: { id: 'asc' },
    take: insightPage,
  });

/** Lines of the log that are older than these properties do not have them. */
const completeMetric = (state: Partial<PastMetric> & Pick<PastMetric, 'type'>): object => ({
  desired: null,
  isActionable: isActionableByDefault(state.type as MetricConfig['type']),
  sources: [],
  ...state,
});

function merge(
  rows: readonly (readonly [id: string, state: object])[],
  touched: ReadonlyMap<string, object | null>,
): object[] {
  const states = new Map<string, object | null>([...rows, ...touched]);
  const ids = [...states.keys()].toSorted();
  return ids.flatMap((id) => states.get(id) ?? []);
}

/** The fields in one order; null where there is none. */
const pick = (fields: readonly string[], state: object): Record<string, unknown> =>
  Object.fromEntries(fields.map((field) => [field, (state as Record<string, unknown>)[field] ?? null]));
