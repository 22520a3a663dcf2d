import { writeChanges } from '../../changes/write-changes.ts';
import { jobViewer } from '../../kernel/viewer.ts';
import { prisma } from '../../platform/database/database.ts';
import type { ImportState } from './import.ts';
import { importReadyDays } from './settings.ts';
import { clearStaging } from './staging.ts';
import { moveImport, type Step } from './transitions.ts';

/** Minutes a check may be silent: an upload that stands still is broken off long before. */
const silentMinutes = 10;
const dayMilliseconds = 86_400_000;

/** Puts imports back whose check has died with its process, and lets go of files that nobody has applied. */
export async function tidyImports(): Promise<void> {
  const silentSince = new Date(Date.now() - silentMinutes * 60_000);
  await moveOld('CHECKING', silentSince, { state: 'AWAITING_UPLOAD', progress: 0 });
  if (importReadyDays() > 0) await giveUpReady(new Date(Date.now() - importReadyDays() * dayMilliseconds));
}

/** Lets go of files that were checked before a time and that nobody has applied. @returns how many rows of theirs went */
export function giveUpReady(before: Date): Promise<number> {
  const error = `The file was not applied within ${importReadyDays()} days. Upload it again.`;
  return moveOld('READY', before, { state: 'FAILED', error });
}

async function moveOld(from: ImportState, before: Date, step: Step): Promise<number> {
  const old = { state: from, updatedAt: { lt: before } };
  let gone = 0;
  const rows = await prisma().import.findMany({ where: old, take: 1000 });
  for (const { userId, id, deviceId } of rows) {
    const viewer = jobViewer(userId, deviceId);
    gone += await writeChanges(viewer, async (tx) => {
      // Another process may have been faster; the log is locked now, so what is still old stays so.
      const current = await tx.prisma.import.findFirst({ where: { ...old, userId, id } });
      if (!current) return 0;
      await moveImport(tx, viewer, id, from, step);
      return clearStaging(tx, { userId, importId: id });
    });
  }
  return gone;
}
