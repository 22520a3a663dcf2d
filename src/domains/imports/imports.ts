import { writeChanges } from '../../changes/write-changes.ts';
import { isId, newId } from '../../kernel/ids.ts';
import { validate } from '../../kernel/validate.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { prisma } from '../../platform/database/database.ts';
import { enqueue } from '../../platform/jobs/queue.ts';
import { openLink, signLink } from '../accounts/links.ts';
import { toImport, type Import } from './import.ts';
import type { Question } from './format.ts';
import { createImportShape, type CreateImportInput } from './input.ts';
import { checkAnswers, type Answers } from './questions.ts';
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
 * Writes what a checked file holds, in the background.
 * @param answers to the questions of the report, by their ids
 * @throws NotFoundError, ConflictError in any state but READY, InvalidInputError unless each question is answered
 */
export async function applyImport(viewer: Viewer, id: string, answers: Answers = {}): Promise<Import> {
  return writeChanges(viewer, async (tx) => {
    const current = await findImport(tx, viewer, id);
    if (current?.state === 'READY') checkAnswers(current.questions as unknown as Question[], answers);
    const moved = await moveImport(tx, viewer, id, 'READY', { state: 'APPLYING', answers: answers as never });
    await enqueue(tx, applyJob, toTask(viewer, id), { singletonKey: id });
    return moved;
  });
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
