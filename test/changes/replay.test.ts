import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type App } from '../setup/app.ts';
import { numbersTo } from '../setup/changes.ts';
import { Client, type Metric } from '../setup/client.ts';
import { refusalOf } from '../setup/refusals.ts';

type Page = { changes: { changes: { seq: number }[]; lastSeq: number; hasMore: boolean } };
const pageQuery =
  'query ($after: Int!, $first: Int) { changes(after: $after, first: $first) { changes { seq } lastSeq hasMore } }';

describe('the replay of a change log', () => {
  let app: App;
  let client: Client;
  let metric: Metric;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    client = await Client.register(app.url);
    metric = await client.createMetric({ name: 'Mood', type: 'TEXT' });
  });

  const readPage = async (after: number, first?: number) =>
    (await client.graphql<Page>(pageQuery, { after, first })).changes;

  it('walks the log in pages without gap or overlap, and says when there is more', async () => {
    await client.createEntries(Array.from({ length: 8 }, () => ({ metricId: metric.id, value: 'fine' })));
    expect(await readPage(0, 4)).toEqual({ changes: [1, 2, 3, 4].map((seq) => ({ seq })), lastSeq: 4, hasMore: true });
    expect(await readPage(4, 6)).toMatchObject({ lastSeq: 10, hasMore: false });
    expect(await readPage(10, 6)).toEqual({ changes: [], lastSeq: 10, hasMore: false });
    expect((await client.replay(0, 'seq', 3)).map((line) => line.seq)).toEqual(numbersTo(10));
  });

  it('begins with the account, which holds no password', async () => {
    const [first] = await client.replay<{ seq: number; entityType: string; entity: object }>(
      0,
      'seq kind entityType entity { __typename ... on User { id email timeZone preferences seq } }',
      1,
    );
    expect(first).toMatchObject({
      seq: 1,
      kind: 'CREATED',
      entityType: 'User',
      entity: { __typename: 'User', id: client.userId },
    });
  });

  it('names the device that caused a change', async () => {
    const other = await Client.login(app.url, client.session!.user.email);
    await other.createEntry({ metricId: metric.id, value: 'fine' });
    const log = await client.replay();
    expect(log.map((line) => line.deviceId)).toEqual([
      client.session!.device.id,
      client.session!.device.id,
      other.session!.device.id,
    ]);
  });

  it('logs each entry of a deleted metric, and then the metric', async () => {
    const entries = await client.createEntries([1, 2, 3].map((i) => ({ metricId: metric.id, value: `day ${i}` })));
    await client.deleteMetric(metric.id);
    const deletions = (await client.replay()).filter((line) => line.kind === 'DELETED');
    expect(deletions.map((line) => line.entityType)).toEqual(['Entry', 'Entry', 'Entry', 'Metric']);
    expect(new Set(deletions.map((line) => line.entityId))).toEqual(
      new Set([...entries.map((entry) => entry.id), metric.id]),
    );
  });

  it('still shows an entry as it was, with its metric, after both were deleted', async () => {
    const entry = await client.createEntry({ metricId: metric.id, value: 'fine', notes: 'slept well', tags: ['home'] });
    await client.updateMetric(metric.id, { name: 'State of mind' });
    await client.deleteMetric(metric.id);
    const log = await client.replay<{ seq: number; entity: object | null }>(
      0,
      'seq entity { ... on Entry { id value notes tags createdAt metric { id name type } } ... on Metric { id name version createdAt } }',
    );
    const { id, value, notes, tags, createdAt } = entry;
    const expectedMetric = { id: metric.id, name: 'State of mind', type: 'TEXT' };
    expect(log[2]!.entity).toEqual({ id, value, notes, tags, createdAt, metric: expectedMetric });
    expect(log[3]!.entity).toMatchObject({
      id: metric.id,
      name: 'State of mind',
      version: 2,
      createdAt: metric.createdAt,
    });
    expect(log.slice(4).map((line) => line.entity)).toEqual([null, null]);
  });

  it('refuses a number that the log has not reached, over HTTP and on a socket', async () => {
    for (const after of [3, 1_000_000, -1]) {
      expect(await refusalOf(readPage(after))).toMatchObject({
        code: 'INVALID_INPUT',
        extensions: { issues: [{ path: ['after'] }] },
      });
      const socket = client.follow(after);
      expect(await refusalOf(socket.take(1))).toMatchObject({ code: 'INVALID_INPUT' });
      await socket.close();
    }
  });

  it('refuses pages of no or too many changes, naming the limit', async () => {
    for (const first of [0, -5, 1001, 2_000_000_000]) {
      const refusal = await refusalOf(readPage(0, first));
      expect(refusal.code).toBe('INVALID_INPUT');
      expect(refusal.message).toContain('1000');
    }
  });

  it('shows nobody the changes of somebody else', async () => {
    const stranger = await Client.register(app.url);
    const socket = stranger.follow(0);
    await client.createEntry({ metricId: metric.id, value: 'secret' });
    await stranger.createMetric();
    const log = await stranger.replay();
    expect(log.map((line) => [line.seq, line.entityType])).toEqual([
      [1, 'User'],
      [2, 'Metric'],
    ]);
    expect((await socket.take(2)).map((result) => result.changes)).toEqual(log);
    await socket.close();
  });
});
