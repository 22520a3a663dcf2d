import { Counter, Gauge } from 'prom-client';
import { sql } from '../database/database.ts';
import { registry } from '../observation/metrics.ts';

const runs = new Counter({
  name: 'lifegraph_job_runs_total',
  help: 'Runs of jobs in this process: done, failed and to be tried again, or given up',
  labelNames: ['job', 'outcome'],
  registers: [registry],
});

const waiting = new Gauge({
  name: 'lifegraph_jobs_waiting',
  help: 'Jobs that are due and wait, over all processes',
  labelNames: ['job'],
  registers: [registry],
});

const lag = new Gauge({
  name: 'lifegraph_job_lag_seconds',
  help: 'For how long the oldest job that is due has waited, over all processes',
  labelNames: ['job'],
  registers: [registry],
});

/** Counts a run of a job. */
export const noteRun = (job: string, outcome: 'done' | 'failed' | 'given up'): void => runs.inc({ job, outcome });

/** Milliseconds that the database gets to say it: whoever watches a server in trouble does not wait for that. */
const patience = 1000;

/** Looks how many jobs wait. Without an answer nothing is said of them. @param jobs names of all that there are */
export async function lookAtJobs(jobs: readonly string[]): Promise<void> {
  const rows = await inTime(readWaiting()).catch(() => undefined);
  waiting.reset();
  lag.reset();
  if (!rows) return;
  for (const job of jobs) {
    const row = rows.find(({ name }) => name === job);
    waiting.set({ job }, row?.count ?? 0);
    lag.set({ job }, row?.lag ?? 0);
  }
}

type Waiting = { name: string; count: number; lag: number };

const readWaiting = (): Promise<Waiting[]> =>
  sql.query<Waiting>(
    `SELECT name, count(*)::int AS count, date_part('epoch', now() - min(start_after)) AS lag
     FROM pgboss.job WHERE state < 'active' AND start_after <= now() GROUP BY name`,
    [],
    'read-waiting-jobs',
  );

function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error('no answer in time')), patience);
    answer.then(resolve, reject).finally(() => clearTimeout(limit));
  });
}
