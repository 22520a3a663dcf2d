import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectEveryChange } from '../setup/changes.ts';
import { Client } from '../setup/client.ts';
import { hasServers } from '../setup/database.ts';
import type { BusWeather } from './bus-messages.ts';
import { seeded } from './seeded.ts';
import { World } from './world.ts';

const changes = 20;

describe.skipIf(!hasServers())('a device at one server, while another writes at the other', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create(seeded(1));
  });
  afterAll(() => world?.stop());
  afterEach(() => world.becomeCalm());

  /** Writes, and wants every change to have come a few heartbeats later: one is half a second. */
  const carry = async (between: () => Promise<unknown> = async () => undefined) => {
    const [here, there] = world.directUrls;
    const writer = await Client.register(here!);
    const metric = await writer.createMetric();
    const reader = writer.at(there!).follow(2);
    await reader.connected;
    const arrival = expectEveryChange(reader, 3, 2 + changes, 10_000);
    for (let i = 0; i < changes; i++) {
      await writer.createEntry({ metricId: metric.id });
      if (i === changes / 2) await between();
    }
    const seen = await arrival;
    // Nothing comes twice: the next one is the next.
    const next = expectEveryChange(reader, 3 + changes, 3 + changes, 5000);
    await writer.createEntry({ metricId: metric.id });
    seen.push(...(await next));
    await reader.close();
    return seen.length;
  };

  const weathers: [name: string, weather: BusWeather][] = [
    ['is lost', { lost: 1, doubled: 0, late: 0 }],
    ['comes twice', { lost: 0, doubled: 1, late: 0 }],
    ['comes late, and out of order', { lost: 0, doubled: 0, late: 1 }],
    ['may be any of it', { lost: 0.3, doubled: 0.4, late: 0.3 }],
  ];

  for (const [name, weather] of weathers) {
    it(`has every change once and in order when every wake-up ${name}`, async () => {
      world.busWeather = weather;
      expect(await carry()).toBe(changes + 1);
    });
  }

  it('has them when Redis is flushed, and when another one that knows nothing takes its place', async () => {
    expect(await carry(() => world.flushRedis())).toBe(changes + 1);
    expect(await carry(() => world.restartRedis(async () => undefined))).toBe(changes + 1);
  });

  it('has them when all lines to Redis, and all to the database, are cut in between', async () => {
    expect(await carry(async () => world.redisLine.cut())).toBe(changes + 1);
    expect(await carry(() => world.cutDatabase())).toBe(changes + 1);
  });
});
