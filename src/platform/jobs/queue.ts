import { fromPrisma, PgBoss, type JobWithMetadata, type WorkWithMetadataHandler } from 'pg-boss';
import type { JobDefinition } from '../../kernel/define-domain.ts';
import { ExpectedError, UnavailableError } from '../../kernel/errors.ts';
import { executeSql, isEmbedded, sql, withSchemaLock, type Transaction } from '../database/database.ts';
import { noteRun } from './job-metrics.ts';
import { log } from '../observation/log.ts';
import { isOutage } from '../database/outages.ts';

export type QueuedJob = JobWithMetadata<{ userId?: string }>;

/** How this process uses the queue: whether it works jobs off and keeps the clock of the scheduled ones, and for how many days it keeps those that ended (0 for ever). */
export type QueueUse = { runsJobs: boolean; jobDays: number };

/** When a job runs and what it is one of. Two waiting jobs of one name and `singletonKey` are one. */
export type EnqueueOptions = { startAfterSeconds?: number; singletonKey?: string };

let boss: PgBoss | undefined;
let names: readonly string[] = [];

/** All jobs that there are, by name. */
export const jobNames = (): readonly string[] => names;

/**
 * Opens the job queue over the shared pool, with a queue for each job.
 * @param jobs all jobs of all domains
 */
export async function openQueue(jobs: readonly JobDefinition[], { runsJobs, jobDays }: QueueUse): Promise<void> {
  const queue = new PgBoss({
    db: { executeSql: executeSql as never },
    backend: isEmbedded() ? 'pglite' : 'postgres',
    supervise: runsJobs,
    schedule: runsJobs,
    superviseIntervalSeconds: 30,
    reindex: false,
  });
  boss = queue;
  names = jobs.map(({ name }) => name);
  // While the database is away the queue asks twice a second for each job; that it is away is told once, by its watch.
  queue.on('error', (err) => log[isOutage(err) ? 'debug' : 'error']({ err }, 'the job queue met an error'));
  // Of two processes that start together on an empty database, one would find the other's half-made tables and give up.
  await withSchemaLock(async () => {
    await queue.start();
    for (const job of jobs) await createQueue(queue, job, { runsJobs, jobDays });
  });
  await warmUp(queue, jobs);
  if (runsJobs) for (const job of jobs) await work(queue, job);
}

/** Milliseconds that running jobs get to end. The next process takes up what has not. */
const closingLimit = 8000;

/** Lets running jobs end, or gives them back, then stops. Harmless when nothing is open. */
export async function closeQueue(): Promise<void> {
  await boss?.stop({ graceful: true, timeout: closingLimit });
  boss = undefined;
}

/** Puts a job into the queue as part of the transaction. @returns its id, or null when an equal one is waiting */
export const enqueue = (
  tx: Transaction,
  name: string,
  data: object,
  options: EnqueueOptions = {},
): Promise<string | null> => opened().send(name, data, { ...toSendOptions(options), db: fromPrisma(tx.prisma) });

/**
 * Puts a job into the queue to run now. An equal one that waits for its time is brought forward instead.
 * @returns the id of the job
 */
export async function enqueueNow(tx: Transaction, name: string, data: object, singletonKey: string): Promise<string> {
  const db = fromPrisma(tx.prisma);
  const id = await opened().send(name, data, { singletonKey, db });
  if (id) return id;
  const { jobs } = await opened().update(name, data, { singletonKey, startAfter: new Date(), db });
  if (jobs[0]) return jobs[0];
  throw new UnavailableError('The job is just starting. Try again in a moment.');
}

/** Puts a job into the queue on its own, for callers that write nothing else. */
export const enqueueAlone = (name: string, data: object, options: EnqueueOptions = {}): Promise<string | null> =>
  opened().send(name, data, toSendOptions(options));

/** A job of a person by its id, whatever its queue. One of somebody else takes as many look-ups as one that does not exist. */
export async function findJob(userId: string, id: string): Promise<QueuedJob | null> {
  const text = `SELECT name FROM pgboss.job WHERE id = $1::uuid AND data->>'userId' = $2::text`;
  const [row] = await sql.query<{ name: string }>(text, [id, userId]);
  if (!row) return null;
  const [job] = await opened().findJobs<{ userId?: string }>(row.name, { id });
  return job ?? null;
}

const toSendOptions = ({ startAfterSeconds, singletonKey }: EnqueueOptions) => ({
  ...(startAfterSeconds ? { startAfter: startAfterSeconds } : {}),
  ...(singletonKey ? { singletonKey } : {}),
});

async function createQueue(queue: PgBoss, job: JobDefinition, { runsJobs, jobDays }: QueueUse): Promise<void> {
  const deleteAfterSeconds = Math.ceil(jobDays * 86_400);
  // `stately`: of one key at most one waits and one runs, so that two runs never work on the same person at once.
  await queue.createQueue(job.name, {
    policy: 'stately',
    retryLimit: job.retryLimit ?? 3,
    retryDelay: 2,
    retryBackoff: true,
    expireInSeconds: job.expireInSeconds ?? 300,
    // A worker that is killed stops answering: its job is taken up again without waiting for the expiry.
    heartbeatSeconds: 30,
    deleteAfterSeconds,
  });
  // Of a queue that was there already the settings stay otherwise.
  await queue.updateQueue(job.name, { deleteAfterSeconds });
  // Who works jobs off says when: the settings of a process that only serves may leave it out.
  if (runsJobs) await (job.schedule ? queue.schedule(job.name, job.schedule) : queue.unschedule(job.name));
}

/**
 * pg-boss looks a queue's settings up at its first send, outside the caller's transaction. With one connection that
 * would wait for itself, so the look-up is made now, by a search that finds nothing.
 */
async function warmUp(queue: PgBoss, jobs: readonly JobDefinition[]): Promise<void> {
  for (const { name } of jobs) await queue.findJobs(name, { id: '00000000-0000-0000-0000-000000000000' });
}

async function work(queue: PgBoss, job: JobDefinition): Promise<void> {
  const options = { pollingIntervalSeconds: 0.5, includeMetadata: true } as const;
  const run: WorkWithMetadataHandler<never> = async ([task]) => {
    if (!task) return;
    try {
      await job.run(task.data, task.signal);
      noteRun(job.name, 'done');
    } catch (err) {
      const isLastTry = task.retryCount >= task.retryLimit;
      noteRun(job.name, isLastTry ? 'given up' : 'failed');
      log.error({ err, job: job.name, jobId: task.id, isLastTry }, 'a job failed');
      if (isLastTry) await job.onFailed?.(task.data, err);
      // The queue keeps what it is thrown: nothing but our own errors may lie there, others can hold a person's values.
      throw err instanceof ExpectedError ? err : new Error('the job failed');
    }
  };
  await queue.work(job.name, options, run);
}

function opened(): PgBoss {
  if (!boss) throw new Error('the job queue is not open');
  return boss;
}
