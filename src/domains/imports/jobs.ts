import { writeChanges } from '../../changes/write-changes.ts';
import { defineJob, type JobDefinition } from '../../kernel/define-domain.ts';
import { jobViewer } from '../../kernel/viewer.ts';
import { prisma } from '../../platform/database/database.ts';
import { applyStaged } from './apply.ts';
import type { ImportState } from './import.ts';
import { applyJob, undoJob, type ImportTask } from './imports.ts';
import { clearStaging } from './staging.ts';
import { tidyImports } from './tidy.ts';
import { moveImport, type Step } from './transitions.ts';
import { undoApplied } from './undo.ts';

/** Seconds after which a run counts as dead: more than its transaction may take. */
const expireInSeconds = 900;

export const importJobs: readonly JobDefinition[] = [
  defineJob<ImportTask>({
    name: applyJob,
    run: applyStaged,
    onFailed: async (task) => {
      const error = 'The import could not be applied. Nothing of it was written; upload the file again.';
      await settleFailure(task, 'APPLYING', { state: 'FAILED', error });
    },
    expireInSeconds,
  }),
  defineJob<ImportTask>({
    name: undoJob,
    run: undoApplied,
    onFailed: async (task) => {
      const error = 'The import could not be undone. Everything is still there; try it again.';
      await settleFailure(task, 'UNDOING', { state: 'APPLIED', error });
    },
    expireInSeconds,
  }),
  defineJob({ name: 'imports.tidy', run: tidyImports, schedule: '*/10 * * * *' }),
];

async function settleFailure({ userId, importId }: ImportTask, from: ImportState, step: Step): Promise<void> {
  const row = await prisma().import.findFirst({ where: { userId, id: importId } });
  if (row?.state !== from) return;
  const viewer = jobViewer(userId, row.deviceId);
  await writeChanges(viewer, async (tx) => {
    await moveImport(tx, viewer, importId, from, step);
    await clearStaging(tx, { userId, importId });
  });
}
