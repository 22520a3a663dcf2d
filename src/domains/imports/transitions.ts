import type { Import as ImportRow, Prisma } from '../../../generated/prisma/client.ts';
import type { ChangeTransaction } from '../../changes/write-changes.ts';
import { ConflictError, NotFoundError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { toImport, type Import, type ImportState } from './import.ts';

const refusals: Record<ImportState, string> = {
  AWAITING_UPLOAD: 'The import waits for its file.',
  CHECKING: 'The file is being checked.',
  READY: 'The file is checked, and waits to be applied.',
  APPLYING: 'The import is being applied.',
  APPLIED: 'The import has been applied.',
  FAILED: 'The import has failed. Create a new one.',
  UNDOING: 'The import is being undone.',
  UNDONE: 'The import has been undone. Create a new one.',
};

/** What a step says besides the state. */
export type Step = { state: ImportState } & Prisma.ImportUpdateInput;

/**
 * Takes an import a step further, with a recorded change.
 * @param from the states that the step may begin in
 * @throws NotFoundError, ConflictError when it is in another state
 */
export async function moveImport(
  tx: ChangeTransaction,
  viewer: Viewer,
  id: string,
  from: ImportState,
  step: Step,
): Promise<Import> {
  const current = await findImport(tx, viewer, id);
  if (!current) throw new NotFoundError('import');
  if (current.state !== from) throw new ConflictError(refusals[current.state as ImportState], toImport(current));
  const moved = await tx.prisma.import.update({
    where: { userId_id: { userId: viewer.userId, id } },
    data: { ...step, updatedAt: new Date() },
  });
  await recordImport(tx, moved, 'UPDATED');
  return toImport(moved);
}

/** Puts an import as it is now into the log. @returns it, as the log shows it */
export async function recordImport(
  tx: ChangeTransaction,
  row: ImportRow,
  kind: 'CREATED' | 'UPDATED',
): Promise<Import> {
  const snapshot = toImport(row);
  await tx.record({ kind, entityType: 'Import', entityId: row.id, snapshot });
  return snapshot;
}

/** The row of an import of the viewer, within a transaction. */
export const findImport = async (tx: ChangeTransaction, { userId }: Viewer, id: string): Promise<ImportRow | null> =>
  isId(id) ? tx.prisma.import.findFirst({ where: { userId, id } }) : null;
