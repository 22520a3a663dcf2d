import { afterAll, beforeAll, expect, it } from 'vitest';
import { insightJobs } from '../../../src/domains/insights/jobs.ts';
import { sql } from '../../../src/platform/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());

it('after a run was given up while changes waited for it, the next change asks for a new one', async () => {
  const person = await Client.register(app.url);
  const { id: metricId } = await person.createMetric();
  expect(await takeWaiting(person)).toBe(1);
  await person.createEntry({ metricId });
  expect(await takeWaiting(person)).toBe(0);
  await insightJobs[0]!.onFailed!({ userId: person.userId } as never, new Error('given up'));
  await person.createEntry({ metricId });
  expect(await takeWaiting(person)).toBe(1);
});

/** Takes the waiting jobs of a person away, as if they had been given up. @returns how many there were */
async function takeWaiting({ userId }: Client): Promise<number> {
  const taken = await sql.query(
    `DELETE FROM pgboss.job WHERE name = 'insights.refresh' AND singleton_key = $1::text RETURNING id`,
    [userId],
  );
  return taken.length;
}
