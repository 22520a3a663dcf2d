import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readEverything } from '../setup/changes.ts';
import { Client } from '../setup/client.ts';
import { hasServers, queryDatabase } from '../setup/database.ts';
import { makeFolder } from '../setup/pair.ts';
import { findPostgresBinaries, startPostgres, type MortalServer } from '../setup/postgres-server.ts';
import { startServer, type ServerProcess } from '../setup/process.ts';
import { FaultyProxy } from '../sync/faulty-proxy.ts';
import { seeded } from '../sync/seeded.ts';

/**
 * Milliseconds in which whatever is under way is answered when the database goes away: a look every second, three seconds
 * for its answer, five for a free connection, and something for a busy machine. Once it is known, the answer comes at once.
 */
const bound = 5000 + 2000;
/** The same when it answers, but slowly: five seconds for a connection, fifteen for a transaction. */
const slowBound = 20_000 + 2000;
const atOnce = 1000;
/**
 * Milliseconds until all goes on after the database is back: ten until it lets go of what a transaction had locked whose line
 * went dead, five to give up attempts that began before, and something.
 */
const healing = 10_000 + 5000 + 2000;
const slow = { timeout: 120_000 };
/** Whom the server signs in to the database as, and its database. */
const role = 'lifegraph';

type Answer = { begun: number; took: number; status: number; code: string | undefined; retryAfter: string | null };

describe.skipIf(!hasServers() || 'reason' in findPostgresBinaries())('42: a server whose database goes away', () => {
  const folder = makeFolder();
  let database: MortalServer;
  let line: FaultyProxy;
  let server: ServerProcess;
  let client: Client;
  let metricId: string;

  beforeAll(async () => {
    const binaries = findPostgresBinaries() as { folder: string };
    database = await startPostgres(binaries.folder);
    for (const text of [`CREATE ROLE ${role} LOGIN`, `CREATE DATABASE ${role} OWNER ${role}`])
      await queryDatabase(database.url, text);
    line = await new FaultyProxy(() => database.port, seeded(1)).listen();
    const url = `postgresql://${role}@127.0.0.1:${line.port}/${role}`;
    server = await startServer({
      DATABASE_URL: url,
      DATABASE_POOL_SIZE: '6',
      DATA_DIR: folder.path,
      LOG_LEVEL: 'info',
    });
    client = await Client.register(server.url);
    metricId = (await client.createMetric()).id;
  });
  afterEach(async () => {
    line.becomeCalm();
    await stopPressing();
  });
  afterAll(async () => {
    await server?.kill('SIGKILL');
    await line?.close();
    await database?.stop();
    folder.remove();
  });

  const answers: Answer[] = [];
  const acknowledged: string[] = [];
  const post = async (query: string, variables: object = {}) => {
    const begun = performance.now();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...client.headers },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as {
      data?: { createEntry?: { id: string } };
      errors?: { extensions: { code: string } }[];
    };
    const answer = {
      begun,
      took: performance.now() - begun,
      status: response.status,
      code: body.errors?.[0]?.extensions.code,
      retryAfter: response.headers.get('retry-after'),
    };
    answers.push(answer);
    if (body.data?.createEntry) acknowledged.push(body.data.createEntry.id);
    return answer;
  };
  const write = () =>
    post('mutation ($input: CreateEntryInput!) { createEntry(input: $input) { id } }', {
      input: { metricId, date: '2026-11-21', value: 1 },
    });
  const read = () => post('{ entries(first: 5) { edges { cursor } } }');
  const edit = () =>
    post('mutation ($id: ID!) { updateMetric(id: $id, input: { name: "Mood" }) { id } }', { id: metricId });

  let stopPressing = async () => {};
  /** Writers and readers, who do not stop for a refusal. */
  const press = () => {
    answers.length = 0;
    const state = { isOver: false };
    const workers = Array.from({ length: 12 }, async (_, i) => {
      while (!state.isOver) {
        await [write, read, write, edit][i % 4]!();
        await sleep(5);
      }
    });
    stopPressing = async () => {
      state.isOver = true;
      await Promise.all(workers);
    };
    return stopPressing;
  };
  const askReady = async () => {
    const begun = performance.now();
    const response = await fetch(`${server.url}/health/ready`);
    const body = (await response.json()) as { status: string; database: string; reason?: string };
    return { took: performance.now() - begun, ...body };
  };
  const expectAway = async () => {
    const ready = await askReady();
    expect(ready).toMatchObject({ status: 'unavailable', database: 'down', reason: 'the database does not answer' });
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
    expect(ready.took).toBeLessThan(atOnce);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    for (const ask of [write, read, edit]) {
      const { took, ...answer } = await ask();
      expect(answer).toMatchObject({ status: 503, code: 'UNAVAILABLE', retryAfter: '2' });
      expect(took).toBeLessThan(atOnce);
    }
    const file = await fetch(`${server.url}/exports/none`);
    expect(file.status).toBeLessThan(504);
  };
  const expectHealed = async () => {
    await expect.poll(async () => (await askReady()).status, { timeout: healing, interval: 50 }).toBe('ready');
    // As many at once as take all connections of the pool.
    const writeMany = async () =>
      new Set((await Promise.all(Array.from({ length: 12 }, write))).map(({ code }) => code));
    await expect.poll(writeMany, { timeout: healing, interval: 50 }).toEqual(new Set([undefined]));
    for (const ask of [write, read, edit]) expect(await ask()).toMatchObject({ status: 200, code: undefined });
  };
  /** Everybody has been answered in time, with what was asked for or with a refusal; what was acknowledged is there. */
  const expectNobodyLost = async (within = bound) => {
    expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(within);
    const kinds = new Set(answers.map(({ status, code, retryAfter }) => `${status} ${code} ${retryAfter}`));
    expect([...kinds].filter((kind) => !['200 undefined null', '503 UNAVAILABLE 2'].includes(kind))).toEqual([]);
    expect([...kinds]).toContain('200 undefined null');
    const ids = new Set((await readEverything(client)).map(({ id }) => id));
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
  };

  const outages: Record<string, { begin: () => unknown; end: () => unknown }> = {
    'is stopped': { begin: () => database.halt(), end: () => database.restart() },
    'stands still': { begin: () => database.signal('SIGSTOP'), end: () => database.signal('SIGCONT') },
    'is behind a line that stands still': { begin: () => line.hold(20_000), end: () => line.becomeCalm() },
    'refuses connections': {
      begin: () => {
        line.weather = { ...line.weather, refuse: 1 };
        line.cut();
      },
      end: () => line.becomeCalm(),
    },
  };

  it.each(Object.keys(outages))('that %s answers 503 at once, and goes on by itself', slow, async (kind) => {
    const { begin, end } = outages[kind]!;
    const stop = press();
    const before = acknowledged.length;
    await expect.poll(() => acknowledged.length - before, { timeout: 20_000, interval: 20 }).toBeGreaterThan(20);
    await begin();
    await expect.poll(async () => (await askReady()).status, { timeout: bound, interval: 50 }).toBe('unavailable');
    // What was under way when it began is answered a little later than that.
    await sleep(1500);
    await expectAway();
    await end();
    await expectHealed();
    await sleep(500);
    await stop();
    expect(acknowledged.length).toBeGreaterThan(before + 20);
    expect(answers.filter(({ code }) => code === 'UNAVAILABLE').length).toBeGreaterThan(10);
    await expectNobodyLost();
  });

  it('that is slow is waited for, and nobody waits for ever', slow, async () => {
    line.slowness = 150;
    const stop = press();
    await sleep(6000);
    expect(await askReady()).toMatchObject({ status: 'ready', database: 'up' });
    await stop();
    line.becomeCalm();
    await expectHealed();
    await expectNobodyLost(slowBound);
  });

  /** How many connections the server may have; -1 is as many as it likes. Those beyond that are ended. */
  const allow = async (connections: number) => {
    await queryDatabase(database.url, `ALTER ROLE ${role} CONNECTION LIMIT ${connections}`);
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`;
    if (connections >= 0) await queryDatabase(database.url, end);
  };

  it('that has no connections left says so at once, and goes on when there are some', slow, async () => {
    const stop = press();
    await sleep(500);
    await allow(0);
    await expect.poll(async () => (await askReady()).status, { timeout: bound, interval: 50 }).toBe('unavailable');
    await sleep(500);
    await expectAway();
    await allow(-1);
    await expectHealed();
    await stop();
    await expectNobodyLost();
  });

  it('has told of it in a few lines, without a word of anybody', async () => {
    const output = server.output();
    expect(output).toContain('the database does not answer; requests are refused until it does');
    expect(output).toContain('the database answers again');
    // Whoever is told a correlation id is found by it, and with it all that was said about the request.
    const refused = output.split('\n').filter((each) => each.includes('"correlationId"'));
    expect(refused.length).toBeGreaterThan(10);
    expect(refused.filter((each) => !/"requestId":"[0-9a-f-]{36}"/.test(each))).toEqual([]);
    expect(output).not.toContain(client.session!.accessToken);
    expect(await queryDatabase<{ one: number }>(database.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
