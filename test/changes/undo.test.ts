import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compactLog } from '../../src/changes/compaction.ts';
import { startApp, type App } from '../setup/app.ts';
import { readEverything } from '../setup/changes.ts';
import { Client, type Entry, type Metric } from '../setup/client.ts';
import { refusalOf } from '../setup/refusals.ts';

type Line = { seq: number; kind: string; entity: Record<string, unknown> | null };

describe('history and undo', () => {
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

  const fields = `seq kind entity { __typename
    ... on Entry { id value notes tags version } ... on Metric { id name unit version } ... on User { id timeZone } }`;
  const undo = async (seq: number, who = client) =>
    (await who.graphql<{ undo: Line }>(`mutation { undo(seq: ${seq}) { ${fields} } }`)).undo;
  const history = async (id: string, page = '', who = client) => {
    const query = `{ history(entityId: "${id}"${page}) { edges { node { ${fields} } } pageInfo { hasNextPage endCursor } } }`;
    type Answer = {
      history: { edges: { node: Line }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
    };
    const answer = (await who.graphql<Answer>(query)).history;
    return { lines: answer.edges.map((edge) => edge.node), pageInfo: answer.pageInfo };
  };
  const entry = (value = 1): Promise<Entry> => client.createEntry({ metricId: metric.id, value, notes: 'n' });

  it('tells every state of an entity, the newest first, page by page, also once it is deleted', async () => {
    const { id } = await entry();
    for (const value of [2, 3]) await client.updateEntry(id, { value });
    await client.deleteEntry(id);
    const { lines } = await history(id);
    expect(lines.map(({ kind, entity }) => [kind, entity?.['value'] ?? null])).toEqual([
      ['DELETED', null],
      ['UPDATED', 3],
      ['UPDATED', 2],
      ['CREATED', 1],
    ]);
    const first = await history(id, ', first: 3');
    expect(first.pageInfo.hasNextPage).toBe(true);
    const rest = await history(id, `, first: 3, after: "${first.pageInfo.endCursor}"`);
    expect([...first.lines, ...rest.lines]).toEqual(lines);
    expect((await history(id, ', last: 2')).lines).toEqual(lines.slice(2));
    expect((await history('nothing')).lines).toEqual([]);
    expect((await history(id, '', await Client.register(app.url))).lines).toEqual([]);
  });

  it('takes back an update, in the fields it changed alone', async () => {
    const { id } = await entry();
    const seq = await client.seq();
    await client.updateEntry(id, { value: 2 });
    await client.updateEntry(id, { notes: 'later' });
    expect(await undo(seq + 1)).toMatchObject({
      seq: seq + 3,
      kind: 'UPDATED',
      entity: { value: 1, notes: 'later', version: 4 },
    });
    // An undo is a change like any other: it can be undone.
    expect(await undo(seq + 3)).toMatchObject({ entity: { value: 2, notes: 'later', version: 5 } });
  });

  it('does not overwrite what has been changed again', async () => {
    const { id } = await entry();
    const seq = await client.seq();
    await client.updateEntry(id, { value: 2, tags: ['a'] });
    await client.updateEntry(id, { value: 3 });
    const refusal = await refusalOf(undo(seq + 1));
    expect(refusal).toMatchObject({ code: 'CONFLICT', extensions: { differingFields: ['value'] } });
    await client.deleteEntry(id);
    expect(await refusalOf(undo(seq + 1))).toMatchObject({ code: 'CONFLICT', extensions: { current: null } });
    expect(await client.seq()).toBe(seq + 3);
  });

  it('takes back a creation and a deletion, and a version never comes twice', async () => {
    const { id } = await entry();
    const seq = await client.seq();
    expect(await undo(seq)).toMatchObject({ kind: 'DELETED', entity: null });
    expect(await undo(seq + 1)).toMatchObject({ kind: 'CREATED', entity: { id, value: 1, notes: 'n', version: 2 } });
    expect(await refusalOf(undo(seq + 1))).toMatchObject({ code: 'CONFLICT' });
    await client.updateEntry(id, { value: 5 });
    expect(await refusalOf(undo(seq + 2))).toMatchObject({ code: 'CONFLICT' });
    expect((await readEverything(client))[0]).toMatchObject({ id, value: 5, version: 3 });
  });

  it('brings a deleted metric back with its entries, and no others', async () => {
    const other = await client.createMetric({ name: 'Other' });
    const kept = await client.createEntries(
      Array.from({ length: 1200 }, (_, i) => ({ metricId: metric.id, value: i })).slice(0, 1000),
    );
    await client.createEntries(Array.from({ length: 200 }, (_, i) => ({ metricId: metric.id, value: 2000 + i })));
    await client.createEntry({ metricId: other.id });
    await client.deleteEntry(kept[0]!.id);
    const before = await readEverything(client);
    await client.deleteMetric(metric.id);
    const change = await undo(await client.seq());
    expect(change).toMatchObject({ kind: 'CREATED', entity: { id: metric.id, name: metric.name, version: 2 } });
    const after = await readEverything(client);
    const contentOf = (rows: object[]) => rows.map((row) => ({ ...row, version: 0 }));
    expect(contentOf(after)).toEqual(contentOf(before));
    expect(after).toHaveLength(1200);
  });

  it('needs the metric of an entry, and leaves a metric that has entries', async () => {
    const created = await client.seq();
    const { id } = await entry();
    expect(await refusalOf(undo(created))).toMatchObject({ code: 'CONFLICT' });
    await client.deleteEntry(id);
    const deleted = await client.seq();
    await client.deleteMetric(metric.id);
    expect(await refusalOf(undo(deleted))).toMatchObject({ code: 'CONFLICT' });
    expect(await client.seq()).toBe(deleted + 1);
  });

  it('leaves a metric as it is whose bounds would come into the wrong order', async () => {
    await client.updateMetric(metric.id, { max: 5 });
    await client.updateMetric(metric.id, { max: 20 });
    const seq = await client.seq();
    await client.updateMetric(metric.id, { min: 10 });
    const refusal = await refusalOf(undo(seq));
    expect(refusal).toMatchObject({ code: 'CONFLICT', extensions: { differingFields: ['min', 'max'] } });
    expect(await client.seq()).toBe(seq + 1);
  });

  it('leaves a metric deleted one of whose entries is an entry of another metric by now', async () => {
    const { id } = await entry();
    const other = await client.createMetric({ name: 'Other' });
    await client.deleteMetric(metric.id);
    const seq = await client.seq();
    await client.createEntry({ id, metricId: other.id });
    expect(await refusalOf(undo(seq))).toMatchObject({ code: 'CONFLICT' });
    expect(await client.seq()).toBe(seq + 1);
  });

  it('does not bring a metric back without its entries, once the log has forgotten these', async () => {
    await entry();
    await client.deleteMetric(metric.id);
    const seq = await client.seq();
    const later = new Date(Date.now() + 60_000);
    // The newest line of all stays, and later the deletion of a metric, because insights still name it.
    await compactLog(client.userId, later, ['Metric']);
    expect(await refusalOf(undo(seq))).toMatchObject({ code: 'NOT_FOUND' });
    await client.createMetric({ name: 'Other' });
    await compactLog(client.userId, later, ['Metric']);
    expect(await refusalOf(undo(seq))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await client.seq()).toBe(seq + 1);
  });

  it('takes back settings of a metric and of the person', async () => {
    await client.updateMetric(metric.id, { name: 'Steps', unit: 'steps' });
    const seq = await client.seq();
    expect(await undo(seq)).toMatchObject({ entity: { name: 'Mood', unit: null, version: 3 } });
    await client.graphql('mutation { updateProfile(input: { timeZone: "Asia/Tokyo" }) { id } }');
    expect(await undo(seq + 2)).toMatchObject({ entity: { timeZone: 'UTC' } });
  });

  it('refuses what is not there, is not the person’s, or cannot be undone', async () => {
    expect(await refusalOf(undo(99))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusalOf(undo(1))).toMatchObject({ code: 'INVALID_INPUT' });
    const stranger = await Client.register(app.url);
    expect(await refusalOf(undo(2, stranger))).toMatchObject({ code: 'NOT_FOUND' });
  });
});
