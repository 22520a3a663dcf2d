import type { Insight, Prisma } from '../../../generated/prisma/client.ts';
import type { NewChange } from '../../changes/change.ts';
import { takeFollowUp } from '../../changes/follow-ups.ts';
import { writeChanges, type ChangeTransaction } from '../../changes/write-changes.ts';
import { newId } from '../../kernel/ids.ts';
import { jobViewer, type Viewer } from '../../kernel/viewer.ts';
import type { Evidence, NewInsight } from './evidence.ts';
import { findInsights } from './findings.ts';
import { readGroundShifts } from './ground-shift.ts';
import { toSnapshot } from './insights.ts';
import { planRefresh, type RefreshPlan, type Silences } from './refresh-plan.ts';
import { describeRetraction, isOver, type MetricsAlive } from './retraction.ts';

/** What an analysis has to say of a person. */
export type Findings = { insights: readonly NewInsight[]; silences?: Silences };

type FindInsights = (viewer: Viewer) => Promise<Findings>;

/**
 * Brings a person's insights in line with their data: what is new is created, what has other numbers is updated, what no
 * longer holds is retracted with a reason, each with a change that reaches the devices. A second run writes nothing.
 */
export async function refreshInsights(userId: string, find: FindInsights = findInsights): Promise<void> {
  const viewer = jobViewer(userId);
  // Taken before anything is read: a change that comes later asks for a new run.
  const seq = await takeFollowUp(userId);
  if (seq === null) return;
  const { insights, silences = new Map() } = await find(viewer);
  await writeChanges(viewer, async (tx) => {
    const kept = await tx.prisma.insight.findMany({ where: { userId } });
    const metrics = await readMetricsAlive(tx, userId);
    const { creates, updates, retirements } = planRefresh(kept, insights, silences, metrics);
    const created = await create(tx, userId, seq, creates);
    const updated = await update(tx, seq, updates);
    const retired = await retire(tx, userId, metrics, retirements);
    await tx.record(...created.map(toChange('CREATED')), ...[...updated, ...retired].map(toChange('UPDATED')));
  });
}

async function readMetricsAlive(tx: ChangeTransaction, userId: string): Promise<MetricsAlive> {
  const select = { id: true, name: true, isActive: true } as const;
  const metrics = await tx.prisma.metric.findMany({ where: { userId }, select });
  return new Map(metrics.map(({ id, ...metric }) => [id, metric]));
}

async function create(
  tx: ChangeTransaction,
  userId: string,
  groundSeq: number,
  found: readonly NewInsight[],
): Promise<Insight[]> {
  if (found.length === 0) return [];
  const data = found.map((insight) => ({ ...toColumns(insight), userId, id: newId(), groundSeq }));
  return tx.prisma.insight.createManyAndReturn({ data });
}

async function update(tx: ChangeTransaction, groundSeq: number, updates: RefreshPlan['updates']): Promise<Insight[]> {
  const updated: Insight[] = [];
  for (const { kept, found } of updates) {
    const data = { ...toColumns(found), groundSeq, isActive: kept.dismissedAt === null, ...notRetracted };
    updated.push(await store(tx, kept, data));
  }
  return updated;
}

const notRetracted = { retractedAt: null, retractionReason: null, retractionMessage: null };

async function retire(
  tx: ChangeTransaction,
  userId: string,
  metrics: MetricsAlive,
  retirements: RefreshPlan['retirements'],
): Promise<Insight[]> {
  const shifted = retirements.filter(({ reason }) => reason === 'GROUND_CHANGED').map(({ kept }) => kept);
  const shiftOf = await readGroundShifts(tx, userId, shifted);
  const retired: Insight[] = [];
  for (const { kept, reason, silence } of retirements) {
    const shift = shiftOf(kept);
    const retractionReason = reason === 'GROUND_CHANGED' && isOver(kindOf(kept), shift) ? 'PAST' : reason;
    const retractionMessage = describeRetraction(retractionReason, kept.metricIds, metrics, shift, silence);
    const data = { isActive: false, retractedAt: new Date(), retractionReason, retractionMessage };
    retired.push(await store(tx, kept, data));
  }
  return retired;
}

const kindOf = ({ evidence }: Insight): string => (evidence as unknown as Evidence).kind;

const store = (tx: ChangeTransaction, { userId, id }: Insight, data: Prisma.InsightUpdateInput): Promise<Insight> =>
  tx.prisma.insight.update({ where: { userId_id: { userId, id } }, data: { ...data, updatedAt: new Date() } });

const toChange =
  (kind: 'CREATED' | 'UPDATED') =>
  (insight: Insight): NewChange => ({
    kind,
    entityType: 'Insight',
    entityId: insight.id,
    snapshot: toSnapshot(insight),
  });

const toColumns = ({ range, evidence, ...rest }: NewInsight) => ({
  ...rest,
  evidence: evidence as unknown as Prisma.InputJsonObject,
  rangeFrom: new Date(range.from),
  rangeTo: new Date(range.to),
});
