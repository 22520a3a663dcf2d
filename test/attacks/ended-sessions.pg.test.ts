import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../setup/client.ts';
import { hasServers, queryDatabase } from '../setup/database.ts';
import { startPair, type Pair } from '../setup/pair.ts';
import { refusalOf } from '../setup/refusals.ts';
import { endings } from './endings.ts';

/** What ends at one server ends at the other within five seconds. */
const soon = { timeout: 5000, interval: 50 };

describe.skipIf(!hasServers())('of two servers', () => {
  let pair: Pair;

  beforeAll(async () => {
    // Longer than any of these tests: what ends here was told to.
    pair = await startPair(undefined, { HEARTBEAT_SECONDS: '60' });
  });
  afterAll(() => pair?.stop());

  const statusOf = async (client: Client) => (await client.raw('{ metrics { edges { cursor } } }')).status;
  const unauthenticated = { code: 'UNAUTHENTICATED', status: 401 };
  const age = ({ userId }: Client) =>
    queryDatabase(
      pair.database.url,
      `UPDATE refresh_tokens SET spent_at = spent_at - interval '11 seconds' WHERE user_id = $1::uuid`,
      [userId],
    );

  it.each(Object.entries(endings))('9: what ends with %s at one ends at the other', async (_, { document }) => {
    const here = await Client.register(pair.here.url);
    const there = here.at(pair.there.url);
    const socket = there.follow(0);
    await socket.take(1);
    expect(await statusOf(there)).toBe(200);
    const endedAt = performance.now();
    await here.graphql(document(here));
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(performance.now() - endedAt).toBeLessThan(5000);
    await expect.poll(() => statusOf(there), soon).toBe(401);
    expect(await refusalOf(there.refresh())).toMatchObject(unauthenticated);
    expect(await refusalOf(there.createMetric())).toMatchObject(unauthenticated);
  });

  it('5: a refresh that is sent again to the other gets the same successor', async () => {
    const here = await Client.register(pair.here.url);
    const first = await here.refresh();
    const again = await here.at(pair.there.url).refresh();
    expect(again.refreshToken).toBe(first.refreshToken);
    expect(await new Client(pair.here.url, again).seq()).toBe(1);
  });

  it('6: a spent token that comes back to one ends its descendants and their sockets at the other', async () => {
    const here = await Client.register(pair.here.url);
    const second = await here.refresh();
    const third = await here.refresh(second.refreshToken);
    const descendants = [second, third].map((session) => new Client(pair.there.url, session));
    const sockets = descendants.map((each) => each.follow(0));
    for (const socket of sockets) await socket.take(1);
    await age(here);
    expect(await refusalOf(here.refresh())).toMatchObject(unauthenticated);
    for (const socket of sockets) expect(await socket.closed).toMatchObject({ code: 4401 });
    for (const each of descendants) {
      await expect.poll(() => statusOf(each), soon).toBe(401);
      expect(await refusalOf(each.refresh())).toMatchObject(unauthenticated);
    }
  });

  it('7: twenty refreshes at both at once have one successor', async () => {
    const here = await Client.register(pair.here.url);
    const both = [here, here.at(pair.there.url)];
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => both[i % 2]!.refresh()));
    const [successor, ...others] = new Set(all.map(({ refreshToken }) => refreshToken));
    expect(others).toEqual([]);
    expect(await new Client(pair.there.url, await here.refresh(successor)).seq()).toBe(1);
  });
});
