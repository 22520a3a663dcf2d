import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { crowded } from '../../src/platform/database/crowd.ts';
import { Client, type RawAnswer, type RawError } from '../setup/client.ts';
import { createDatabase, hasServers, queryDatabase, type TestDatabase } from '../setup/database.ts';
import { makeFolder } from '../setup/pair.ts';
import { startServer, type ServerProcess } from '../setup/process.ts';
import { seeded } from '../sync/seeded.ts';
import { FaultyProxy } from '../sync/faulty-proxy.ts';
import { transports } from './transports.ts';

/** Milliseconds by which the database is slower than usual: ten connections then manage some 150 writes a second. */
const slowness = 30;
const perSecond = 600;
const seconds = 5;
const createEntry = 'mutation ($input: CreateEntryInput!) { createEntry(input: $input) { id } }';

describe.skipIf(!hasServers())('42: a server that is asked for more than it can do', () => {
  const folder = makeFolder();
  let database: TestDatabase;
  let line: FaultyProxy;
  let server: ServerProcess;
  let ada: Client;
  let metricId: string;

  beforeAll(async () => {
    database = await createDatabase();
    const url = new URL(database.url);
    const port = Number(url.port || 5432);
    line = await new FaultyProxy(() => port, seeded(1)).listen();
    url.port = String(line.port);
    server = await startServer({ DATABASE_URL: url.href, DATA_DIR: folder.path });
    ada = await Client.register(server.url);
    metricId = (await ada.createMetric()).id;
  });
  afterAll(async () => {
    await server?.kill();
    await line?.close();
    await database?.drop();
    folder.remove();
  });

  type Outcome = { id: string; answer: RawAnswer };

  const write = async (): Promise<Outcome> => {
    const id = newId();
    return { id, answer: await ada.raw(createEntry, { input: { id, metricId, date: '2026-01-05', value: 1 } }) };
  };

  /** Sends on and on, however many wait. */
  async function repeat<Result>(send: () => Promise<Result>, rate: number): Promise<Result[]> {
    const sent: Promise<Result>[] = [];
    for (const start = performance.now(); performance.now() - start < seconds * 1000;) {
      const due = ((performance.now() - start) * rate) / 1000;
      while (sent.length < due) sent.push(send());
      await sleep(5);
    }
    return Promise.all(sent);
  }

  it('refuses what is too much, keeps what it acknowledged, and goes on as before', { timeout: 60_000 }, async () => {
    line.slowness = slowness;
    const beside = transports.map(([, ask]) => repeat(() => ask(ada, '{ me { id } }'), 5));
    const bare = repeat(() => fetch(`${server.url}/graphql`, { method: 'POST' }), 5);
    const live = repeat(() => fetch(`${server.url}/health/live`), 5);
    const outcomes = await repeat(write, perSecond);
    line.slowness = 0;

    expect(new Set((await live).map(({ status }) => status))).toEqual(new Set([200]));
    for (const answers of await Promise.all(beside)) {
      expect(new Set(answers.flatMap(({ errors = [] }) => errors.map(codeOf)))).toEqual(new Set(['UNAVAILABLE']));
    }
    const refusal = (await bare).find(({ status }) => status === 503);
    expect(refusal?.headers.get('retry-after')).toBe('1');
    const done = outcomes.filter(({ answer }) => answer.errors === undefined);
    const refused = outcomes.filter(({ answer }) => answer.errors?.[0]?.message === crowded().message);
    const codes = outcomes.flatMap(({ answer: { errors = [] } }) => errors).map(codeOf);
    expect(new Set(codes)).toEqual(new Set(['UNAVAILABLE']));
    expect(done.length).toBeGreaterThan(50);
    expect(refused.length).toBeGreaterThan(50);

    const kept = await queryDatabase<{ id: string }>(database.url, 'SELECT id FROM entries');
    const isKept = new Set(kept.map(({ id }) => id));
    expect(done.filter(({ id }) => !isKept.has(id))).toEqual([]);
    expect(refused.filter(({ id }) => isKept.has(id))).toEqual([]);
    const after = await Promise.all(Array.from({ length: 20 }, write));
    expect(after.map(({ answer }) => answer.errors)).toEqual(after.map(() => undefined));
  });
});

const codeOf = ({ extensions }: RawError): string => extensions.code;
