import { Client as Connection } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { createDatabase, hasServers, type TestDatabase } from '../../setup/database.ts';
import { refusalOf } from '../../setup/refusals.ts';

type Subject = { person: Client; metricId: string; entryId: string };

describe.skipIf(!hasServers())('a write that waits while its metric changes', () => {
  let app: App;
  let database: TestDatabase;
  let other: Connection;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startApp({
      DATABASE_URL: database.url,
      REDIS_URL: inject('redisUrl')!,
      INSIGHTS_DEBOUNCE_SECONDS: '3600',
    });
    other = new Connection({ connectionString: database.url });
    await other.connect();
  });
  afterAll(async () => {
    await other?.end();
    await app?.stop();
    await database?.drop();
  });

  const newEntry = (metricId: string) => ({ metricId, date: '2026-11-21', value: 9 });
  const writes: [string, (subject: Subject) => Promise<unknown>][] = [
    ['createEntry', ({ person, metricId }) => person.createEntry(newEntry(metricId))],
    [
      'createEntries',
      ({ person, metricId }) =>
        person.graphql('mutation ($input: [CreateEntryInput!]!) { createEntries(input: $input) { id } }', {
          input: [newEntry(metricId), newEntry(metricId)],
        }),
    ],
    [
      'updateEntry',
      ({ person, entryId }) => person.graphql(`mutation { updateEntry(id: "${entryId}", input: { value: 9 }) { id } }`),
    ],
  ];

  it.each(writes)('checks its value once more (%s)', async (_, write) => {
    const person = await Client.register(app.url);
    const { id: metricId } = await person.createMetric({ max: 10 });
    // The first write has the metric remembered and a follow-up waiting: the next one is a single statement.
    const { id: entryId } = await person.createEntry({ metricId, value: 1 });
    const seq = await person.seq();
    await other.query('BEGIN');
    await other.query('SELECT seq FROM change_heads WHERE user_id = $1 FOR UPDATE', [person.userId]);
    await other.query('UPDATE metrics SET max = 5 WHERE user_id = $1', [person.userId]);
    const refusal = refusalOf(write({ person, metricId, entryId }));
    await expect.poll(countWaiting, { timeout: 5000 }).toBeGreaterThan(0);
    await other.query('COMMIT');
    expect(await refusal).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await person.seq(), 'no number was taken').toBe(seq);
  });

  it('goes on when another person’s metric changes', async () => {
    const [person, stranger] = [await Client.register(app.url), await Client.register(app.url)];
    const { id: metricId } = await person.createMetric({ max: 10 });
    const { id: foreign } = await stranger.createMetric({ max: 10 });
    await person.createEntry({ metricId, value: 1 });
    const before = await readVersion(person);
    await stranger.updateMetric(foreign, { max: 5 });
    expect(await person.createEntry({ metricId, value: 9 })).toMatchObject({ value: 9 });
    expect(await readVersion(person)).toBe(before);
    expect(await readVersion(stranger)).toBe(2);
  });

  const countWaiting = async (): Promise<number> => {
    const { rowCount } = await other.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rowCount!;
  };
  const readVersion = async ({ userId }: Client): Promise<number> => {
    const { rows } = await other.query<{ version: number }>(
      'SELECT definitions_version AS version FROM change_heads WHERE user_id = $1',
      [userId],
    );
    return rows[0]!.version;
  };
});
