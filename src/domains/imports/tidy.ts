import { writeChanges } from '../../changes/write-changes.ts';
import { jobViewer } from '../../kernel/viewer.ts';
import { prisma } from '../../platform/database.ts';
import type { ImportState } from './import.ts';
import { clearStaging } from './staging.ts';
import { moveImport, type Step } from './transitions.ts';

/** Minutes a check may be silent: an upload that stands still is broken off long before. */
const silentMinutes = 10;
/** Days a checked file waits to be applied. */
const readyDays = 7;

/** Puts imports back whose check has died with its process, and lets go of files that nobody has applied. */
export async function tidyImports(): Promise<void> {
  await moveOld('CHECKING', silentMinutes * 60_000, { state: 'AWAITING_UPLOAD', progress: 0 });
  const error = `The file was not applied within ${readyDays} days. Upload it again.`;
  await moveOld('READY', readyDays * 86_400_000, { state: 'FAILED', error });
}

async function moveOld(from: ImportState, milliseconds: number, step: Step): Promise<void> {
  const old = { state: from, updatedAt: { lt: new Date(Date.now() - milliseconds) } };
  const rows = await prisma().import.findMany({ where: old, take: 1000 });
  for (const { userId, id, deviceId } of rows) {
    const viewer = jobViewer(userId, deviceId);
    await writeChanges(viewer, async (tx) => {
      // Another process may have been faster; the log is locked now, so what is still old stays so.
      const current = await tx.prisma.import.findFirst({ where: { ...old, userId, id } });
      if (!current) return;
      await moveImport(tx, viewer, id, from, step);
      await clearStaging(tx, { userId, importId: id });
    });
  }
}
