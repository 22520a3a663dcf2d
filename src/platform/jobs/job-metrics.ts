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

const lastSuccess = new Gauge({
  name: 'lifegraph_job_last_success_timestamp_seconds',
  help: 'When a job that runs by the clock was last done, over all processes; 0 when the queue remembers no such time',
  labelNames: ['job'],
  registers: [registry],
});

/** Counts a run of a job. */
export const noteRun = (job: string, outcome: 'done' | 'failed' | 'given up'): void => runs.inc({ job, outcome });

/** Milliseconds that the database gets to say it: whoever watches a server in trouble does not wait for that. */
const patience = 1000;

/** Looks how many jobs wait, and when scheduled ones were last done. Without an answer nothing is said of them. @param jobs names of all that there are */
export async function lookAtJobs(jobs: readonly string[]): Promise<void> {
  const looks = inTime(Promise.all([readWaiting(), readLastSuccesses()]));
  const [rows, successes] = await looks.catch(() => []);
  for (const gauge of [waiting, lag, lastSuccess]) gauge.reset();
  if (!rows || !successes) return;
  for (const { name, at } of successes) lastSuccess.set({ job: name }, at);
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

const readLastSuccesses = (): Promise<{ name: string; at: number }[]> =>
  sql.query<{ name: string; at: number }>(
    `SELECT s.name, coalesce(date_part('epoch', max(j.completed_on)), 0) AS at
     FROM pgboss.schedule s LEFT JOIN pgboss.job j ON j.name = s.name AND j.state = 'completed' GROUP BY s.name`,
    [],
    'read-last-successes',
  );

function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error('no answer in time')), patience);
    answer.then(resolve, reject).finally(() => clearTimeout(limit));
  });
}
