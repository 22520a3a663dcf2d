import { setTimeout as sleep } from 'node:timers/promises';
import { Client as Connection } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectEveryChange, numbersTo } from '../setup/changes.ts';
import { Client, type Metric } from '../setup/client.ts';
import { hasServers, queryDatabase } from '../setup/database.ts';
import { startPair, type Pair } from '../setup/pair.ts';

describe.skipIf(!hasServers())('two writers of one person', () => {
  let pair: Pair;
  let client: Client;
  let metric: Metric;
  const open: Connection[] = [];

  beforeAll(async () => {
    // No heartbeat in time: what arrives has come by its wake-up or not at all.
    pair = await startPair();
    client = await Client.register(pair.here.url);
    metric = await client.createMetric({ type: 'NUMBER' });
  });
  afterAll(() => pair?.stop());
  afterEach(() => Promise.all(open.splice(0).map((connection) => connection.end())));

  /** A writer by hand, whose transaction is open. */
  const begin = async (): Promise<Connection> => {
    const connection = new Connection({ connectionString: pair.database.url });
    open.push(connection);
    await connection.connect();
    await connection.query('BEGIN');
    return connection;
  };
  const takeNumber = async (connection: Connection): Promise<number> => {
    const { rows } = await connection.query<{ seq: number }>(
      'UPDATE change_heads SET seq = seq + 1 WHERE user_id = $1 RETURNING seq',
      [client.userId],
    );
    const { seq } = rows[0]!;
    await connection.query(
      `INSERT INTO changes (user_id, seq, kind, entity_type, entity_id, snapshot)
       SELECT user_id, $2, 'UPDATED', entity_type, entity_id, snapshot FROM changes WHERE user_id = $1 AND seq = 1`,
      [client.userId, seq],
    );
    return seq;
  };
  const isWaiting = async (): Promise<boolean> => {
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    return (await queryDatabase(pair.database.url, waiting)).length > 0;
  };

  it('cannot commit out of order: the second one has no number before the first has committed', async () => {
    const [first, second] = [await begin(), await begin()];
    const seq = await takeNumber(first);
    let late: number | null = null;
    const taking = takeNumber(second).then((number) => (late = number));
    await expect.poll(isWaiting).toBe(true);
    await sleep(200);
    expect(late).toBeNull();
    expect(await client.seq()).toBe(seq - 1);
    await first.query('COMMIT');
    await taking;
    expect(late).toBe(seq + 1);
    await second.query('COMMIT');
    expect((await client.replay(0)).map((change) => change.seq)).toEqual(numbersTo(seq + 1));
  });

  it('lose no number to one that gives up', async () => {
    const [first, second] = [await begin(), await begin()];
    const seq = await takeNumber(first);
    const taking = takeNumber(second);
    await expect.poll(isWaiting).toBe(true);
    await first.query('ROLLBACK');
    expect(await taking).toBe(seq);
    await second.query('COMMIT');
    expect((await client.replay(0)).map((change) => change.seq)).toEqual(numbersTo(seq));
  });

  it('hide nothing from a follower, however late the commits come', async () => {
    const last = await client.seq();
    const followers = [client, client.at(pair.there.url)].map((device) => device.follow(last));
    await Promise.all(followers.map(({ connected }) => connected));
    const slow = await begin();
    await takeNumber(slow);
    // Both servers write meanwhile, quickly and carefully: they wait behind the slow one.
    const writes = [
      client.createEntry({ metricId: metric.id }),
      client.at(pair.there.url).createEntry({ metricId: metric.id }),
      client.updateMetric(metric.id, { name: 'Steps' }),
    ];
    await expect.poll(isWaiting).toBe(true);
    await takeNumber(slow);
    await sleep(300);
    expect((await client.replay(last)).length).toBe(0);
    await slow.query('COMMIT');
    await Promise.all(writes);
    // The slow one has sent no wake-up: those of the others, with greater numbers, bring its changes along.
    for (const follower of followers) {
      await expectEveryChange(follower, last + 1, last + 5);
      await follower.close();
    }
  });

  it('check a value against the metric as it is when its turn comes', { timeout: 60_000 }, async () => {
    const there = client.at(pair.there.url);
    for (let round = 0; round < 30; round++) {
      const fresh = await client.createMetric({ type: 'NUMBER' });
      const entry = await there.createEntry({ metricId: fresh.id, value: 1 });
      const last = await client.seq();
      const writes = Array.from({ length: 4 }, async (_, i) => {
        await sleep(i * 2);
        await Promise.allSettled([
          there.createEntry({ metricId: fresh.id, value: 9 }),
          there.updateEntry(entry.id, { value: 9 }),
        ]);
      });
      await client.updateMetric(fresh.id, { max: 5 });
      await Promise.all(writes);
      const kinds = (await client.replay(last)).map(({ entityType }) => entityType);
      // From the metric's change on, nine is too much.
      expect(kinds.at(-1), `round ${round}: ${kinds}`).toBe('Metric');
    }
  });
});
