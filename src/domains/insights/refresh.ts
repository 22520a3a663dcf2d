import type { Insight } from '../../../generated/prisma/client.ts';
import type { ChangeKind, NewChange } from '../../changes/change.ts';
import { takeFollowUp } from '../../changes/follow-ups.ts';
import { writeChanges, type ChangeTransaction } from '../../changes/write-changes.ts';
import { newId } from '../../kernel/ids.ts';
import { jobViewer, type Viewer } from '../../kernel/viewer.ts';
import type { Evidence, NewInsight } from './evidence.ts';
import { findInsights } from './findings.ts';
import { readGroundShifts } from './ground-shift.ts';
import { readKept, rowsAtOnce, storeInsights } from './insight-rows.ts';
import { toSnapshot } from './insights.ts';
import { planRefresh, type RefreshPlan, type Silences } from './refresh-plan.ts';
import { describeRetraction, isOver, type MetricsAlive } from './retraction.ts';

/** What an analysis has to say of a person. */
export type Findings = { insights: readonly NewInsight[]; silences?: Silences };

type FindInsights = (viewer: Viewer) => Promise<Findings>;

/**
 * Brings a person's insights in line with their data: what is new is created, what a person would be told otherwise is
 * updated, what no longer holds is retracted with a reason, each with a change that reaches the devices. A second run
 * writes nothing.
 */
export async function refreshInsights(userId: string, find: FindInsights = findInsights): Promise<void> {
  const viewer = jobViewer(userId);
  // Taken before anything is read: a change that comes later asks for a new run.
  const seq = await takeFollowUp(userId);
  if (seq === null) return;
  const { insights, silences = new Map() } = await find(viewer);
  await writeChanges(viewer, async (tx) => {
    const metrics = await readMetricsAlive(tx, userId);
    const { creates, updates, retirements } = planRefresh(await readKept(tx, userId), insights, silences, metrics);
    const created = creates.map((found) => create(userId, seq, found));
    const updated = updates.map(({ kept, found }) => update(kept, seq, found));
    const retired = await retire(tx, userId, metrics, retirements);
    await write(tx, userId, 'CREATED', created);
    await write(tx, userId, 'UPDATED', [...updated, ...retired]);
  });
}

/** A few at a time: hundreds at once would hold up everybody else. */
async function write(tx: ChangeTransaction, userId: string, kind: ChangeKind, insights: Insight[]): Promise<void> {
  for (let from = 0; from < insights.length; from += rowsAtOnce) {
    const part = insights.slice(from, from + rowsAtOnce);
    await storeInsights(tx, userId, part);
    await tx.record(...part.map(toChange(kind)));
  }
}

async function readMetricsAlive(tx: ChangeTransaction, userId: string): Promise<MetricsAlive> {
  const select = { id: true, name: true, isActive: true } as const;
  const metrics = await tx.prisma.metric.findMany({ where: { userId }, select });
  return new Map(metrics.map(({ id, ...metric }) => [id, metric]));
}

const create = (userId: string, groundSeq: number, found: NewInsight): Insight => ({
  ...toColumns(found),
  ...notRetracted,
  userId,
  id: newId(),
  groundSeq,
  isActive: true,
  rating: null,
  ratedAt: null,
  dismissedAt: null,
  createdAt: new Date(),
  updatedAt: new Date(),
});

const update = (kept: Insight, groundSeq: number, found: NewInsight): Insight => ({
  ...kept,
  ...toColumns(found),
  ...notRetracted,
  groundSeq,
  isActive: kept.dismissedAt === null,
  updatedAt: new Date(),
});

const notRetracted = { retractedAt: null, retractionReason: null, retractionMessage: null };

async function retire(
  tx: ChangeTransaction,
  userId: string,
  metrics: MetricsAlive,
  retirements: RefreshPlan['retirements'],
): Promise<Insight[]> {
  const shifted = retirements.filter(({ reason }) => reason === 'GROUND_CHANGED').map(({ kept }) => kept);
  const shiftOf = await readGroundShifts(tx, userId, shifted);
  return retirements.map(({ kept, reason, silence }) => {
    const shift = shiftOf(kept);
    const retractionReason = reason === 'GROUND_CHANGED' && isOver(kindOf(kept), shift) ? 'PAST' : reason;
    const retractionMessage = describeRetraction(retractionReason, kept.metricIds, metrics, shift, silence);
    const now = new Date();
    return { ...kept, isActive: false, retractedAt: now, retractionReason, retractionMessage, updatedAt: now };
  });
}

const kindOf = ({ evidence }: Insight): string => (evidence as unknown as Evidence).kind;

const toChange =
  (kind: ChangeKind) =>
  (insight: Insight): NewChange => ({
    kind,
    entityType: 'Insight',
    entityId: insight.id,
    snapshot: toSnapshot(insight),
  });

const toColumns = ({ range, evidence, ...rest }: NewInsight) => ({
  ...rest,
  evidence: evidence as unknown as Insight['evidence'],
  rangeFrom: new Date(range.from),
  rangeTo: new Date(range.to),
});
