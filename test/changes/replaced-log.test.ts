import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compactLog } from '../../src/changes/compaction.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, type Metric } from '../setup/client.ts';
import { invalidAt, refusalOf } from '../setup/refusals.ts';
import { restoreTo } from '../setup/restore.ts';

type Place = { after: number; afterAt?: string | undefined };
type Line = { seq: number; at: string };

const query = `query ($after: Int!, $afterAt: DateTime) {
  changes(after: $after, afterAt: $afterAt) { changes { seq } lastSeq } }`;
const subscription = `subscription ($after: Int!, $afterAt: DateTime) {
  changes(after: $after, afterAt: $afterAt) { seq } }`;
/** A directive at the root is left to the engine. */
const byTheEngine = subscription.replace('{ seq }', '@include(if: true) { seq }');

const compacted = { code: 'CONFLICT', extensions: { reason: 'LOG_COMPACTED' } };

describe('a device that says when the change of its number happened', () => {
  let app: App;
  let client: Client;
  let metric: Metric;

  beforeAll(async () => {
    app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
  });
  afterAll(() => app.stop());
  /** Their account is change 1, their metric change 2, and the entries changes 3 to 5. */
  beforeEach(async () => {
    client = await Client.register(app.url);
    metric = await client.createMetric();
    for (const value of [1, 2, 3]) await client.createEntry({ metricId: metric.id, value });
  });

  const readPage = async (place: Place) => {
    const { changes } = await client.graphql<{ changes: { changes: Line[] } }>(query, place);
    return changes.changes.map(({ seq }) => seq);
  };
  /** The numbers of the first changes that a subscription gives. */
  const follow = async (text: string, place: Place, count: number) => {
    const socket = client.subscribe<{ changes: Line }>(text, place);
    return socket
      .take(count)
      .then((results) => results.map(({ changes }) => changes.seq))
      .finally(() => socket.close());
  };
  /** The three ways to ask for what follows a place, of which there are `count` changes. */
  const ways = (place: Place, count = 1) =>
    [() => readPage(place), () => follow(subscription, place, count), () => follow(byTheEngine, place, count)] as const;
  const expectRefused = async (place: Place, refusal: object) => {
    for (const ask of ways(place)) expect(await refusalOf(ask())).toMatchObject(refusal);
  };
  const placeOf = async (seq: number) => {
    const { at } = (await client.replay<Line>(seq - 1, 'seq at')).at(0)!;
    return { after: seq, afterAt: at };
  };
  const createEntries = (count: number) =>
    client.createEntries(Array.from({ length: count }, () => ({ metricId: metric.id, value: 7 })));

  it('goes on where the log has that change', async () => {
    const place = await placeOf(3);
    const inVienna = new Date(Date.parse(place.afterAt) + 3_600_000).toISOString().replace('Z', '+01:00');
    for (const afterAt of [place.afterAt, inVienna, undefined]) {
      for (const ask of ways({ ...place, afterAt }, 2)) expect(await ask()).toEqual([4, 5]);
    }
    expect(await readPage(await placeOf(5))).toEqual([]);
  });

  it('is not asked about the beginning', async () => {
    for (const ask of ways({ after: 0, afterAt: '2001-01-01T00:00:00Z' }, 5)) expect(await ask()).toHaveLength(5);
  });

  it('is refused at its number when it happened at another time, be it by a millisecond', async () => {
    const { after, afterAt } = await placeOf(3);
    for (const wrong of [1, -1, 86_400_000]) {
      const other = new Date(Date.parse(afterAt) + wrong).toISOString();
      await expectRefused({ after, afterAt: other }, invalidAt('after'));
    }
    expect(await readPage({ after, afterAt })).toEqual([4, 5]);
  });

  it('is refused when the log was replaced and has grown past its number again', async () => {
    const [kept, lost] = [await placeOf(3), await placeOf(5)];
    await restoreTo(client.userId, 3);
    await expectRefused(lost, invalidAt('after'));
    await createEntries(4);
    const refusal = await refusalOf(readPage(lost));
    expect(refusal.message).toContain('another change');
    await expectRefused(lost, invalidAt('after'));
    // What the backup had is the same log.
    expect(await readPage(kept)).toEqual([4, 5, 6, 7]);
    expect(await readPage({ after: 5 })).toEqual([6, 7]);
  });

  it('hears that the log is compacted where that change is gone, and goes on where it is kept', async () => {
    const [entry] = await createEntries(1);
    await client.deleteEntry(entry!.id);
    const [old, deletion] = [await placeOf(6), await placeOf(7)];
    await createEntries(2);
    const kept = await placeOf(8);
    await compactLog(client.userId, new Date(Date.now() + 60_000), ['Metric']);
    await expectRefused(old, compacted);
    await expectRefused(deletion, compacted);
    // The last one compacted is the newest line of an entry that exists.
    for (const ask of ways(kept)) expect(await ask()).toEqual([9]);
    const other = new Date(Date.parse(kept.afterAt) + 1).toISOString();
    await expectRefused({ after: 8, afterAt: other }, invalidAt('after'));
  });

  it('hears that the log is compacted where the last one compacted was a deletion', async () => {
    const [entry] = await createEntries(1);
    await client.deleteEntry(entry!.id);
    const deletion = await placeOf(7);
    await createEntries(1);
    await compactLog(client.userId, new Date(Date.now() + 60_000), ['Metric']);
    await expectRefused(deletion, compacted);
    expect(await readPage({ after: 7 })).toEqual([8]);
    type Page = { snapshot: { seq: number; at: string | null } };
    const asOf = (seq: number) => client.graphql<Page>(`{ snapshot(asOf: ${seq}) { seq at } }`);
    expect((await asOf(7)).snapshot).toEqual({ seq: 7, at: null });
    expect((await asOf(8)).snapshot).toEqual({ seq: 8, at: (await placeOf(8)).afterAt });
  });

  it('gets the instant along with a snapshot, on every page of it', async () => {
    const page =
      'query ($asOf: Int, $after: String) { snapshot(asOf: $asOf, after: $after, first: 1) { seq at endCursor } }';
    type Page = { snapshot: { seq: number; at: string; endCursor: string } };
    const { snapshot } = await client.graphql<Page>(page);
    await createEntries(2);
    const { snapshot: next } = await client.graphql<Page>(page, { asOf: snapshot.seq, after: snapshot.endCursor });
    const { at } = next;
    expect([snapshot.seq, next.seq, at]).toEqual([5, 5, snapshot.at]);
    expect(at).toBe((await placeOf(5)).afterAt);
    for (const ask of ways({ after: 5, afterAt: at }, 2)) expect(await ask()).toEqual([6, 7]);
  });

  it.each(['yesterday', '2026-11-21', '2026-11-21T06:30', '2026-02-30T00:00:00Z', '2026-11-21T24:00:00Z', ''])(
    'is told that %j is no instant',
    async (afterAt) => {
      await expectRefused({ after: 3, afterAt }, { code: 'INVALID_INPUT' });
      const literal = `{ changes(after: 3, afterAt: "${afterAt}") { lastSeq } }`;
      expect(await refusalOf(client.graphql(literal))).toMatchObject({ code: 'INVALID_INPUT' });
    },
  );
});
