import { expect, it } from 'vitest';
import { exportJob } from '../../../../src/domains/exports/scheduled/jobs.ts';

const keep = { days: 7, weeks: 4, months: 12 };
const run = (folder: string | null, schedule: string | null): Promise<void> =>
  exportJob({ folder, schedule, keep }).run({} as never, new AbortController().signal);

it('does nothing without a schedule or a folder: one may be waiting still from when there was one', async () => {
  expect(exportJob({ folder: '/nowhere', schedule: null, keep })).not.toHaveProperty('schedule');
  await run('/nowhere', null);
  await run(null, null);
  // Where it has something to do it asks the database, which is not open here.
  await expect(run('/nowhere', '0 3 * * *')).rejects.toThrow('not open');
});
