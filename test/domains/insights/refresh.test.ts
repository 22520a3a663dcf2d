import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../../src/kernel/civil-time.ts';
import { refreshNightly } from '../../../src/domains/insights/jobs.ts';
import { sql } from '../../../src/platform/database/database.ts';
import { drawAutoregressive, seedUniform } from '../../analysis/noise.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client, type Entry } from '../../setup/client.ts';

type Insight = {
  id: string;
  title: string;
  type: string;
  isActive: boolean;
  rating: string | null;
  evidence: { lagDays?: number; coefficient?: number; qValue?: number; direction?: string };
};
type Page = { insights: { edges: { node: Insight }[] } };

const fields = `id title type isActive rating evidence {
  ... on Correlation { lagDays coefficient qValue driver { name } outcome { name } } ... on Trend { direction } }`;
const firstDay = toDayNumber('2026-01-01');

let app: App;
beforeAll(async () => {
  // An hour of debounce: what these tests see comes from the analyses they ask for.
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());

describe('insights.refresh', () => {
  it('finds a planted effect and pushes it to a device as a numbered change', async () => {
    const person = await Client.register(app.url);
    await plantEffect(person);
    const seq = await person.seq();
    const device = person.subscribe<{
      changes: { seq: number; kind: string; entityType: string; deviceId: string | null; entity: Insight };
    }>(
      `subscription { changes(after: ${seq}) { seq kind entityType deviceId entity { ... on Insight { ${fields} } } } }`,
    );
    await analyse(person);
    const [{ changes }] = (await device.take(1)) as [
      { changes: { seq: number; kind: string; entityType: string; deviceId: string | null; entity: Insight } },
    ];
    expect(changes).toMatchObject({ seq: seq + 1, kind: 'CREATED', entityType: 'Insight', deviceId: null });
    expect(changes.entity.evidence).toMatchObject({ lagDays: 1, driver: { name: 'Sleep' }, outcome: { name: 'Mood' } });
    expect(changes.entity.title).toMatch(
      /^On days with at least \S+ h of Sleep, Mood is \S+ higher on the next day \(.* on \d+ days against .* on \d+; . = 0\.\d+ beyond weekday and trend, q/,
    );
    await device.close();
  });

  it('changes nothing when it runs again over the same data', async () => {
    const person = await Client.register(app.url);
    await plantEffect(person);
    await analyse(person);
    const seq = await person.seq();
    await analyse(person);
    expect(await person.seq()).toBe(seq);
  });

  it('retires what no longer holds, and takes the same insight up again when it does', async () => {
    const person = await Client.register(app.url);
    const { mood, values } = await plantEffect(person);
    await analyse(person);
    const [found] = await list(person);
    await person.deleteMetric(mood);
    await analyse(person);
    expect(await list(person)).toEqual([]);
    expect((await list(person, 'isActive: false')).map(({ id }) => id)).toEqual([found!.id]);
    await person.createMetric({ id: mood, name: 'Mood' });
    await person.createEntries(values);
    await analyse(person);
    expect((await list(person)).map(({ id }) => id)).toEqual([found!.id]);
  });

  it('stays silent about an archived metric', async () => {
    const person = await Client.register(app.url);
    const { mood } = await plantEffect(person);
    await person.updateMetric(mood, { isActive: false });
    await analyse(person);
    expect(await list(person)).toEqual([]);
  });

  it('does not bring back what was dismissed, and keeps ratings', async () => {
    const person = await Client.register(app.url);
    const { sleep } = await plantEffect(person);
    await analyse(person);
    const [{ id }] = (await list(person)) as [Insight];
    await person.graphql(
      `mutation { rateInsight(id: "${id}", rating: HELPFUL) { id } dismissInsight(id: "${id}") { id } }`,
    );
    await person.createEntry({ metricId: sleep, date: '2026-06-30', value: 0 });
    await analyse(person);
    expect(await list(person)).toEqual([]);
    expect(await list(person, 'isActive: false')).toMatchObject([{ id, rating: 'HELPFUL' }]);
  });

  it('reports a trend with its direction', async () => {
    const person = await Client.register(app.url);
    const { id } = await person.createMetric({ name: 'Weight', unit: 'kg' });
    const noise = drawAutoregressive(90, 0.3, seedUniform(3));
    await person.createEntries(
      [...noise].map((value, i) => ({ metricId: id, date: day(i), value: 80 - i * 0.1 + value })),
    );
    await analyse(person);
    const [trend] = await list(person, 'isActive: true', 'TREND');
    expect(trend).toMatchObject({ type: 'TREND', evidence: { direction: 'FALLING' } });
    expect(trend!.title).toMatch(/^Weight is falling by about 0\.\d+ kg a week \(90 days, p < 0\.001\)\.$/);
  });

  it('brings the job forward that a change has asked for, and queues no second one', async () => {
    const person = await Client.register(app.url);
    await plantEffect(person);
    expect(await countWaiting(person)).toBe(1);
    const { refreshInsights: job } = await person.graphql<{ refreshInsights: { id: string } }>(
      'mutation { refreshInsights { id } }',
    );
    await finish(person, job.id);
    expect(await list(person)).toHaveLength(1);
    expect(await countWaiting(person)).toBe(0);
  });

  it('keeps a job from the eyes of others', async () => {
    const [person, stranger] = [await Client.register(app.url), await Client.register(app.url)];
    const { refreshInsights: job } = await person.graphql<{ refreshInsights: { id: string } }>(
      'mutation { refreshInsights { id } }',
    );
    expect(await stranger.graphql(`{ job(id: "${job.id}") { id } }`)).toEqual({ job: null });
  });

  it('answers NOT_FOUND for an insight of somebody else as for none at all', async () => {
    const [person, stranger] = [await Client.register(app.url), await Client.register(app.url)];
    await plantEffect(person);
    await analyse(person);
    const [{ id }] = (await list(person)) as [Insight];
    const rate = (insight: string) =>
      stranger.raw(`mutation { rateInsight(id: "${insight}", rating: HELPFUL) { id } }`);
    const [foreign, unknown] = [await rate(id), await rate('01a1fd5a-5876-711d-bc74-3df1035d0bd0')];
    expect(foreign).toEqual(unknown);
    expect(foreign.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });
});

describe('insights.refreshNightly', () => {
  it('asks for the analysis of those whose clock is in the third hour', async () => {
    const vienna = await Client.register(app.url, { timeZone: 'Europe/Vienna' });
    const tokyo = await Client.register(app.url, { timeZone: 'Asia/Tokyo' });
    await Promise.all([plantEffect(vienna), plantEffect(tokyo)]);
    await clearQueue();
    await refreshNightly(new Date('2026-07-01T01:30:00Z'));
    await expect.poll(() => list(vienna), { timeout: 10_000 }).toHaveLength(1);
    expect(await list(tokyo)).toEqual([]);
  });
});

/** 180 days on which a good night makes a good mood on the next day. */
async function plantEffect(
  person: Client,
): Promise<{ sleep: string; mood: string; values: { metricId: string; date: string; value: number }[] }> {
  const uniform = seedUniform(11);
  const [sleeps, noise] = [drawAutoregressive(180, 0.4, uniform), drawAutoregressive(180, 0, uniform)];
  const sleep = (await person.createMetric({ name: 'Sleep', unit: 'h' })).id;
  const mood = (await person.createMetric({ name: 'Mood' })).id;
  const values = [...sleeps].map((_, i) => ({
    metricId: mood,
    date: day(i),
    value: (i === 0 ? 0 : sleeps[i - 1]!) + noise[i]!,
  }));
  await person.createEntries([...sleeps].map((value, i) => ({ metricId: sleep, date: day(i), value })));
  await person.createEntries(values);
  return { sleep, mood, values };
}

async function analyse(person: Client): Promise<void> {
  const { refreshInsights } = await person.graphql<{ refreshInsights: { id: string } }>(
    'mutation { refreshInsights { id } }',
  );
  await finish(person, refreshInsights.id);
}

async function finish(person: Client, jobId: string): Promise<void> {
  const states = person.subscribe<{ job: { state: string } }>(`subscription { job(id: "${jobId}") { state } }`);
  for await (const { job } of states) if (job.state === 'DONE') return states.close();
  throw new Error('the job did not end well');
}

/** Of one kind: two planted series hold an unusual day or a trend by chance too. */
async function list(person: Client, filter = 'isActive: true', type = 'CORRELATION'): Promise<Insight[]> {
  const { insights } = await person.graphql<Page>(
    `{ insights(filter: { types: [${type}], ${filter} }) { edges { node { ${fields} } } } }`,
  );
  return insights.edges.map(({ node }) => node);
}

async function countWaiting({ userId }: Client): Promise<number> {
  const waiting = await sql.query(
    `SELECT FROM pgboss.job WHERE name = 'insights.refresh' AND state = 'created' AND singleton_key = $1::text`,
    [userId],
  );
  return waiting.length;
}

/** Takes back what the entries have asked for, so that only the night is left to ask. */
async function clearQueue(): Promise<void> {
  await sql.query(`DELETE FROM pgboss.job WHERE name = 'insights.refresh'`);
}

const day = (index: number): Entry['date'] => fromDayNumber(firstDay + index);
