import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { closeBus, openBus, publish, subscribe } from '../../src/platform/bus.ts';
import { hasServers } from '../setup/database.ts';
import { FaultyProxy } from '../sync/faulty-proxy.ts';
import { seeded } from '../sync/seeded.ts';

describe.skipIf(!hasServers())('a bus over Redis', () => {
  afterEach(() => closeBus());

  it('hears a topic that it is asked for at any moment of a slow connection', async () => {
    const refused = vi.fn<(reason: unknown) => void>();
    process.on('unhandledRejection', refused);
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
    process.off('unhandledRejection', refused);
    await closeBus();
    await line.close();
  });
});
