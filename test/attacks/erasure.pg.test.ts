import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, newEmail } from '../setup/client.ts';
import { createDatabase, hasServers, queryDatabase, type TestDatabase } from '../setup/database.ts';
import { makeFolder, startPair, type Pair } from '../setup/pair.ts';
import { startServer, type ServerProcess } from '../setup/process.ts';
import { dumpTables, findPlaces, readFiles } from '../setup/raw-data.ts';
import { startRedis } from '../setup/redis-server.ts';
import { eraseAccount, plantLife } from './planted-life.ts';

const slow = { timeout: 180_000 };

/** Strings on the heap of a process, after it has thrown away what nobody holds: as its own snapshot shows them. */
async function readHeap(server: ServerProcess, folder: string): Promise<string> {
  const before = new Set(readdirSync(folder));
  server.process.kill('SIGUSR2');
  const find = () => readdirSync(folder).find((name) => name.endsWith('.heapsnapshot') && !before.has(name));
  await expect.poll(find, { timeout: 60_000 }).toBeDefined();
  const file = join(folder, find()!);
  const isWhole = () => readFileSync(file, 'utf8').trimEnd().endsWith('}');
  await expect.poll(isWhole, { timeout: 60_000, interval: 500 }).toBe(true);
  return readFileSync(file, 'utf8');
}

async function dumpRedis(url: string): Promise<Map<string, string>> {
  const redis = new Redis(url);
  const dump = new Map<string, string>();
  for (const key of await redis.keys('*')) dump.set(key, `${key} ${(await redis.dumpBuffer(key))?.toString('latin1')}`);
  redis.disconnect();
  return dump;
}

describe.skipIf(!hasServers())('52: an erased account', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let pair: Pair;
  const folder = makeFolder();
  const ask = <Row extends object>(text: string, values?: readonly unknown[]) =>
    queryDatabase<Row>(pair.database.url, text, [...(values ?? [])]);

  beforeAll(async () => {
    redis = await startRedis();
    const options = `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${folder.path}`;
    const env = { RATE_LIMIT: 'on', LOG_LEVEL: 'debug', INSIGHTS_DEBOUNCE_SECONDS: '0', NODE_OPTIONS: options };
    pair = await startPair(redis.url, env);
  });
  afterAll(async () => {
    await pair?.stop();
    await redis?.stop();
    folder.remove();
  });

  it(
    'leaves no value in any table, job, cache, log or memory of two servers; somebody else keeps all',
    slow,
    async () => {
      const servers = [pair.here, pair.there];
      const urls = servers.map(({ url }) => url);
      const [gone, stays] = [await plantLife(...urls), await plantLife(...urls)];
      // What a defect of ours may once leave in a job.
      await ask(
        `UPDATE pgboss.job SET output = jsonb_build_object('message', $2::text), state = 'failed' WHERE data->>'userId' = $1
         AND id IN (SELECT id FROM pgboss.job WHERE data->>'userId' = $1 LIMIT 1)`,
        [gone.client.userId, gone.word],
      );
      const placesOf = async (word: string) => findPlaces(await dumpTables(ask as never), word);
      expect(await placesOf(gone.word)).toEqual(
        expect.arrayContaining([
          'public.users',
          'public.entries',
          'public.changes',
          'public.imports',
          'pgboss.job_common',
        ]),
      );
      for (const server of servers) expect(await readHeap(server, folder.path)).toContain(gone.word);
      const countJobs = () => ask(`SELECT 1 FROM pgboss.job WHERE data->>'userId' = $1`, [gone.client.userId]);
      expect((await countJobs()).length).toBeGreaterThan(0);

      await eraseAccount(gone);
      await gone.close();

      expect(await placesOf(gone.word)).toEqual([]);
      expect(await countJobs()).toEqual([]);
      expect(findPlaces(await dumpRedis(redis.url), gone.word)).toEqual([]);
      expect(findPlaces(readFiles(pair.env['DATA_DIR']!), gone.word)).toEqual([]);
      for (const server of servers) expect(server.output()).not.toContain(gone.word);
      for (const server of servers) {
        const heap = await readHeap(server, folder.path);
        expect(heap).toContain(stays.word);
        const around = [...heap.matchAll(new RegExp(`.{0,60}${gone.word}.{0,60}`, 'g'))].map(([text]) => text);
        expect(around).toEqual([]);
      }
      expect(await placesOf(stays.word)).toContain('public.entries');
      await stays.close();
    },
  );

  it('is in the journal of both servers, by its id alone', async () => {
    const client = await Client.register(pair.here.url);
    await eraseAccount({ client, password: 'correct horse battery staple' });
    const read = () => readFileSync(join(pair.env['DATA_DIR']!, 'erasures.journal'), 'utf8');
    await expect.poll(() => read().split(client.userId).length - 1).toBe(2);
    expect(read().replaceAll(/[0-9a-f-]{36} \S{24}|\n/g, '')).toBe('');
  });
});

describe.skipIf(!hasServers())('48, 52: an old backup of a PostgreSQL server', () => {
  const folder = makeFolder();
  let database: TestDatabase;
  afterAll(async () => {
    await database?.drop();
    folder.remove();
  });

  it('brings back everybody but the erased', slow, async () => {
    database = await createDatabase();
    const env = { DATABASE_URL: database.url, DATA_DIR: folder.path, INSIGHTS_DEBOUNCE_SECONDS: '3600' };
    let server = await startServer(env);
    const [gone, stays] = [await Client.register(server.url, { email: newEmail() }), await Client.register(server.url)];
    for (const client of [gone, stays]) await client.createEntry({ metricId: (await client.createMetric()).id });
    await server.kill();

    const name = new URL(database.url).pathname.slice(1);
    const backup = `${name}_backup`;
    await onServer(database.url, `CREATE DATABASE ${backup} TEMPLATE ${name}`);
    server = await startServer(env);
    await eraseAccount({ client: gone.at(server.url), password: 'correct horse battery staple' });
    await server.kill();
    await onServer(database.url, `DROP DATABASE ${name}`);
    await onServer(database.url, `ALTER DATABASE ${backup} RENAME TO ${name}`);
    const before = await checksums(database.url, stays.userId);
    expect(await rowsOf(database.url, gone.userId)).toBeGreaterThan(3);

    server = await startServer(env);
    expect(await rowsOf(database.url, gone.userId)).toBe(0);
    expect(await checksums(database.url, stays.userId)).toEqual(before);
    await expect(Client.login(server.url, gone.session!.user.email)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await (await Client.login(server.url, stays.session!.user.email)).countEntries()).toBe(1);
    await server.kill();
  });
});

/** A statement at the server, in another database than the given one. */
async function onServer(url: string, text: string): Promise<void> {
  const at = new URL(url);
  at.pathname = '/postgres';
  await queryDatabase(at.href, text);
}

const personal = ['metrics', 'entries', 'changes', 'change_heads', 'sessions', 'insights'];

async function rowsOf(url: string, userId: string): Promise<number> {
  let rows = (await queryDatabase(url, 'SELECT FROM users WHERE id = $1', [userId])).length;
  for (const table of personal)
    rows += (await queryDatabase(url, `SELECT FROM ${table} WHERE user_id = $1`, [userId])).length;
  return rows;
}

async function checksums(url: string, userId: string): Promise<string[]> {
  const sums: string[] = [];
  for (const table of personal) {
    const text = `SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS sum FROM ${table} t WHERE user_id = $1`;
    const [row] = await queryDatabase<{ sum: string }>(url, text, [userId]);
    sums.push(`${table} ${row!.sum}`);
  }
  return sums;
}
