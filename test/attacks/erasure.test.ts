import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../src/platform/database/database.ts';
import { announceErasure } from '../../src/platform/forgetting/erasures.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, goodPassword } from '../setup/client.ts';
import { makeFolder } from '../setup/pair.ts';
import { startServer } from '../setup/process.ts';
import { findPlaces, readFiles } from '../setup/raw-data.ts';
import { eraseAccount, plantLife } from './planted-life.ts';

const slow = { timeout: 180_000 };

describe('52: an account erased from an embedded database', () => {
  const folder = makeFolder();
  const env = { DATA_DIR: folder.path, LOG_LEVEL: 'debug', INSIGHTS_DEBOUNCE_SECONDS: '0' };
  afterAll(() => folder.remove());

  it('is in no file from the next start on, nor in what the server has logged', slow, async () => {
    let server = await startServer(env);
    const gone = await plantLife(server.url);
    const stays = await Client.register(server.url);
    await stays.createEntry({ metricId: (await stays.createMetric()).id, notes: 'a note of somebody else' });
    expect(findPlaces(readFiles(folder.path), gone.word)).toContainEqual(expect.stringContaining('/pg_wal/'));
    await eraseAccount(gone);
    await gone.close();
    await server.kill();
    expect(server.output()).not.toContain(gone.word);

    server = await startServer(env);
    expect(await stays.at(server.url).countEntries()).toBe(1);
    await server.kill();
    const files = readFiles(folder.path);
    expect(findPlaces(files, gone.word)).toEqual([]);
    expect(findPlaces(files, 'a note of somebody else')).not.toEqual([]);
  });

  it('does not come back with an older copy of the database; the others are as they were', slow, async () => {
    let server = await startServer(env);
    const [gone, stays] = [await Client.register(server.url), await Client.register(server.url)];
    for (const client of [gone, stays]) await client.createEntry({ metricId: (await client.createMetric()).id });
    await server.kill();
    const backup = makeFolder();
    cpSync(join(folder.path, 'postgres'), join(backup.path, 'postgres'), { recursive: true });

    server = await startServer(env);
    await eraseAccount({ client: gone.at(server.url), password: goodPassword });
    const before = await stays.at(server.url).replay();
    await server.kill();
    rmSync(join(folder.path, 'postgres'), { recursive: true });
    cpSync(join(backup.path, 'postgres'), join(folder.path, 'postgres'), { recursive: true });
    backup.remove();

    server = await startServer(env);
    await expect(Client.login(server.url, gone.session!.user.email)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await stays.at(server.url).replay()).toEqual(before);
    await server.kill();
  });
});

describe('the journal of erasures', () => {
  const folder = makeFolder();
  const file = join(folder.path, 'erasures.journal');
  const start = (): Promise<App> => startApp({ DATA_DIR: folder.path, INSIGHTS_DEBOUNCE_SECONDS: '3600' });
  const erase = (client: Client) => eraseAccount({ client, password: goodPassword });
  let app: App;
  beforeAll(async () => {
    app = await start();
  });
  afterAll(async () => {
    await app.stop();
    folder.remove();
  });

  it('is made whole from the database, and may end in a line that was cut off', slow, async () => {
    const [first, second] = [await Client.register(app.url), await Client.register(app.url)];
    await erase(first);
    expect(readFileSync(file, 'utf8')).toContain(first.userId);
    writeFileSync(file, readFileSync(file, 'utf8').trimEnd().slice(0, -30));
    await erase(second);
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^${second.userId} \\S{24}$`, 'm'));
    await app.stop();
    app = await start();
    for (const { userId } of [first, second])
      expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^${userId} \\S{24}$`, 'm'));
  });

  it('makes the database whole, and erases nobody who is not in it', async () => {
    const [gone, stays] = [await Client.register(app.url), await Client.register(app.url)];
    await erase(gone);
    await sql.query('DELETE FROM erasures WHERE user_id = $1', [gone.userId]);
    await app.stop();
    app = await start();
    expect(await sql.query('SELECT 1 AS one FROM erasures WHERE user_id = $1', [gone.userId])).toHaveLength(1);
    expect(await stays.at(app.url).seq()).toBe(1);
  });

  it('takes nobody in on the word of a message alone', async () => {
    const client = await Client.register(app.url);
    await erase(await Client.register(app.url));
    announceErasure(client.userId);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(readFileSync(file, 'utf8')).not.toContain(client.userId);
    await app.stop();
    app = await start();
    expect(await client.at(app.url).seq()).toBe(1);
    announceErasure(client.userId);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await erase(client.at(app.url));
    expect(readFileSync(file, 'utf8')).toContain(client.userId);
  });
});

describe('erasurePreview', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
  });
  afterAll(() => app.stop());

  it('says how many rows of each kind would go, which then go, and what stays', async () => {
    const [client, other] = [await Client.register(app.url), await Client.register(app.url)];
    const metric = await client.createMetric();
    for (const value of [1, 2, 3]) await client.createEntry({ metricId: metric.id, value });
    await other.createMetric();
    const query = '{ erasurePreview { erased { kind rows } remaining { kind rows days reason } } }';
    type Kind = { kind: string; rows: number; days: number | null };
    const { erasurePreview } = await client.graphql<{ erasurePreview: Record<'erased' | 'remaining', Kind[]> }>(query);
    const rows = new Map(erasurePreview.erased.map(({ kind, rows: count }) => [kind, count]));
    expect(Object.fromEntries(rows)).toMatchObject({
      account: 1,
      metrics: 1,
      entries: 3,
      changes: 5,
      sessions: 1,
      jobs: 1,
    });
    expect(erasurePreview.remaining).toContainEqual(expect.objectContaining({ kind: 'erasure', rows: 1, days: null }));
    expect(await client.countEntries()).toBe(3);
  });
});
