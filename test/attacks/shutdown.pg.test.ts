import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client as Connection } from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { Client } from '../setup/client.ts';
import { createDatabase, hasServers, queryDatabase } from '../setup/database.ts';
import { Device } from '../setup/device.ts';
import { makeFolder } from '../setup/pair.ts';
import { startServer } from '../setup/process.ts';

/** Milliseconds after which supervisors kill. */
const limit = 30_000;
const slow = { timeout: 120_000 };

describe.skipIf(!hasServers())('44: SIGTERM under load', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  });

  const start = async (env: Record<string, string> = {}) => {
    const [database, folder] = [await createDatabase(), makeFolder()];
    cleanUps.push(database.drop, folder.remove);
    const settings = { DATABASE_URL: database.url, REDIS_URL: inject('redisUrl'), DATA_DIR: folder.path, ...env };
    const server = await startServer(settings);
    cleanUps.push(() => server.kill('SIGKILL'));
    const client = await Client.register(server.url);
    const { id: metricId } = await client.createMetric();
    const end = async () => {
      const begun = performance.now();
      const exitCode = await server.kill('SIGTERM');
      return { exitCode, took: performance.now() - begun };
    };
    return { database, settings, server, client, metricId, end };
  };
  /** Takes the person's log for itself: writes of theirs wait. */
  const holdLog = async (url: string, userId: string) => {
    const connection = new Connection({ connectionString: url });
    connection.on('error', () => undefined);
    await connection.connect();
    await connection.query('BEGIN');
    await connection.query('SELECT FROM change_heads WHERE user_id = $1 FOR UPDATE', [userId]);
    cleanUps.push(() => connection.end());
    return () => connection.query('ROLLBACK');
  };

  it('under load, over HTTP and sockets: nothing that was acknowledged is lost', slow, async () => {
    const { database, server, client, metricId, end } = await start();
    const acknowledged = { http: [] as string[], socket: [] as string[] };
    const overHttp = Array.from({ length: 8 }, async () => {
      for (;;) acknowledged.http.push((await client.createEntry({ metricId })).id);
    });
    const mutation = `mutation { createEntry(input: { metricId: "${metricId}", date: "2026-11-21", value: 1 }) { id } }`;
    const devices = await Promise.all(Array.from({ length: 4 }, () => Device.connect(client)));
    const overSockets = devices.map(async (device) => {
      for (let i = 0; device.socket.readyState === 1; i += 1) {
        device.subscribe(`${i}`, mutation);
        await Promise.race([once(device.socket, 'message'), device.closed]);
      }
    });
    const stopped = Promise.allSettled([...overHttp, ...overSockets]);
    await expect.poll(() => acknowledged.http.length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(300);
    const { exitCode, took } = await end();
    await stopped;
    for (const device of devices)
      for (const { payload, type } of device.messages)
        if (type === 'next')
          acknowledged.socket.push((payload as { data: { createEntry: { id: string } } }).data.createEntry.id);

    expect(exitCode, `${server.output()}`).toBe(0);
    expect(took).toBeLessThan(limit);
    expect((await Promise.all(devices.map(({ closed }) => closed))).map(({ code }) => code)).toEqual([
      1012, 1012, 1012, 1012,
    ]);
    const rows = await queryDatabase<{ id: string }>(database.url, 'SELECT id FROM entries');
    const ids = new Set(rows.map(({ id }) => id));
    expect(acknowledged.socket.length).toBeGreaterThan(100);
    expect([...acknowledged.http, ...acknowledged.socket].filter((id) => !ids.has(id))).toEqual([]);
  });

  it('turns readiness off first, and serves those who come until a balancer has looked away', slow, async () => {
    const { server, client, end } = await start({ DRAIN_SECONDS: '2' });
    const device = await Device.connect(client);
    const ended = end();
    const askReady = async () => {
      const response = await fetch(`${server.url}/health/ready`);
      return {
        status: response.status,
        connection: response.headers.get('connection'),
        ...((await response.json()) as object),
      };
    };
    await expect.poll(askReady, { timeout: 1500, interval: 20 }).toMatchObject({
      status: 'unavailable',
      reason: 'the server is stopping',
      database: 'up',
      connection: 'close',
    });
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect(await client.countEntries()).toBe(0);
    expect(device.socket.readyState).toBe(1);
    expect((await device.closed).code).toBe(1012);
    const { exitCode, took } = await ended;
    expect(exitCode, `${server.output()}`).toBe(0);
    expect(took).toBeGreaterThan(1900);
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow('fetch failed');
  });

  it('waits for a request that takes its time', slow, async () => {
    const { database, server, client, metricId, end } = await start();
    const release = await holdLog(database.url, client.userId);
    const entry = client.createEntry({ metricId });
    await sleep(500);
    const ended = end();
    await sleep(3000);
    await release();
    const { id } = await entry;
    const { exitCode, took } = await ended;
    expect(exitCode, `${server.output()}`).toBe(0);
    expect(took).toBeGreaterThan(2900);
    expect(await queryDatabase(database.url, 'SELECT id FROM entries')).toEqual([{ id }]);
  });

  it('is not held up by requests that never end, nor by a client that never finishes to ask', slow, async () => {
    const { database, server, client, metricId, end } = await start();
    await holdLog(database.url, client.userId);
    const refused = client.createEntry({ metricId }).catch(() => 'refused');
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{');
    await sleep(500);
    const { exitCode, took } = await end();
    expect(exitCode, `${server.output()}`).toBe(0);
    expect(took).toBeGreaterThan(9000);
    expect(took).toBeLessThan(limit);
    expect(await refused).toBe('refused');
    socket.destroy();
  });

  it('gives a job back that does not end, and the next process runs it', slow, async () => {
    const { database, settings, server, client, metricId, end } = await start({ INSIGHTS_DEBOUNCE_SECONDS: '0' });
    const state = async () =>
      queryDatabase<{ state: string }>(
        database.url,
        `SELECT state FROM pgboss.job WHERE data->>'userId' = $1 ORDER BY created_on DESC LIMIT 1`,
        [client.userId],
      ).then(([row]) => row?.state);
    await expect.poll(state, { timeout: 20_000 }).toBe('completed');
    await client.createEntry({ metricId });
    const release = await holdLog(database.url, client.userId);
    await expect.poll(state, { timeout: 20_000 }).toBe('active');
    const { exitCode, took } = await end();
    expect(exitCode, `${server.output()}`).toBe(0);
    expect(took).toBeLessThan(limit);
    expect(await state()).toMatch(/^(created|retry)$/);
    await release();
    const next = await startServer(settings);
    cleanUps.push(() => next.kill('SIGKILL'));
    await expect.poll(state, { timeout: 30_000 }).toBe('completed');
  });
});
