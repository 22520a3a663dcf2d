import { isDeepStrictEqual } from 'node:util';
import type { Insight, Prisma } from '../../../generated/prisma/client.ts';
import { takeFollowUp } from '../../changes/follow-ups.ts';
import { writeChanges, type ChangeTransaction } from '../../changes/write-changes.ts';
import { toDay } from '../../kernel/civil-time.ts';
import { newId } from '../../kernel/ids.ts';
import { jobViewer } from '../../kernel/viewer.ts';
import type { NewInsight } from './evidence.ts';
import { findInsights } from './findings.ts';
import { toSnapshot } from './insights.ts';

/**
 * Brings a person's insights in line with their data: what is new is created, what has other numbers is updated, what no
 * longer holds is retired, each with a change that reaches the devices. A second run changes nothing.
 */
export async function refreshInsights(userId: string): Promise<void> {
  const viewer = jobViewer(userId);
  // Taken before anything is read: a change that comes later asks for a new run.
  if ((await takeFollowUp(userId)) === null) return;
  const found = await findInsights(viewer);
  await writeChanges(viewer, async (tx) => {
    const kept = await tx.prisma.insight.findMany({ where: { userId } });
    const byKey = new Map(kept.map((insight) => [insight.key, insight]));
    const holding = new Set(found.map((insight) => insight.key));
    for (const insight of found) await keep(tx, userId, byKey.get(insight.key), insight);
    for (const insight of kept) {
      if (insight.isActive && !holding.has(insight.key)) await store(tx, insight, { isActive: false });
    }
  });
}

async function keep(
  tx: ChangeTransaction,
  userId: string,
  kept: Insight | undefined,
  found: NewInsight,
): Promise<void> {
  const data = toColumns(found);
  if (!kept) {
    const created = await tx.prisma.insight.create({ data: { ...data, userId, id: newId() } });
    return tx.record({ kind: 'CREATED', entityType: 'Insight', entityId: created.id, snapshot: toSnapshot(created) });
  }
  // What the person has dismissed stays away, but its numbers stay true.
  const isActive = kept.dismissedAt === null;
  if (kept.isActive !== isActive || !isSame(kept, found)) await store(tx, kept, { ...data, isActive });
}

async function store(tx: ChangeTransaction, { userId, id }: Insight, data: Prisma.InsightUpdateInput): Promise<void> {
  const updated = await tx.prisma.insight.update({
    where: { userId_id: { userId, id } },
    data: { ...data, updatedAt: new Date() },
  });
  await tx.record({ kind: 'UPDATED', entityType: 'Insight', entityId: id, snapshot: toSnapshot(updated) });
}

function isSame(kept: Insight, found: NewInsight): boolean {
  const isSameRange = toDay(kept.rangeFrom) === found.range.from && toDay(kept.rangeTo) === found.range.to;
  // Through JSON: what the database gives back has lost its undefined values and its -0.
  return (
    isSameRange &&
    kept.title === found.title &&
    isDeepStrictEqual(kept.evidence, JSON.parse(JSON.stringify(found.evidence)))
  );
}

const toColumns = ({ range, evidence, ...rest }: NewInsight) => ({
  ...rest,
  evidence: evidence as unknown as Prisma.InputJsonObject,
  rangeFrom: new Date(range.from),
  rangeTo: new Date(range.to),
});
