import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { closeBus, openBus, publish, subscribe } from '../../src/platform/bus.ts';
import { hasServers } from '../setup/database.ts';
import { startRedis } from '../setup/redis-server.ts';
import { FaultyProxy } from '../sync/faulty-proxy.ts';
import { seeded } from '../sync/seeded.ts';

describe.skipIf(!hasServers())('a bus over Redis', () => {
  const refused = vi.fn<(reason: unknown) => void>();
  const cleanUps: (() => unknown)[] = [];

  beforeEach(() => {
    refused.mockClear();
    process.on('unhandledRejection', refused);
  });
  afterEach(async () => {
    await closeBus();
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
    process.off('unhandledRejection', refused);
  });

  /** A line to a Redis of the test's own, which may be told something that its clients need not know. */
  const prepare = async () => {
    const redis = await startRedis();
    cleanUps.push(() => redis.stop());
    const line = await new FaultyProxy(() => redis.port, seeded(1)).listen();
    cleanUps.push(() => line.close());
    const connection = new Redis(redis.url);
    cleanUps.push(() => connection.disconnect());
    const allow = (rule: '+@pubsub' | '-@pubsub') => connection.acl('SETUSER', 'default', rule);
    return { line, url: `redis://127.0.0.1:${line.port}`, allow };
  };
  const isHeard = async (topic: string, heard: ReturnType<typeof vi.fn>) => {
    heard.mockClear();
    const publishAgain = () => {
      publish(topic, {});
      return heard.mock.calls.length;
    };
    await expect.poll(publishAgain, { timeout: 5000, interval: 50 }).toBeGreaterThan(0);
  };

  it('hears a topic that it is asked for at any moment of a slow connection', async () => {
    const line = await new FaultyProxy(() => Number(new URL(inject('redisUrl')).port), seeded(1)).listen();
    line.slowness = 60;
    openBus(`redis://127.0.0.1:${line.port}`);
    const heard = new Set<number>();
    for (let topic = 0; topic < 20; topic++) {
      subscribe<{ topic: number }>(`topic ${topic}`, (message) => heard.add(message.topic));
      await sleep(20);
    }
    await expect
      .poll(
        () => {
          for (let topic = 0; topic < 20; topic++) publish(`topic ${topic}`, { topic });
          return heard.size;
        },
        { timeout: 5000, interval: 100 },
      )
      .toBe(20);
    expect(refused).not.toHaveBeenCalled();
    await closeBus();
    await line.close();
  });

  it('hears a topic once Redis grants it, and leaves no refusal to the process', async () => {
    const { url, allow } = await prepare();
    openBus(url);
    const [early, late, gone] = [vi.fn<() => void>(), vi.fn<() => void>(), vi.fn<() => void>()];
    const stop = subscribe('early', early);
    await isHeard('early', early);
    await allow('-@pubsub');
    subscribe('late', late);
    subscribe('late', () => undefined);
    subscribe('gone', gone)();
    stop();
    await sleep(300);
    expect(late).not.toHaveBeenCalled();
    await allow('+@pubsub');
    await isHeard('late', late);
    await sleep(50);
    expect(gone).not.toHaveBeenCalled();
    expect(refused).not.toHaveBeenCalled();
  });

  it('hears its topics again when Redis would not have them back at first', async () => {
    const { url, line, allow } = await prepare();
    openBus(url);
    const heard = vi.fn<() => void>();
    subscribe('topic', heard);
    await isHeard('topic', heard);
    await allow('-@pubsub');
    line.cut();
    await sleep(500);
    await allow('+@pubsub');
    await isHeard('topic', heard);
    expect(refused).not.toHaveBeenCalled();
  });

  it('closes in peace while Redis owes it answers', async () => {
    const { url, line } = await prepare();
    const state = { isMute: false };
    line.filter = () => (answer) => (state.isMute ? Buffer.alloc(0) : answer);
    openBus(url);
    const heard = vi.fn<() => void>();
    const stop = subscribe('topic', heard);
    await isHeard('topic', heard);
    state.isMute = true;
    stop();
    subscribe('other', heard);
    publish('topic', {});
    await sleep(100);
    await closeBus();
    await sleep(200);
    expect(refused).not.toHaveBeenCalled();
  });
});
