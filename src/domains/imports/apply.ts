import { writeChanges, type ChangeTransaction } from '../../changes/write-changes.ts';
import { jobViewer, type Viewer } from '../../kernel/viewer.ts';
import { prisma, refreshStatistics } from '../../platform/database/database.ts';
import { recordEvent } from '../audit/record.ts';
import { insertMetric } from '../metrics/metrics.ts';
import { applyAnswers } from './answers.ts';
import { writeChanged } from './changed-entries.ts';
import { hasMoved, type Ground } from './ground.ts';
import type { ImportReport, MetricReport } from './import.ts';
import type { ImportFormat } from './input.ts';
import type { ImportTask } from './imports.ts';
import { insertStaged } from './insert-staged.ts';
import { recheckEntries } from './recheck.ts';
import { openRejections } from './rejections.ts';
import { markDuplicates, markMetrics } from './settle.ts';
import { addSources, orderSources } from './metric-sources.ts';
import { clearStaging, readStagedMetrics, type StagingKey } from './staging.ts';
import { summarise } from './summarise.ts';
import { findImport, moveImport } from './transitions.ts';

/** Seconds that applying one import, or undoing it, may take. */
export const transactionSeconds = 600;

/**
 * Writes what an import has staged: everything in one transaction, so that nothing is ever half there. Does nothing when
 * the import is no longer to be applied, because another run has done it.
 */
export async function applyStaged({ userId, importId }: ImportTask): Promise<void> {
  const row = await prisma().import.findFirst({ where: { userId, id: importId } });
  if (row?.state !== 'APPLYING') return;
  const viewer = jobViewer(userId, row.deviceId);
  await writeChanges(viewer, (tx) => apply(tx, viewer, importId), { timeoutSeconds: transactionSeconds });
  await refreshStatistics();
}

async function apply(tx: ChangeTransaction, viewer: Viewer, importId: string): Promise<void> {
  const row = await findImport(tx, viewer, importId);
  if (row?.state !== 'APPLYING') return;
  const key = { userId: viewer.userId, importId };
  const format = row.format as ImportFormat;
  const checked = row.report as unknown as ImportReport;
  await applyAnswers(tx, viewer, key, row.questions as never, row.answers as never);
  const isAsChecked =
    checked.questions.length === 0 && row.ground && !(await hasMoved(tx, viewer.userId, row.ground as Ground));
  const report = isAsChecked ? checked : await lookAgain(tx, viewer, key, format, checked);
  const createdMetricIds = await insertMetrics(tx, viewer, key, report.byMetric);
  await addSources(tx, viewer, report.byMetric);
  await insertStaged(tx, key);
  if (report.byMetric.some(({ changed }) => changed > 0)) await writeChanged(tx, viewer, key);
  await clearStaging(tx, key);
  const step = { state: 'APPLIED' as const, report: report as never, progress: 1, createdMetricIds };
  await moveImport(tx, viewer, importId, 'APPLYING', step);
  await recordEvent(tx, viewer, 'IMPORT_APPLIED', { subjectId: importId, format, count: report.rowsAccepted });
}

/** Looks at everything once more: between check and apply the person may have written, changed and deleted. */
async function lookAgain(
  tx: ChangeTransaction,
  viewer: Viewer,
  key: StagingKey,
  format: ImportFormat,
  checked: ImportReport,
): Promise<ImportReport> {
  await tx.query(
    `UPDATE import_rows SET status = 'NEW', reason = NULL WHERE user_id = $1::uuid AND import_id = $2::uuid AND status <> 'NEW' AND occurrence > 0 AND question IS NULL`,
    [key.userId, key.importId],
  );
  const isJson = format === 'JSON';
  await markMetrics(tx, viewer, key, isJson ? 'JSON' : 'LONG');
  await markDuplicates(tx, key, format, false);
  await recheckEntries(tx, viewer, key, isJson);
  return summarise(tx, key, openRejections({ count: checked.rowsRejected, named: checked.rejected }), checked);
}

async function insertMetrics(
  tx: ChangeTransaction,
  viewer: Viewer,
  key: StagingKey,
  used: readonly MetricReport[],
): Promise<string[]> {
  const wanted = new Map(used.filter(({ isNew }) => isNew).map(({ id, sources }) => [id, sources]));
  const created: string[] = [];
  for (const { itemId, payload } of await readStagedMetrics(tx, key)) {
    const found = wanted.get(itemId);
    if (!found) continue;
    // An export of ours says it itself.
    await insertMetric(tx, viewer, { ...payload, sources: payload.sources ?? orderSources([], found) });
    created.push(itemId);
  }
  return created;
}
