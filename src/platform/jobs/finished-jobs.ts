import type { Retention } from '../../kernel/define-domain.ts';
import { sql, type Transaction } from '../database/database.ts';
import { oldRows } from '../forgetting/retention.ts';

const rows = oldRows({
  table: 'pgboss.job',
  key: 'id',
  at: 'completed_on',
  where: `state IN ('completed', 'failed', 'cancelled') AND completed_on < $1::timestamptz`,
});

/** Jobs that have ended, with what they were given and what became of them. The queue's own tables may not be made yet. */
export const finishedJobs: Retention = {
  name: 'finished jobs',
  days: 'jobs',
  count: async (before) => ((await hasQueue()) ? rows.count(before) : { rows: 0, oldest: null }),
  forget: async (before, signal) => ((await hasQueue()) ? rows.forget(before, signal) : 0),
};

/** How many jobs of a person the queue holds, waiting, running or ended. */
export async function countJobsOf(userId: string): Promise<number> {
  const [row] = await sql.query<{ rows: number }>(
    `SELECT count(*)::int AS rows FROM pgboss.job WHERE data->>'userId' = $1::text`,
    [userId],
  );
  return row!.rows;
}

/** Takes all jobs of a person out of the queue. One that is running finds nothing of them any more. */
export async function forgetJobsOf(tx: Transaction, userId: string): Promise<void> {
  if (!(await hasQueue(tx))) return;
  await tx.query(`DELETE FROM pgboss.job WHERE data->>'userId' = $1::text RETURNING 1 AS one`, [userId]);
}

async function hasQueue(on: Pick<Transaction, 'query'> = sql): Promise<boolean> {
  const [row] = await on.query<{ is: boolean }>(`SELECT to_regclass('pgboss.job') IS NOT NULL AS is`);
  return row!.is;
}
