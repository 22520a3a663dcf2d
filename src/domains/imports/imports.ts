import { Prisma, type Import as ImportRow } from '../../../generated/prisma/client.ts';
import { writeChanges, type ChangeTransaction } from '../../changes/write-changes.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { validate } from '../../kernel/validate.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { prisma } from '../../platform/database/database.ts';
import { enqueue } from '../../platform/jobs/queue.ts';
import { openLink, signLink } from '../accounts/links.ts';
import { toImport, type Import } from './import.ts';
import type { Question } from './format.ts';
import { createImportShape, type CreateImportInput, type ImportFormat } from './input.ts';
import { findFormat } from './formats.ts';
import { checkAnswers, findRereading, type Answers } from './questions.ts';
import { clearStaging } from './staging.ts';
import { findImport, moveImport, recordImport } from './transitions.ts';

/** Seconds in which an upload must begin. */
const linkSeconds = 900;

export const applyJob = 'imports.apply';
export const undoJob = 'imports.undo';

/** Which import a job is about. */
export type ImportTask = { userId: string; importId: string };

/** An import, or null when the viewer has none of this id. */
export async function getImport({ userId }: Viewer, id: string): Promise<Import | null> {
  const row = isId(id) ? await prisma().import.findFirst({ where: { userId, id } }) : null;
  return row && toImport(row);
}

/** Opens an import, which then waits for its file. @throws InvalidInputError */
export async function createImport(viewer: Viewer, input: CreateImportInput): Promise<Import> {
  const { format, fileName, applyWhenReady, options } = validate(createImportShape, input);
  findFormat(format as ImportFormat)?.checkOptions?.(options ?? {});
  const data = {
    userId: viewer.userId,
    id: newId(),
    format: format ?? 'AUTO',
    fileName: fileName || null,
    state: 'AWAITING_UPLOAD',
    applyWhenReady: applyWhenReady ?? false,
    options: options ?? {},
    deviceId: viewer.deviceId,
  };
  return writeChanges(viewer, async (tx) => recordImport(tx, await tx.prisma.import.create({ data }), 'CREATED'));
}

/**
 * Writes what a checked file holds, in the background; when an answer says that it is to be read otherwise, waits for it once more.
 * @param answers to the questions of the report, by their ids
 * @throws NotFoundError, ConflictError in any state but READY, InvalidInputError unless each question is answered
 */
export async function applyImport(viewer: Viewer, id: string, answers: Answers = {}): Promise<Import> {
  return writeChanges(viewer, async (tx) => {
    const current = await findImport(tx, viewer, id);
    if (current?.state === 'READY') {
      const questions = current.questions as unknown as Question[];
      checkAnswers(questions, answers);
      const options = findRereading(questions, answers);
      if (options) return waitAgain(tx, viewer, current, options);
    }
    const moved = await moveImport(tx, viewer, id, 'READY', { state: 'APPLYING', answers: answers as never });
    await enqueue(tx, applyJob, toTask(viewer, id), { singletonKey: id });
    return moved;
  });
}

/** Lets go of what was checked: the file comes again, and is read with what has been answered. The upload itself is gone by then. */
async function waitAgain(tx: ChangeTransaction, viewer: Viewer, row: ImportRow, said: object): Promise<Import> {
  const options = { ...(row.options as object), ...said };
  await clearStaging(tx, { userId: viewer.userId, importId: row.id });
  const step = { state: 'AWAITING_UPLOAD' as const, options, progress: 0, report: Prisma.DbNull, questions: [] };
  return moveImport(tx, viewer, row.id, 'READY', step);
}

/**
 * Takes away, in the background, what an import has written and nobody has changed since.
 * @throws NotFoundError, ConflictError in any state but APPLIED
 */
export async function undoImport(viewer: Viewer, id: string): Promise<Import> {
  return writeChanges(viewer, async (tx) => {
    const moved = await moveImport(tx, viewer, id, 'APPLIED', { state: 'UNDOING', error: null });
    await enqueue(tx, undoJob, toTask(viewer, id), { singletonKey: id });
    return moved;
  });
}

/** The address that takes the file of an import, for fifteen minutes; null when none is waited for. */
export const toUploadUrl = (viewer: Viewer, { id, state }: Import): string | null =>
  state === 'AWAITING_UPLOAD' ? `/imports/${signLink(viewer, 'import', { importId: id }, linkSeconds).token}` : null;

/** Who uploads, and to which import. @throws UnauthenticatedError */
export async function openUploadLink(token: string): Promise<{ viewer: Viewer; importId: string }> {
  const { viewer, claims } = await openLink('import', token);
  return { viewer, importId: (claims as { importId: string }).importId };
}

export const toTask = ({ userId }: Viewer, importId: string): ImportTask => ({ userId, importId });
