import { defineJob, type JobDefinition } from '../../../kernel/define-domain.ts';
import { enqueueAlone } from '../../../platform/jobs/queue.ts';
import type { Keep } from './rotation.ts';
import { savePeople } from './save.ts';

/** What the settings say of scheduled exports; `folder` and `schedule` are null when there are none. */
export type ExportPlan = { folder: string | null; schedule: string | null; keep: Keep };

const name = 'exports.save';
/** Seconds after a start: a process that is only tried out has other things to do. */
const startDelaySeconds = 120;

/** The job that looks, by the clock, who has no file of the day. Without a schedule it does nothing. */
export const exportJob = ({ folder, schedule, keep }: ExportPlan): JobDefinition =>
  defineJob({
    name,
    ...(schedule ? { schedule } : {}),
    expireInSeconds: 3 * 3600,
    run: async (_: object, signal) => {
      if (folder && schedule) await savePeople({ folder, keep }, signal);
    },
  });

/** Asks for the job soon after a start, once the queue is open: who is off whenever the clock would say so gets their files all the same. */
export async function requestExports({ schedule }: ExportPlan): Promise<void> {
  if (schedule) await enqueueAlone(name, {}, { startAfterSeconds: startDelaySeconds });
}
