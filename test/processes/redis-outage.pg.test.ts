import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectEveryChange } from '../setup/changes.ts';
import { Client } from '../setup/client.ts';
import { hasServers } from '../setup/database.ts';
import { startPair, type Pair } from '../setup/pair.ts';
import { startRedis } from '../setup/redis-server.ts';

const outageSeconds = 20;

describe.skipIf(!hasServers())('two servers whose Redis goes away for a while', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let pair: Pair;

  beforeAll(async () => {
    redis = await startRedis();
    pair = await startPair(redis.url, { HEARTBEAT_SECONDS: '1' });
  });
  afterAll(async () => {
    await pair?.stop();
    await redis?.stop();
  });

  it('go on writing, and give a subscriber every change once and in order', { timeout: 90_000 }, async () => {
    const writer = await Client.register(pair.here.url);
    const metric = await writer.createMetric();
    const early = writer.at(pair.there.url).follow(0);
    await expectEveryChange(early, 1, 2);

    await redis.stop();
    const late = writer.at(pair.there.url).follow(0);
    const deadline = Date.now() + outageSeconds * 1000;
    let last = 2;
    while (Date.now() < deadline) {
      const begin = performance.now();
      await writer.createEntry({ metricId: metric.id, value: last });
      expect(performance.now() - begin, 'a write must not wait for Redis').toBeLessThan(2000);
      last += 1;
      await sleep(100);
    }
    // During the outage already: the heartbeat finds what no wake-up told.
    await expectEveryChange(early, 3, last - 20, 5000);
    redis = await startRedis(redis.port);
    const { id } = await writer.createEntry({ metricId: metric.id, value: -1 });
    last += 1;

    await expectEveryChange(early, last - 20, last);
    const seen = await expectEveryChange(late, 1, last);
    expect(seen.at(-1)).toMatchObject({ entityId: id });
    await early.close();
    await late.close();
  });

  it('use it again afterwards: a change arrives long before the heartbeat', async () => {
    const writer = await Client.register(pair.here.url);
    const metric = await writer.createMetric();
    const reader = writer.at(pair.there.url).follow(0);
    await expectEveryChange(reader, 1, 2);
    const delays: number[] = [];
    for (let seq = 3; seq < 13; seq++) {
      const begin = performance.now();
      const arrival = expectEveryChange(reader, seq, seq);
      await writer.createEntry({ metricId: metric.id });
      await arrival;
      delays.push(performance.now() - begin);
    }
    // By heartbeats of one second alone, ten changes would take five seconds.
    expect(delays.toSorted((a, b) => a - b)[5]).toBeLessThan(300);
    await reader.close();
  });
});
