import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compactLog } from '../../src/changes/compaction.ts';
import { sql } from '../../src/platform/database/database.ts';
import { startApp, type App } from '../setup/app.ts';
import { readEverything } from '../setup/changes.ts';
import { Client, type Metric } from '../setup/client.ts';
import { invalidAt, refusalOf } from '../setup/refusals.ts';
import { readSnapshot, type SnapshotPage } from '../setup/snapshot.ts';

const lasting = ['Metric'];
/** Everything that has happened until now is old. */
const compactAll = (client: Client) => compactLog(client.userId, new Date(Date.now() + 60_000), lasting);

describe('a snapshot and a compacted log', () => {
  let app: App;
  let client: Client;
  let metric: Metric;

  beforeAll(async () => {
    app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    client = await Client.register(app.url);
    metric = await client.createMetric();
  });

  /** Ten entries, of which three are changed and two deleted. */
  async function live(): Promise<string[]> {
    const entries = await client.createEntries(Array.from({ length: 10 }, () => ({ metricId: metric.id })));
    for (const { id } of entries.slice(0, 3)) await client.updateEntry(id, { value: 7 });
    for (const { id } of entries.slice(8)) await client.deleteEntry(id);
    return entries.map(({ id }) => id);
  }
  const idsOf = (pages: SnapshotPage[]) => pages.flatMap((page) => page.changes.map((change) => change.entityId));

  it('holds each thing that exists once, as its newest change left it', async () => {
    const ids = await live();
    const pages = await readSnapshot(client, { first: 3 });
    expect(idsOf(pages).toSorted()).toEqual([client.userId, metric.id, ...ids.slice(0, 8)].toSorted());
    const entries = pages.flatMap((page) => page.changes).filter((change) => change.entityType === 'Entry');
    expect(entries.map(({ entity }) => entity).toSorted((a, b) => (a!.id < b!.id ? -1 : 1))).toEqual(
      await readEverything(client),
    );
    expect(new Set(pages.map((page) => page.seq))).toEqual(new Set([await client.seq()]));
  });

  it('is of one state, whatever is written between its pages', async () => {
    const ids = await live();
    const before = await readSnapshot(client, { first: 1000 });
    let round = 0;
    const between = async () => {
      await client.updateEntry(ids[round % 8]!, { value: 100 + round });
      if (round === 2) await client.deleteEntry(ids[7]!);
      await client.createEntry({ metricId: metric.id });
      round += 1;
    };
    const pages = await readSnapshot(client, { first: 2, between });
    expect(round).toBeGreaterThan(3);
    expect(pages.flatMap((page) => page.changes)).toEqual(before.flatMap((page) => page.changes));
    // Going on from its number leads to what is there now.
    expect((await client.replay(pages[0]!.seq)).at(-1)!.seq).toBe(await client.seq());
  });

  it('is empty for nobody, refuses what is not its cursor, and a number the log has not reached', async () => {
    const read = (args: string) => client.graphql(`{ snapshot(${args}) { seq } }`);
    expect(await refusalOf(read('asOf: 99'))).toMatchObject(invalidAt('asOf'));
    expect(await refusalOf(read('asOf: -1'))).toMatchObject(invalidAt('asOf'));
    expect(await refusalOf(read('first: 0'))).toMatchObject(invalidAt('first'));
    expect(await refusalOf(read('first: 1001'))).toMatchObject(invalidAt('first'));
    expect(await refusalOf(read('after: "WyJhIl0"'))).toMatchObject(invalidAt('after'));
    expect(await refusalOf(new Client(app.url).graphql('{ snapshot { seq } }'))).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('stays whole when the log is compacted, and what follows is found as before', async () => {
    const ids = await live();
    const before = await readSnapshot(client, {});
    const seq = await client.seq();
    await compactAll(client);
    // The newest line always stays, the deletion of an entry here: all else of the deleted is gone.
    expect(await readSnapshot(client, {})).toEqual(before);
    await client.updateEntry(ids[0]!, { value: 8 });
    expect((await client.replay(seq)).map((line) => line.seq)).toEqual([seq + 1]);
  });

  it('is asked for where the log no longer reaches, by query and by subscription', async () => {
    await live();
    await compactAll(client);
    const seq = await client.seq();
    const compacted = { code: 'CONFLICT', extensions: { reason: 'LOG_COMPACTED', compactedTo: seq - 1, seq } };
    expect(await refusalOf(client.replay(0))).toMatchObject(compacted);
    expect(await refusalOf(client.replay(seq - 2))).toMatchObject(compacted);
    expect(await refusalOf(client.follow(3).take(1))).toMatchObject(compacted);
    expect(await refusalOf(client.graphql(`{ snapshot(asOf: ${seq - 2}) { seq } }`))).toMatchObject(compacted);
    expect(await client.replay(seq - 1)).toHaveLength(1);
  });

  it('does not show again what was deleted, whatever followed before the log was compacted', async () => {
    await live();
    await client.deleteMetric(metric.id);
    await client.createMetric({ name: 'Other' });
    const before = await readSnapshot(client, {});
    await compactAll(client);
    expect(await readSnapshot(client, {})).toEqual(before);
  });

  it('forgets what is old only, again and again, and what is deleted wholly but for what others point at', async () => {
    await live();
    await client.deleteMetric(metric.id);
    await compactAll(client);
    await compactAll(client);
    const kept = await readLines(client);
    expect(kept.map(({ entityType }) => entityType)).toEqual(['User', 'Metric', 'Metric']);
    const other = await client.createMetric({ name: 'Other' });
    await compactLog(client.userId, new Date(Date.now() - 60_000), lasting);
    await client.updateMetric(other.id, { name: 'Another' });
    expect((await readLines(client)).slice(3)).toHaveLength(2);
  });
});

type Line = { entityType: string };
const readLines = (client: Client): Promise<Line[]> =>
  sql.query<Line>('SELECT entity_type AS "entityType" FROM changes WHERE user_id = $1::uuid ORDER BY seq', [
    client.userId,
  ]);
