import type { Insight, Prisma } from '../../../generated/prisma/client.ts';
import { writeChanges } from '../../changes/write-changes.ts';
import { toDay } from '../../kernel/civil-time.ts';
import { NotFoundError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Page } from '../../kernel/page.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { prisma, transaction } from '../../platform/database/database.ts';
import { enqueueNow } from '../../platform/jobs/queue.ts';
import type { InsightType } from './evidence.ts';
import type { RetractionReason } from './retraction.ts';

export type InsightRating = 'HELPFUL' | 'NOT_HELPFUL' | 'ACTED_ON';
export type InsightFilter = {
  types?: readonly InsightType[] | null;
  metricIds?: readonly string[] | null;
  isActive?: boolean | null;
};

/** That an insight no longer holds, and why. */
export type Retraction = { reason: RetractionReason; message: string; at: Date };

export const refreshJob = 'insights.refresh';

/** An insight, or null when the viewer has none of this id. */
export async function getInsight(viewer: Viewer, id: string): Promise<Insight | null> {
  return isId(id) ? prisma().insight.findFirst({ where: { ...visibleTo(viewer), id } }) : null;
}

/** Insights, the newest first. Active ones only, unless the filter says otherwise. */
export async function listInsights(viewer: Viewer, filter: InsightFilter, page: Page): Promise<Insight[]> {
  const where: Prisma.InsightWhereInput = {
    ...visibleTo(viewer),
    type: filter.types ? { in: [...filter.types] } : undefined,
    metricIds: filter.metricIds ? { hasSome: filter.metricIds.filter(isId) } : undefined,
    isActive: filter.isActive ?? true,
    AND: [
      page.after ? { id: { lt: String(page.after[0]) } } : {},
      page.before ? { id: { gt: String(page.before[0]) } } : {},
    ],
  };
  const rows = await prisma().insight.findMany({
    where,
    orderBy: { id: page.fromEnd ? 'asc' : 'desc' },
    take: page.limit,
  });
  return page.fromEnd ? rows.toReversed() : rows;
}

/** Says what the person thinks of an insight, be it retracted. The newest rating counts. @throws NotFoundError */
export const rateInsight = (viewer: Viewer, id: string, rating: InsightRating): Promise<Insight> =>
  change(viewer, id, { rating, ratedAt: new Date() });

/** Puts an insight away: it stays away even while it holds. @throws NotFoundError */
export const dismissInsight = (viewer: Viewer, id: string): Promise<Insight> =>
  change(viewer, id, { isActive: false, dismissedAt: new Date() });

/** Queues an analysis now instead of waiting for the debounce. @returns the id of the job */
export const requestRefresh = ({ userId }: Viewer): Promise<string> =>
  transaction((tx) => enqueueNow(tx, refreshJob, { userId }, userId));

/** Why an insight was taken back, or null while it holds. */
export function retractionOf({ retractedAt, retractionReason, retractionMessage }: Insight): Retraction | null {
  if (!retractedAt || !retractionReason || !retractionMessage) return null;
  return { reason: retractionReason as RetractionReason, message: retractionMessage, at: retractedAt };
}

/** An insight as plain JSON, as the change log holds it. */
export const toSnapshot = ({ userId: _u, groundSeq: _g, rangeFrom, rangeTo, ...insight }: Insight): object => ({
  ...insight,
  rangeFrom: toDay(rangeFrom),
  rangeTo: toDay(rangeTo),
});

const visibleTo = ({ userId }: Viewer): Prisma.InsightWhereInput => ({ userId });

async function change(viewer: Viewer, id: string, data: Prisma.InsightUpdateInput): Promise<Insight> {
  return writeChanges(viewer, async (tx) => {
    const current = isId(id) ? await tx.prisma.insight.findFirst({ where: { ...visibleTo(viewer), id } }) : null;
    if (!current) throw new NotFoundError('insight');
    const updated = await tx.prisma.insight.update({
      where: { userId_id: { userId: viewer.userId, id } },
      data: { ...data, updatedAt: new Date() },
    });
    await tx.record({ kind: 'UPDATED', entityType: 'Insight', entityId: id, snapshot: toSnapshot(updated) });
    return updated;
  });
}
