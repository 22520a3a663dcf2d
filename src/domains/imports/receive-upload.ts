import { writeChanges, type ChangeTransaction } from '../../changes/write-changes.ts';
import { ConflictError, TooCostlyError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { sql } from '../../platform/database/database.ts';
import { log } from '../../platform/observation/log.ts';
import { enqueue } from '../../platform/jobs/queue.ts';
import { BrokenFileError } from './broken-file.ts';
import { isArchive, openArchive, openFile, type OpenSource } from './archive.ts';
import type { Check, FileFacts } from './check.ts';
import { checkJson } from './check-json.ts';
import { checkRows } from './check-rows.ts';
import type { Source } from './format.ts';
import { readGround, type Ground } from './ground.ts';
import { findFormat, recogniseFormat } from './formats.ts';
import type { ImportFormat } from './input.ts';
import { spool, type Spooled } from './spool.ts';
import type { Import, ImportReport } from './import.ts';
import { applyJob, toTask } from './imports.ts';
import { checkShare, openProgress, type Progress } from './progress.ts';
import { openRejections } from './rejections.ts';
import { markDuplicates, numberRepetitions } from './settle.ts';
import { clearStaging, openStaging, type StagingKey } from './staging.ts';
import { summarise } from './summarise.ts';
import { moveImport } from './transitions.ts';
import type { Upload } from './upload.ts';

/**
 * Takes the file of an import in, checks it row by row and stages what can be taken over. Nothing of it is held in
 * memory but the row at hand and a batch.
 * @returns the import, which is now READY, or APPLYING when that was asked for
 * @throws NotFoundError, ConflictError when no file is waited for or too many are being checked, TooCostlyError, BrokenFileError, UploadInterruptedError
 */
export async function receiveUpload(viewer: Viewer, importId: string, upload: Upload): Promise<Import> {
  const step = { state: 'CHECKING' as const, progress: 0, error: null };
  const begun = await writeChanges(viewer, async (tx) => {
    await refuseCrowd(tx, viewer);
    return moveImport(tx, viewer, importId, 'AWAITING_UPLOAD', step);
  });
  try {
    const checked = await check(viewer, begun, upload);
    return await writeChanges(viewer, (tx) => finish(tx, viewer, begun, checked));
  } catch (error) {
    await giveUp(viewer, importId, error);
    throw error;
  }
}

/** Files of one person that are checked at once: each lies on the disk, and takes a processor. */
const checksMax = 3;

async function refuseCrowd(tx: ChangeTransaction, { userId }: Viewer): Promise<void> {
  const running = await tx.prisma.import.count({ where: { userId, state: 'CHECKING' } });
  if (running >= checksMax)
    throw new ConflictError('Three files are being checked already. Wait for one of them.', null);
}

async function check(viewer: Viewer, { id, format, fileName, options }: Import, upload: Upload): Promise<Checked> {
  const key: StagingKey = { userId: viewer.userId, importId: id };
  const progress = openProgress(key);
  const rejections = openRejections();
  const work = { viewer, key, rejections, progress, staging: openStaging(sql, key), options: options as Options };
  const { file, source } = await takeIn(upload, fileName ?? '', progress);
  try {
    if (await isBlank(source.source)) throw new BrokenFileError('The file is empty.');
    const found = format === 'AUTO' ? await recogniseFormat(source.source) : format;
    // Before anything is looked at: what is written from now on makes applying look again.
    const ground = await readGround(sql, viewer.userId);
    const facts = await readAs(work, found, source.source);
    // Or the database takes the staged rows for a few, and joins each with each.
    await sql.query('ANALYZE import_rows');
    await numberRepetitions(sql, key, facts.layout);
    await markDuplicates(sql, key, found, true);
    const leftOut = [...facts.leftOut].map(([what, records]) => ({ what, records }));
    const report = await summarise(sql, key, rejections, { ...facts, leftOut });
    return { report, format: found, ground };
  } finally {
    // Whatever is still on its way there must have arrived before anybody clears the table.
    await work.staging.flush().catch(() => undefined);
    await source.close();
    await file.remove();
  }
}

type Options = Readonly<Record<string, unknown>>;

async function takeIn(
  upload: Upload,
  name: string,
  progress: Progress,
): Promise<{ file: Spooled; source: OpenSource }> {
  const file = await spool(upload, (total) => noteBytes(progress, total, upload.length));
  try {
    return {
      file,
      source: (await isArchive(file.path)) ? await openArchive(file.path) : await openFile(file.path, name),
    };
  } catch (error) {
    await file.remove();
    throw error;
  }
}

const isBlank = async ({ files: [file] }: Source): Promise<boolean> => !file || (await file.head()).trim() === '';

function readAs(work: Check, id: ImportFormat, source: Source): Promise<FileFacts> {
  const format = findFormat(id);
  if (format) return checkRows(work, format, source);
  if (source.isArchive)
    throw new BrokenFileError('This is an archive: upload the file in it, or name the program that made it.');
  return checkJson(work, source);
}

/** What a check has found. */
type Checked = { report: ImportReport; format: ImportFormat; ground: Ground };

/** The part of the check in which the file comes in. */
const takingShare = 0.3;

/** Taking it in is the first part of the check; how much of it is done is known only when the client says how much there is. */
const noteBytes = (progress: Progress, total: number, length: number | null): Promise<void> =>
  progress(length ? Math.min(total / length, 1) * takingShare : 0);

async function finish(
  tx: ChangeTransaction,
  viewer: Viewer,
  { id, applyWhenReady }: Import,
  { report, format, ground }: Checked,
): Promise<Import> {
  // Even with nothing to write: whoever asked for it waits for APPLIED.
  const isApplied = applyWhenReady && report.questions.length === 0;
  const state = isApplied ? 'APPLYING' : 'READY';
  const { questions } = report;
  const found = { report: report as never, questions: questions as never, ground };
  const step = { state, format, ...found, progress: checkShare } as const;
  const moved = await moveImport(tx, viewer, id, 'CHECKING', step);
  if (isApplied) await enqueue(tx, applyJob, toTask(viewer, id), { singletonKey: id });
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
