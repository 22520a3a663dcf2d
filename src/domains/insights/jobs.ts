import { takeFollowUp } from '../../changes/follow-ups.ts';
import { toWallClock } from '../../kernel/civil-time.ts';
import { defineJob, type JobDefinition } from '../../kernel/define-domain.ts';
import { sql } from '../../platform/database/database.ts';
import { enqueueAlone } from '../../platform/jobs/queue.ts';
import { refreshJob } from './insights.ts';
import { refreshInsights } from './refresh.ts';

/** Hour of the person's own night at which their insights are looked at even when nothing has changed. */
const nightHour = 3;

export const insightJobs: readonly JobDefinition[] = [
  defineJob<{ userId: string }>({
    name: refreshJob,
    run: ({ userId }) => refreshInsights(userId),
    // Without this the next change would believe that a run is still to come.
    onFailed: async ({ userId }) => void (await takeFollowUp(userId)),
  }),
  defineJob<object>({ name: 'insights.refreshNightly', schedule: '0 * * * *', run: () => refreshNightly(new Date()) }),
];

/**
 * Queues a refresh for those whose clock is in this hour of the night and whose data have changed lately: should a job
 * have been lost, a day makes up for it. Where nothing has changed there is nothing to compute.
 */
export async function refreshNightly(now: Date): Promise<void> {
  const zones = await sql.query<{ timeZone: string }>('SELECT DISTINCT time_zone AS "timeZone" FROM users');
  const dark = zones.map(({ timeZone }) => timeZone).filter((zone) => toWallClock(now, zone).hour === nightHour);
  const sleepers = await sql.query<{ id: string }>(
    `SELECT id FROM users u WHERE time_zone = ANY($1::text[]) AND EXISTS (
       SELECT FROM changes c JOIN change_heads h ON h.user_id = c.user_id AND h.seq = c.seq
       WHERE c.user_id = u.id AND c.at > now() - interval '2 days')`,
    [dark],
  );
  for (const { id } of sleepers) await enqueueAlone(refreshJob, { userId: id }, { singletonKey: id });
}
