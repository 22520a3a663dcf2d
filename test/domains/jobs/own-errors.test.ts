import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { getJob } from '../../../src/domains/jobs/jobs.ts';
import { defineJob } from '../../../src/kernel/define-domain.ts';
import { ConflictError } from '../../../src/kernel/errors.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { jobViewer } from '../../../src/kernel/viewer.ts';
import { closeDatabase, openDatabase } from '../../../src/platform/database/database.ts';
import { closeQueue, enqueueAlone, openQueue } from '../../../src/platform/jobs/queue.ts';

const failing = defineJob<{ userId: string }>({
  name: 'test.fail',
  retryLimit: 0,
  run: async () => {
    throw new ConflictError('The file has been changed since.', { value: 'what somebody wrote' });
  },
});

beforeAll(async () => {
  await openDatabase(readConfig({ DATA_DIR: 'memory://' }));
  await openQueue([failing], { runsJobs: true, jobDays: 7 });
});
afterAll(async () => {
  await closeQueue();
  await closeDatabase();
});

it('a job that fails with one of our own errors says so in its words', async () => {
  const viewer = jobViewer(newId());
  const id = (await enqueueAlone('test.fail', { userId: viewer.userId }))!;
  await expect.poll(async () => (await getJob(viewer, id))?.state, { timeout: 20_000 }).toBe('FAILED');
  expect((await getJob(viewer, id))?.error).toBe('The file has been changed since.');
  expect(await getJob(jobViewer(newId()), id)).toBeNull();
});
