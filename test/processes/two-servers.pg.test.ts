import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectEveryChange, numbersTo, readEverything, rebuildFromLog } from '../setup/changes.ts';
import { ApiError, Client, goodPassword, type Entry } from '../setup/client.ts';
import { hasServers, queryDatabase } from '../setup/database.ts';
import { startPair, type Pair } from '../setup/pair.ts';
import { createRandom } from '../setup/random.ts';

describe.skipIf(!hasServers())('two servers on one database and Redis', () => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await startPair();
  });
  afterAll(() => pair?.stop());

  it('carry an entry made at one to a subscriber at the other well before the heartbeat', async () => {
    const phone = await Client.register(pair.here.url);
    const metric = await phone.createMetric();
    const laptop = phone.at(pair.there.url).follow(2);
    await laptop.connected;
    // The first entry may have to wait for the subscription in Redis to be made; the second shows the way is open.
    await phone.createEntry({ metricId: metric.id });
    await expectEveryChange(laptop, 3, 3);
    const { id } = await phone.createEntry({ metricId: metric.id, value: 2 });
    const [change] = await laptop.take(1, 1500);
    expect(change!.changes).toMatchObject({ seq: 4, kind: 'CREATED', entityType: 'Entry', entityId: id });
    await laptop.close();
  });

  it('close the sockets at one when the person signs out at the other', async () => {
    const phone = await Client.register(pair.here.url);
    const socket = phone.at(pair.there.url).follow();
    await socket.connected;
    await phone.graphql('mutation { logout }');
    expect(await socket.closed).toMatchObject({ code: 4401 });
  });

  it(
    'keep the log gap-free and equal to the table while 20 clients write the same entries',
    { timeout: 90_000 },
    async () => {
      const owner = await Client.register(pair.here.url);
      const metric = await owner.createMetric({ type: 'NUMBER' });
      const clients = Array.from({ length: 20 }, (_, i) => owner.at([pair.here.url, pair.there.url][i % 2]!));
      const followers = [owner.follow(0), owner.at(pair.there.url).follow(0)];
      const shared = await owner.createEntries(
        Array.from({ length: 10 }, (_, i) => ({ metricId: metric.id, value: i })),
      );

      const outcomes = await Promise.all(clients.map((client, i) => writeAtRandom(client, i, metric.id, shared)));

      const codes = new Set(outcomes.flat());
      expect([...codes].filter((code) => !['written', 'CONFLICT', 'NOT_FOUND'].includes(code))).toEqual([]);
      expect(codes).toContain('CONFLICT');
      expect(codes).toContain('NOT_FOUND');
      const written = outcomes.flat().filter((code) => code === 'written').length;
      // The account, the metric, ten shared entries, and every write that was acknowledged: no more and no less.
      const last = 12 + written;
      const rebuilt = await rebuildFromLog(owner);
      expect(rebuilt.numbers).toEqual(numbersTo(last));
      expect(rebuilt.entries).toEqual(await readEverything(owner.at(pair.there.url)));
      for (const follower of followers) {
        await expectEveryChange(follower, 1, last);
        await follower.close();
      }
    },
  );

  it('give one entry to several devices that create the same id at once', async () => {
    const owner = await Client.register(pair.here.url);
    const metric = await owner.createMetric();
    const id = crypto.randomUUID();
    const devices = Array.from({ length: 12 }, (_, i) => owner.at([pair.here.url, pair.there.url][i % 2]!));
    const created = await Promise.all(
      devices.map((device) => device.createEntry({ id, metricId: metric.id, value: 5 })),
    );
    expect(new Set(created.map((entry) => JSON.stringify(entry)))).toHaveLength(1);
    expect(await owner.seq()).toBe(3);
  });

  it('check values against the newest definition of a metric that was changed at the other server', async () => {
    const here = await Client.register(pair.here.url);
    const there = here.at(pair.there.url);
    const metric = await here.createMetric({ type: 'RATING', min: 1, max: 5 });
    await there.createEntry({ metricId: metric.id, value: 5 });
    await here.updateMetric(metric.id, { max: 10 });
    const { id, value } = await there.createEntry({ metricId: metric.id, value: 9 });
    expect(value).toBe(9);
    await here.updateMetric(metric.id, { max: 12 });
    expect((await there.updateEntry(id, { value: 11 })).value).toBe(11);
    await here.updateMetric(metric.id, { max: 3 });
    await expect(there.createEntry({ metricId: metric.id, value: 9 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('keep the last writes of a metric that is deleted meanwhile out of the table, and the log whole', async () => {
    const owner = await Client.register(pair.here.url);
    const devices = [owner, owner.at(pair.there.url)];
    const metric = await owner.createMetric();
    const writes = Array.from({ length: 40 }, (_, i) => attempt(devices[i % 2]!.createEntry({ metricId: metric.id })));
    const deletion = owner.at(pair.there.url).deleteMetric(metric.id);
    const outcomes = await Promise.all(writes);
    await deletion;
    expect(outcomes.filter((code) => code !== 'written' && code !== 'NOT_FOUND')).toEqual([]);
    const rebuilt = await rebuildFromLog(owner);
    expect(rebuilt.numbers).toEqual(numbersTo(rebuilt.numbers.length));
    expect(rebuilt.entries).toEqual([]);
    expect(await readEverything(owner)).toEqual([]);
  });

  it('leave nothing of an erased account in any table, whatever is written at that moment', async () => {
    const owners = await Promise.all(Array.from({ length: 5 }, () => Client.register(pair.here.url)));
    for (const owner of owners) {
      const metric = await owner.createMetric();
      const there = owner.at(pair.there.url);
      const writes = Array.from({ length: 30 }, () => attempt(there.createEntry({ metricId: metric.id })));
      await Promise.race(writes);
      await owner.graphql('mutation ($password: String!) { deleteAccount(password: $password) }', {
        password: goodPassword,
      });
      for (const code of await Promise.all(writes)) expect(['written', 'UNAUTHENTICATED', 'NOT_FOUND']).toContain(code);
    }
    const tables = await queryDatabase<{ table: string }>(
      pair.database.url,
      `SELECT table_name AS table FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'user_id'
       AND table_name <> 'erasures'`,
    );
    expect(tables.length).toBeGreaterThan(5);
    const ids = owners.map((owner) => owner.userId);
    // What was done stays as a pseudonym: nothing in it can be read any more (attacks/audit.test.ts).
    for (const { table } of tables.filter((each) => !each.table.startsWith('audit_'))) {
      const rows = await queryDatabase(pair.database.url, `SELECT FROM ${table} WHERE user_id = ANY($1)`, [ids]);
      expect(rows, `${table}`).toHaveLength(0);
    }
  });
});

const writesPerClient = 20;

/** Creates, changes and deletes: its own entries, and those that everybody fights over. */
async function writeAtRandom(
  client: Client,
  seed: number,
  metricId: string,
  shared: readonly Entry[],
): Promise<string[]> {
  const random = createRandom(seed);
  const outcomes: string[] = [];
  for (let i = 0; i < writesPerClient; i++) {
    const { id } = shared[random.below(shared.length)]!;
    const dice = random.below(20);
    if (dice < 8) outcomes.push(await attempt(client.createEntry({ metricId, value: i, tags: [`client ${seed}`] })));
    else if (dice < 14) outcomes.push(await attempt(client.updateEntry(id, { value: seed * 1000 + i })));
    else if (dice < 19) outcomes.push(await attempt(client.updateEntry(id, { notes: `${seed}` }, 1 + random.below(3))));
    else outcomes.push(await attempt(client.deleteEntry(id)));
  }
  return outcomes;
}

/** `written`, or the code of the refusal. */
const attempt = (write: Promise<unknown>): Promise<string> =>
  write.then(
    () => 'written',
    (error: unknown) => {
      if (error instanceof ApiError) return error.code;
      throw error;
    },
  );
