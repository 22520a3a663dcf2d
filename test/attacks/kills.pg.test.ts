import { afterEach, describe, expect, it } from 'vitest';
import { Client as Connection } from 'pg';
import { Client } from '../setup/client.ts';
import { createDatabase, hasServers, queryDatabase } from '../setup/database.ts';
import { makeFolder } from '../setup/pair.ts';
import { runMain, startServer } from '../setup/process.ts';
import { FaultyProxy } from '../sync/faulty-proxy.ts';
import { seeded } from '../sync/seeded.ts';

const slow = { timeout: 120_000 };

describe.skipIf(!hasServers())('8, 49: a server that is killed', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  });

  const prepare = async () => {
    const [database, folder] = [await createDatabase(), makeFolder()];
    cleanUps.push(database.drop, folder.remove);
    return { url: database.url, env: { DATABASE_URL: database.url, DATA_DIR: folder.path } };
  };
  const start = async (env: Record<string, string>) => {
    const server = await startServer(env);
    cleanUps.push(() => server.kill('SIGKILL'));
    return server;
  };
  const countSpent = async (url: string) =>
    (await queryDatabase(url, 'SELECT FROM refresh_tokens WHERE spent_at IS NOT NULL')).length;
  const isSignedIn = async (client: Client) => (await client.raw('{ metrics { edges { cursor } } }')).status === 200;

  it('in the middle of a refresh has spent nothing, and the retry succeeds', slow, async () => {
    const { url, env } = await prepare();
    const server = await start(env);
    const client = await Client.register(server.url);
    const holder = new Connection({ connectionString: url });
    await holder.connect();
    cleanUps.push(() => holder.end());
    // The token is looked up and locked together with its session: whoever holds that lets the refresh wait.
    await holder.query('BEGIN');
    await holder.query('SELECT FROM sessions FOR UPDATE');
    const refresh = client.refresh().catch(() => 'lost');
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%refresh_tokens%'
      AND datname = current_database()`;
    await expect.poll(async () => (await queryDatabase(url, waiting)).length, { timeout: 10_000 }).toBe(1);
    await server.kill('SIGKILL');
    expect(await refresh).toBe('lost');
    await holder.query('ROLLBACK');
    expect(await countSpent(url)).toBe(0);

    const again = client.at((await start(env)).url);
    const session = await again.refresh();
    expect(await isSignedIn(new Client(again.url, session))).toBe(true);
    expect(await countSpent(url)).toBe(1);
  });

  it('after a refresh has happened and before anybody knew gives the same successor to the retry', slow, async () => {
    const { url, env } = await prepare();
    const server = await start(env);
    // The grace for retries is short, and a start on a busy machine is not.
    const other = await start(env);
    const client = await Client.register(server.url);
    const line = await new FaultyProxy(() => Number(new URL(server.url).port), seeded(1)).listen();
    cleanUps.push(() => line.close());
    const heard: string[] = [];
    line.filter = () => (answer) => (heard.push(String(answer)), Buffer.alloc(0));
    const refresh = client
      .at(`http://127.0.0.1:${line.port}`)
      .refresh()
      .catch(() => 'lost');
    await expect.poll(() => heard.join('').includes('refreshToken'), { timeout: 10_000, interval: 5 }).toBe(true);
    await server.kill('SIGKILL');
    expect(await refresh).toBe('lost');
    expect(await countSpent(url)).toBe(1);

    const again = client.at(other.url);
    const session = await again.refresh();
    expect(heard.join('')).toContain(session.refreshToken);
    expect(await isSignedIn(new Client(again.url, session))).toBe(true);
    expect((await new Client(again.url, session).refresh()).refreshToken).not.toBe(session.refreshToken);
  });

  it('half-way through a migration leaves nothing of it, and the next one runs it', slow, async () => {
    const { url, env } = await prepare();
    // The migration that makes this table stands still for a while.
    await queryDatabase(
      url,
      `CREATE FUNCTION pause() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
         IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.entries')
         THEN PERFORM pg_sleep(3); END IF; END $$`,
    );
    await queryDatabase(
      url,
      `CREATE EVENT TRIGGER pause ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION pause()`,
    );
    const first = runMain(env);
    cleanUps.push(() => first.kill('SIGKILL'));
    const pausing = `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`;
    await expect
      .poll(async () => (await queryDatabase(url, pausing)).length, { timeout: 30_000, interval: 20 })
      .toBe(1);
    await first.kill('SIGKILL');
    const tables = `SELECT FROM pg_tables WHERE tablename = 'entries'`;
    expect(await queryDatabase(url, tables)).toEqual([]);

    const client = await Client.register((await start(env)).url);
    const metric = await client.createMetric();
    expect((await client.createEntry({ metricId: metric.id })).version).toBe(1);
    const recorded = await queryDatabase<{ name: string; done: boolean }>(
      url,
      'SELECT migration_name AS name, finished_at IS NOT NULL AS done FROM _prisma_migrations',
    );
    expect(recorded.length).toBeGreaterThan(3);
    expect(new Set(recorded.map(({ name }) => name)).size).toBe(recorded.length);
    expect(recorded.every(({ done }) => done)).toBe(true);
  });
});
