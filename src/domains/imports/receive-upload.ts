import { writeChanges, type ChangeTransaction } from '../../changes/write-changes.ts';
import { TooCostlyError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database/database.ts';
import { log } from '../../platform/observation/log.ts';
import { enqueue } from '../../platform/jobs/queue.ts';
import { BrokenFileError } from './broken-file.ts';
import { checkCsv, type FileFacts } from './check-csv.ts';
import { checkJson } from './check-json.ts';
import type { Import, ImportReport } from './import.ts';
import { applyJob, toTask } from './imports.ts';
import { checkShare, openProgress, type Progress } from './progress.ts';
import { openRejections } from './rejections.ts';
import { markDuplicates, numberRepetitions } from './settle.ts';
import { clearStaging, openStaging, type StagingKey } from './staging.ts';
import { summarise } from './summarise.ts';
import { moveImport } from './transitions.ts';
import { readText, type Upload } from './upload.ts';

/**
 * Takes the file of an import in, checks it row by row and stages what can be taken over. Nothing of it is held in
 * memory but the row at hand and a batch.
 * @returns the import, which is now READY, or APPLYING when that was asked for
 * @throws NotFoundError, ConflictError when no file is waited for, TooCostlyError, BrokenFileError, UploadInterruptedError
 */
export async function receiveUpload(viewer: Viewer, importId: string, upload: Upload): Promise<Import> {
  const step = { state: 'CHECKING' as const, progress: 0, error: null };
  const begun = await writeChanges(viewer, (tx) => moveImport(tx, viewer, importId, 'AWAITING_UPLOAD', step));
  try {
    const report = await check(viewer, begun, upload);
    return await writeChanges(viewer, (tx) => finish(tx, viewer, begun, report));
  } catch (error) {
    await giveUp(viewer, importId, error);
    throw error;
  }
}

async function check(viewer: Viewer, { id, format }: Import, upload: Upload): Promise<ImportReport> {
  const key: StagingKey = { userId: viewer.userId, importId: id };
  const progress = openProgress(key);
  const rejections = openRejections();
  const work = { viewer, key, rejections, progress, staging: openStaging(sql, key) };
  const text = readText(upload, (total) => noteBytes(progress, total, upload.length));
  const facts: FileFacts = await (format === 'CSV' ? checkCsv : checkJson)(work, text);
  await numberRepetitions(sql, key, facts.layout);
  await markDuplicates(sql, key, format === 'JSON', true);
  return (await summarise(sql, key, rejections, facts.ignoredColumns)).report;
}

/** Reading is most of the check; how much of it is done is known only when the client says how much there is. */
const noteBytes = (progress: Progress, total: number, length: number | null): Promise<void> =>
  progress(length ? Math.min(total / length, 1) * 0.8 : 0);

async function finish(
  tx: ChangeTransaction,
  viewer: Viewer,
  { id, applyWhenReady }: Import,
  report: ImportReport,
): Promise<Import> {
  // Even with nothing to write: whoever asked for it waits for APPLIED.
  const state = applyWhenReady ? 'APPLYING' : 'READY';
  const moved = await moveImport(tx, viewer, id, 'CHECKING', { state, report, progress: checkShare });
  if (applyWhenReady) await enqueue(tx, applyJob, toTask(viewer, id), { singletonKey: id });
  return moved;
}

/** A file that cannot be read has failed; whatever else happens is no fault of the file, which may be sent again. */
async function giveUp(viewer: Viewer, importId: string, error: unknown): Promise<void> {
  const isFault = error instanceof BrokenFileError || error instanceof TooCostlyError;
  try {
    await writeChanges(viewer, async (tx) => {
      const step = isFault
        ? { state: 'FAILED' as const, error: error.message }
        : { state: 'AWAITING_UPLOAD' as const, progress: 0 };
      await moveImport(tx, viewer, importId, 'CHECKING', step);
      await clearStaging(tx, { userId: viewer.userId, importId });
    });
  } catch (err) {
    // Whoever uploads is to hear why the check ended, not that its tidying did; `imports.tidy` makes up for it.
    log.warn({ err, importId }, 'an import that broke off could not be put back');
  }
}
