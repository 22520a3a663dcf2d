import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectEveryChange } from '../setup/changes.ts';
import { Client } from '../setup/client.ts';
import { createDatabase, hasServers } from '../setup/database.ts';
import { makeFolder } from '../setup/pair.ts';
import { startServer } from '../setup/process.ts';
import { startRedis } from '../setup/redis-server.ts';
import { findFreePort } from '../setup/spawn.ts';
import { FaultyProxy } from '../sync/faulty-proxy.ts';
import { seeded } from '../sync/seeded.ts';

/** Milliseconds that requests under way get at SIGTERM. Nothing may take longer. */
const drainLimit = 10_000;
/** Milliseconds in which a wake-up arrives; far less than the long heartbeat here. */
const soon = 3000;
const slow = { timeout: 90_000 };
const inPeace = { exitCode: 0, said: '', isInTime: true };

describe.skipIf(!hasServers())('a server whose Redis is away', () => {
  const cleanUps: (() => unknown)[] = [];
  let redis: Awaited<ReturnType<typeof startRedis>>;

  beforeEach(async () => {
    redis = await startRedis();
    cleanUps.push(() => redis.stop());
  });
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  });

  /** A server, and how to end it: says with what it exits, and what it has said on either output since it was ready. */
  const start = async (env: Record<string, string> = {}) => {
    const [database, folder] = [await createDatabase(), makeFolder()];
    cleanUps.push(database.drop, folder.remove);
    const settings = { DATABASE_URL: database.url, DATA_DIR: folder.path, REDIS_URL: redis.url };
    const server = await startServer({ ...settings, HEARTBEAT_SECONDS: '60', ...env });
    cleanUps.push(() => server.kill('SIGKILL'));
    const greeting = server.output();
    const end = async () => {
      const begun = performance.now();
      const exitCode = await server.kill('SIGTERM');
      return {
        exitCode,
        said: server.output().slice(greeting.length),
        isInTime: performance.now() - begun < drainLimit,
      };
    };
    return { url: server.url, end };
  };
  /** Asks Redis for something that its clients need not know. */
  const tell = async (...command: [string, ...string[]]) => {
    const connection = new Redis(redis.url);
    await connection.call(...command);
    connection.disconnect();
  };
  const begin = async (url: string) => {
    const client = await Client.register(url);
    const metric = await client.createMetric();
    return { client, write: () => client.createEntry({ metricId: metric.id }) };
  };

  it('ends in peace at SIGTERM when Redis went down under open subscriptions', slow, async () => {
    const { url, end } = await start();
    const { client, write } = await begin(url);
    const before = client.follow(2);
    await before.connected;
    await write();
    await expectEveryChange(before, 3, 3);
    await redis.stop();
    const after = client.follow(2);
    await expectEveryChange(after, 3, 3);
    expect(await end()).toEqual(inPeace);
  });

  it('ends in peace when a device has left, and another come, while Redis was down', slow, async () => {
    const { url, end } = await start();
    const { client } = await begin(url);
    const [left, other] = [client.follow(0), (await begin(url)).client.follow(0)];
    await expectEveryChange(left, 1, 2);
    await expectEveryChange(other, 1, 2);
    await redis.stop();
    await left.close();
    await sleep(200);
    await expectEveryChange(client.follow(0), 1, 2);
    expect(await end()).toEqual(inPeace);
  });

  it('ends in peace when Redis takes what it is asked and no longer answers', slow, async () => {
    const state = { isMute: false };
    const line = await new FaultyProxy(() => redis.port, seeded(1)).listen();
    cleanUps.push(() => line.close());
    line.filter = () => (answer) => (state.isMute ? Buffer.alloc(0) : answer);
    const { url, end } = await start({ REDIS_URL: `redis://127.0.0.1:${line.port}` });
    const early = (await begin(url)).client.follow(0);
    await expectEveryChange(early, 1, 2);
    state.isMute = true;
    const late = (await begin(url)).client.follow(0);
    await expectEveryChange(late, 1, 2);
    expect(await end()).toEqual(inPeace);
  });

  it('starts, delivers by the heartbeat and ends without a Redis that was ever there', slow, async () => {
    const nowhere = `redis://127.0.0.1:${await findFreePort()}`;
    const { url, end } = await start({ REDIS_URL: nowhere, HEARTBEAT_SECONDS: '1' });
    const { client, write } = await begin(url);
    const reader = client.follow(0);
    await expectEveryChange(reader, 1, 2);
    await write();
    await expectEveryChange(reader, 3, 3, soon);
    expect(await end()).toEqual(inPeace);
  });

  it(
    'delivers at once again when Redis is back after five seconds, also what was asked for meanwhile',
    slow,
    async () => {
      const { url, end } = await start();
      const { client, write } = await begin(url);
      const early = client.follow(0);
      await expectEveryChange(early, 1, 2);
      const other = await begin(url);
      await redis.stop();
      const late = other.client.follow(0);
      await expectEveryChange(late, 1, 2);
      await sleep(5000);
      redis = await startRedis(redis.port);
      // Connections are tried again every second at the latest.
      await sleep(1500);
      for (const [reader, writeOne] of [[early, write] as const, [late, other.write] as const]) {
        await writeOne();
        await expectEveryChange(reader, 3, 3, soon);
      }
      expect(await end()).toEqual(inPeace);
    },
  );

  it('lives on and ends in peace when Redis refuses what it is asked', slow, async () => {
    const { url, end } = await start({ HEARTBEAT_SECONDS: '1' });
    const { client, write } = await begin(url);
    const early = client.follow(0);
    await expectEveryChange(early, 1, 2);
    await tell('ACL', 'SETUSER', 'default', '-@pubsub');
    const other = await begin(url);
    const late = other.client.follow(0);
    await expectEveryChange(late, 1, 2);
    for (const [reader, writeOne] of [[early, write] as const, [late, other.write] as const]) {
      await writeOne();
      await expectEveryChange(reader, 3, 3, soon);
    }
    await early.close();
    await sleep(200);
    expect(await end()).toEqual(inPeace);
  });

  it('hears again what Redis refused for a while, without another socket', slow, async () => {
    const { url, end } = await start();
    await tell('ACL', 'SETUSER', 'default', '-@pubsub');
    const { client, write } = await begin(url);
    const reader = client.follow(0);
    await expectEveryChange(reader, 1, 2);
    await tell('ACL', 'SETUSER', 'default', '+@pubsub');
    await sleep(2500);
    await write();
    await expectEveryChange(reader, 3, 3, soon);
    expect(await end()).toEqual(inPeace);
  });
});
