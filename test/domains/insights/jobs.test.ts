import { afterAll, beforeAll, expect, it } from 'vitest';
import { insightJobs, refreshNightly } from '../../../src/domains/insights/jobs.ts';
import { sql } from '../../../src/platform/database/database.ts';
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

it('at night only those are looked at whose data have changed in the last two days', async () => {
  const people = await Promise.all(
    ['idle', 'busy', 'awake'].map((name) => openLife(name === 'awake' ? 'Asia/Tokyo' : 'UTC')),
  );
  const [idle, busy] = people as [Client, Client, Client];
  for (const person of people) await takeWaiting(person);
  await sql.query(`UPDATE changes SET at = now() - interval '49 hours' WHERE user_id = $1::uuid`, [idle.userId]);
  // Old changes do not make up for a new one.
  await sql.query(`UPDATE changes SET at = now() - interval '49 hours' WHERE user_id = $1::uuid AND seq = 1`, [
    busy.userId,
  ]);
  await refreshNightly(new Date('2026-07-01T03:30:00Z'));
  expect(await findAsked(people)).toEqual([busy.userId]);
});

async function openLife(timeZone: string): Promise<Client> {
  const person = await Client.register(app.url, { timeZone });
  await person.createEntry({ metricId: (await person.createMetric()).id });
  return person;
}

/** Of these people, those for whom there is a job, waiting, running or done. */
async function findAsked(people: Client[]): Promise<string[]> {
  const jobs = await sql.query<{ userId: string }>(
    `SELECT DISTINCT singleton_key AS "userId" FROM pgboss.job
     WHERE name = 'insights.refresh' AND singleton_key = ANY($1::text[])`,
    [people.map(({ userId }) => userId)],
  );
  return jobs.map(({ userId }) => userId);
}

/** Takes the waiting jobs of a person away, as if they had been given up. @returns how many there were */
async function takeWaiting({ userId }: Client): Promise<number> {
  const taken = await sql.query(
    `DELETE FROM pgboss.job WHERE name = 'insights.refresh' AND singleton_key = $1::text RETURNING id`,
    [userId],
  );
  return taken.length;
}
