import { writeChanges, type ChangeTransaction } from '../../changes/write-changes.ts';
import { jobViewer, type Viewer } from '../../kernel/viewer.ts';
import { prisma } from '../../platform/database/database.ts';
import { recordEvent } from '../audit/record.ts';
import { transactionSeconds } from './apply.ts';
import { restoreChanged } from './changed-entries.ts';
import type { ImportTask } from './imports.ts';
import { findImport, moveImport } from './transitions.ts';

/** Entries deleted by one statement. */
const batch = 1000;

/**
 * Deletes what an import has written and nobody has changed since, and the metrics it created that are empty then. Does
 * nothing when the import is no longer to be undone.
 */
export async function undoApplied({ userId, importId }: ImportTask): Promise<void> {
  const row = await prisma().import.findFirst({ where: { userId, id: importId } });
  if (row?.state !== 'UNDOING') return;
  const viewer = jobViewer(userId, row.deviceId);
  await writeChanges(viewer, (tx) => undo(tx, viewer, importId), { timeoutSeconds: transactionSeconds });
}

async function undo(tx: ChangeTransaction, viewer: Viewer, importId: string): Promise<void> {
  const row = await findImport(tx, viewer, importId);
  if (row?.state !== 'UNDOING') return;
  let after: string | null = null;
  do after = await deleteEntries(tx, viewer, importId, after);
  while (after);
  await restoreChanged(tx, viewer, importId);
  await deleteMetrics(tx, viewer, row.createdMetricIds);
  await moveImport(tx, viewer, importId, 'UNDOING', { state: 'UNDONE' });
  await recordEvent(tx, viewer, 'IMPORT_UNDONE', { subjectId: importId, format: row.format });
}

/** @returns the last id looked at, or null when there are no more */
async function deleteEntries(
  tx: ChangeTransaction,
  { userId }: Viewer,
  importId: string,
  after: string | null,
): Promise<string | null> {
  const looked = await tx.query<{ id: string; isGone: boolean }>(deleteText, [userId, importId, after, batch]);
  await recordDeleted(
    tx,
    'Entry',
    looked.filter(({ isGone }) => isGone).map(({ id }) => id),
  );
  return looked.length < batch ? null : looked.at(-1)!.id;
}

/** What is of another version than the import left it in has been changed since. */
const deleteText = `
  WITH looked AS MATERIALIZED (
    SELECT id, version = import_version AS is_untouched FROM entries
    WHERE user_id = $1::uuid AND import_id = $2::uuid AND ($3::uuid IS NULL OR id > $3::uuid)
    ORDER BY id LIMIT $4::int
  ),
  untouched AS MATERIALIZED (SELECT id FROM looked WHERE is_untouched),
  gone AS (DELETE FROM entries e USING untouched u WHERE e.user_id = $1::uuid AND e.id = u.id RETURNING e.id)
  SELECT looked.id, gone.id IS NOT NULL AS "isGone" FROM looked LEFT JOIN gone USING (id) ORDER BY looked.id`;

async function deleteMetrics(tx: ChangeTransaction, { userId }: Viewer, ids: readonly string[]): Promise<void> {
  const gone = await tx.query<{ id: string }>(
    `DELETE FROM metrics m WHERE user_id = $1::uuid AND id = ANY($2::uuid[])
       AND NOT EXISTS (SELECT FROM entries e WHERE e.user_id = m.user_id AND e.metric_id = m.id)
     RETURNING id`,
    [userId, ids],
  );
  await recordDeleted(
    tx,
    'Metric',
    gone.map(({ id }) => id),
  );
}

const recordDeleted = (tx: ChangeTransaction, entityType: string, ids: readonly string[]): Promise<void> =>
  tx.record(...ids.map((entityId) => ({ kind: 'DELETED' as const, entityType, entityId, snapshot: null })));
