import { afterEach, describe, expect, inject, it } from 'vitest';
import { numbersTo, readEverything, rebuildFromLog } from '../setup/changes.ts';
import { Client } from '../setup/client.ts';
import { createDatabase, hasServers, queryDatabase } from '../setup/database.ts';
import { makeFolder } from '../setup/pair.ts';
import { runMain, startServer } from '../setup/process.ts';

/** Several servers start. */
const slow = { timeout: 120_000 };

describe.skipIf(!hasServers())('a server on PostgreSQL and Redis', () => {
  const cleanUps: (() => unknown)[] = [];

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  });

  const prepare = async () => {
    const database = await createDatabase();
    const folder = makeFolder();
    cleanUps.push(database.drop, folder.remove);
    return { DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), DATA_DIR: folder.path };
  };

  const start = async (env: Record<string, string>) => {
    const server = await startServer(env);
    cleanUps.push(() => server.kill('SIGKILL'));
    return server;
  };

  it('finishes what is under way at SIGTERM, tells its sockets to come back, and exits with 0', slow, async () => {
    const env = await prepare();
    const server = await start(env);
    const client = await Client.register(server.url);
    const metric = await client.createMetric();
    const socket = client.follow();
    await socket.connected;
    const writes = Array.from({ length: 50 }, (_, i) =>
      client.createEntry({ metricId: metric.id, value: i }).then(
        (entry) => entry.id,
        () => null,
      ),
    );
    await Promise.race(writes);
    const begin = performance.now();
    const exitCode = server.kill('SIGTERM');

    expect((await socket.closed).code).toBe(1012);
    expect(await exitCode, `${server.output()}`).toBe(0);
    // Clients keep idle connections open for five seconds; the server does not wait for that.
    expect(performance.now() - begin).toBeLessThan(4500);
    const acknowledged = (await Promise.all(writes)).filter((id) => id !== null);
    const stored = await queryDatabase<{ id: string }>(env.DATABASE_URL, 'SELECT id FROM entries');
    const ids = new Set(stored.map((row) => row.id));
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
  });

  it('may start several times at once on an empty database: one migrates, the others wait', slow, async () => {
    const env = await prepare();
    const servers = await Promise.all([start(env), start(env), start(env)]);
    const rows = await queryDatabase<{ name: string }>(
      env.DATABASE_URL,
      'SELECT migration_name AS name FROM _prisma_migrations',
    );
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(0);
    for (const server of servers) expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });

  it('plays the API alone with ROLE=web and the jobs alone with ROLE=worker', slow, async () => {
    const env = await prepare();
    const web = await start({ ...env, ROLE: 'web' });
    const worker = runMain({ ...env, ROLE: 'worker' });
    cleanUps.push(() => worker.kill('SIGKILL'));
    expect((await Client.register(web.url)).userId).toBeTruthy();
    await expect.poll(() => worker.output(), { timeout: 10_000 }).toContain('worker is running');
    expect(await worker.kill('SIGTERM')).toBe(0);
  });

  it('loses no acknowledged entry when it is killed', slow, async () => {
    const env = await prepare();
    const server = await start(env);
    const client = await Client.register(server.url);
    const metric = await client.createMetric();
    const acknowledged: string[] = [];
    const writing = Array.from({ length: 8 }, async () => {
      for (;;) acknowledged.push((await client.createEntry({ metricId: metric.id })).id);
    });
    const stopped = Promise.allSettled(writing);
    await expect.poll(() => acknowledged.length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(300);
    await server.kill('SIGKILL');
    await stopped;

    const again = client.at((await start(env)).url);
    const rows = await readEverything(again);
    const ids = new Set(rows.map((row) => row.id));
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
    const rebuilt = await rebuildFromLog(again);
    expect(rebuilt.numbers).toEqual(numbersTo(rebuilt.numbers.length));
    expect(rebuilt.entries).toEqual(rows);
  });
});
