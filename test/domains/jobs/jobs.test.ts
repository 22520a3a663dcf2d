import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../../src/kernel/civil-time.ts';
import { sql } from '../../../src/platform/database/database.ts';
import { drawAutoregressive, seedUniform } from '../../analysis/noise.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';

type Job = { id: string; kind: string; state: string; error: string | null; finishedAt: string | null };
const fields = 'id kind state error finishedAt';

let app: App;
beforeAll(async () => {
  // An hour of debounce: only what is asked for runs.
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());

describe('a job that always fails', () => {
  it('is tried up to its limit, then given up; a later change brings a fresh one that works', async () => {
    const person = await Client.register(app.url);
    const weight = await trackWeight(person);
    await refuseInsights(person);
    const { id } = await requestRefresh(person);
    await hurry(id);
    await untilRetried(id);
    // Asks for a run of its own, which must not be forgotten when the first is given up.
    await person.createEntry({ metricId: weight, date: '2025-01-01', value: 90 });
    const failed = await untilEnded(person, id);
    expect(failed).toMatchObject({ kind: 'insights.refresh', state: 'FAILED', finishedAt: expect.any(String) });
    expect(failed.error).toMatch(new RegExp(`^Something went wrong on our side\\. .* ${id}\\.$`));
    expect(await readTries(id)).toEqual({ retryCount: 3, retryLimit: 3 });
    expect(await isFollowUpQueued(person)).toBe(false);

    await allowInsights();
    await person.createEntry({ metricId: weight, date: '2025-01-02', value: 90 });
    expect(await isFollowUpQueued(person)).toBe(true);
    const fresh = await requestRefresh(person);
    expect(fresh.id).not.toBe(id);
    expect(await untilEnded(person, fresh.id)).toMatchObject({ state: 'DONE', error: null });
    const { insights } = await person.graphql<{ insights: { edges: object[] } }>('{ insights { edges { cursor } } }');
    expect(insights.edges.length).toBeGreaterThan(0);
    expect(await read(person, id)).toEqual(failed);
  });
});

describe('a job', () => {
  it('of somebody else is none, be the id known or not', async () => {
    const [person, stranger] = [await Client.register(app.url), await Client.register(app.url)];
    const { id } = await requestRefresh(person);
    for (const unseen of [id, '01a1fd5a-5876-711d-bc74-3df1035d0bd0', 'x', '']) {
      expect(await read(stranger, unseen)).toBeNull();
    }
    const states = stranger.subscribe(`subscription { job(id: "${id}") { state } }`);
    expect(await states.next()).toMatchObject({ done: true });
  });
});

/** 90 days of a trend that nobody could overlook. @returns the metric */
async function trackWeight(person: Client): Promise<string> {
  const { id } = await person.createMetric({ name: 'Weight', unit: 'kg' });
  const noise = drawAutoregressive(90, 0.3, seedUniform(3));
  const day = (i: number) => fromDayNumber(toDayNumber('2026-01-01') + i);
  await person.createEntries([...noise].map((n, i) => ({ metricId: id, date: day(i), value: 80 - i * 0.1 + n })));
  return id;
}

/** Makes every analysis of the person fail with a message that holds what they wrote. */
async function refuseInsights({ userId }: Client): Promise<void> {
  await sql.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused: %', NEW.title USING DETAIL = NEW.title; END $$`);
  await sql.query(`CREATE TRIGGER refuse BEFORE INSERT ON insights
    FOR EACH ROW WHEN (NEW.user_id = '${userId}') EXECUTE FUNCTION refuse()`);
}

const allowInsights = async (): Promise<void> => void (await sql.query('DROP FUNCTION refuse CASCADE'));

/** Takes the waiting between tries away. */
const hurry = async (id: string): Promise<void> =>
  void (await sql.query('UPDATE pgboss.job SET retry_delay = 0, retry_backoff = false WHERE id = $1::uuid', [id]));

async function untilRetried(id: string): Promise<void> {
  const retries = async () => (await readTries(id)).retryCount;
  await expect.poll(retries, { timeout: 20_000, interval: 50 }).toBeGreaterThan(0);
}

async function readTries(id: string): Promise<{ retryCount: number; retryLimit: number }> {
  const [row] = await sql.query<{ retryCount: number; retryLimit: number }>(
    'SELECT retry_count AS "retryCount", retry_limit AS "retryLimit" FROM pgboss.job WHERE id = $1::uuid',
    [id],
  );
  return row!;
}

async function isFollowUpQueued({ userId }: Client): Promise<boolean> {
  const [head] = await sql.query<{ queued: boolean }>(
    'SELECT follow_up_queued AS queued FROM change_heads WHERE user_id = $1::uuid',
    [userId],
  );
  return head!.queued;
}

const requestRefresh = async (person: Client): Promise<Job> =>
  (await person.graphql<{ refreshInsights: Job }>(`mutation { refreshInsights { ${fields} } }`)).refreshInsights;

const read = async (person: Client, id: string): Promise<Job | null> =>
  (await person.graphql<{ job: Job | null }>(`query ($id: ID!) { job(id: $id) { ${fields} } }`, { id })).job;

async function untilEnded(person: Client, id: string): Promise<Job> {
  for await (const { job } of person.subscribe<{ job: Job }>(`subscription { job(id: "${id}") { ${fields} } }`)) {
    if (job.finishedAt) return job;
  }
  throw new Error('the job has not ended');
}
