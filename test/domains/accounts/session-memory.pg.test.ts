import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../setup/client.ts';
import { hasServers } from '../../setup/database.ts';
import { startPair, type Pair } from '../../setup/pair.ts';
import { startRedis } from '../../setup/redis-server.ts';
import { refusalOf } from '../../setup/refusals.ts';

describe.skipIf(!hasServers())('a session that another server remembers', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let pair: Pair;

  // With a heartbeat longer than any of these tests: what is forgotten here is forgotten for another reason.
  beforeAll(async () => {
    redis = await startRedis();
    pair = await startPair(redis.url, { HEARTBEAT_SECONDS: '60' });
  });
  afterAll(async () => {
    await pair?.stop();
    await redis?.stop();
  });

  const registerRemembered = async () => {
    const here = await Client.register(pair.here.url);
    const there = here.at(pair.there.url);
    const metric = await here.createMetric();
    await there.createEntry({ metricId: metric.id });
    return { here, there, metric };
  };
  const status = async (client: Client) => (await client.raw('{ me { id } }')).status;

  it('writes nothing once it was ended, and reads nothing once the message is there', async () => {
    const { here, there, metric } = await registerRemembered();
    await here.graphql('mutation { logout }');
    expect(await refusalOf(there.createEntry({ metricId: metric.id }))).toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect.poll(() => status(there), { timeout: 5000 }).toBe(401);
  });

  it('is looked up for every request while Redis is away', async () => {
    const { here, there } = await registerRemembered();
    await redis.stop();
    await here.graphql('mutation { logout }');
    await expect.poll(() => status(there), { timeout: 5000 }).toBe(401);
    expect(await status(here)).toBe(401);
  });
});
