import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/kernel/ids.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client, type Metric } from '../../setup/client.ts';
import { refusalOf } from '../../setup/refusals.ts';

type Row = { id: string; date: string };
type Page = {
  entries: {
    edges: { cursor: string; node: Row }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  };
};
type Arguments = { first?: number; after?: string | null; last?: number; before?: string | null; filter?: object };

const query = `query ($filter: EntryFilter, $first: Int, $after: String, $last: Int, $before: String) {
  entries(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id date } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

let app: App;
let client: Client;
let metric: Metric;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await Client.register(app.url);
  metric = await client.createMetric();
});

const readPage = async (page: Arguments) => (await client.graphql<Page>(query, page)).entries;
const createOn = (dates: string[]): Promise<Row[]> =>
  client.createEntries(dates.map((date) => ({ metricId: metric.id, date })));
const newestFirst = (rows: Row[]): Row[] =>
  rows.toSorted((a, b) => (`${a.date} ${a.id}` < `${b.date} ${b.id}` ? 1 : -1));

describe('walking through the entries', () => {
  const days = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 25 });
  const walk = fc.record({
    days,
    size: fc.integer({ min: 1, max: 7 }),
    backwards: fc.boolean(),
    deletions: fc.array(fc.nat(), { maxLength: 12 }),
  });

  it('neither skips nor repeats a row, also when rows are deleted between the pages', async () => {
    await fc.assert(
      fc.asyncProperty(walk, async ({ days: chosen, size, backwards, deletions }) => {
        const rows = newestFirst(await createOn(chosen.map((day) => `2026-11-0${day}`)));
        const order = backwards ? rows.toReversed() : rows;
        const present = new Set(order.map((row) => row.id));
        const seen: string[] = [];
        let cursor: string | null = null;
        for (let page = 0; ; page++) {
          // The model: what comes after the last row seen, of what is there now.
          const rest = order
            .slice(seen.length === 0 ? 0 : order.findIndex((row) => row.id === seen.at(-1)) + 1)
            .filter((row) => present.has(row.id));
          const { edges, pageInfo } = await readPage(
            backwards ? { last: size, before: cursor } : { first: size, after: cursor },
          );
          const nodes = (backwards ? edges.toReversed() : edges).map((edge) => edge.node.id);
          expect(nodes).toEqual(rest.slice(0, size).map((row) => row.id));
          expect(backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage).toBe(rest.length > size);
          if (nodes.length === 0) break;
          seen.push(...nodes);
          cursor = backwards ? pageInfo.startCursor : pageInfo.endCursor;
          // The row of the cursor itself goes first: this is what breaks cursors that point at rows.
          const victims =
            deletions[page] === undefined ? [] : [nodes.at(-1)!, order[deletions[page]! % order.length]!.id];
          for (const id of victims) if (present.delete(id)) await client.deleteEntry(id);
        }
        for (const id of present) await client.deleteEntry(id);
        expect(new Set(seen).size).toBe(seen.length);
      }),
      { numRuns: 20 },
    );
  });

  it('shows the newest day first, and says where a page lies', async () => {
    const rows = newestFirst(await createOn(['2026-11-03', '2026-11-01', '2026-11-05', '2026-11-01', '2026-11-04']));
    const first = await readPage({ first: 2 });
    expect(first.edges.map((edge) => edge.node)).toEqual(rows.slice(0, 2).map(({ id, date }) => ({ id, date })));
    expect(first.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: first.edges[0]!.cursor,
      endCursor: first.edges[1]!.cursor,
    });
    const between = await readPage({
      after: first.edges[0]!.cursor,
      before: (await readPage({ last: 1 })).pageInfo.startCursor,
    });
    expect(between.edges.map((edge) => edge.node.id)).toEqual(rows.slice(1, 4).map((row) => row.id));
    expect((await readPage({ last: 2 })).edges.map((edge) => edge.node.id)).toEqual(rows.slice(3).map((row) => row.id));
  });

  it('has pages of 50 when nothing is said, and empty ones', async () => {
    await createOn(Array.from({ length: 60 }, () => '2026-11-01'));
    expect((await readPage({})).edges).toHaveLength(50);
    expect(await readPage({ first: 0 })).toMatchObject({ edges: [], pageInfo: { startCursor: null, endCursor: null } });
    expect(await readPage({ filter: { metricIds: [] } })).toMatchObject({
      edges: [],
      pageInfo: { hasNextPage: false },
    });
  });

  it('refuses pages that are too large or negative, naming the limit', async () => {
    for (const page of [{ first: 501 }, { last: 501 }, { first: -1 }, { last: -1 }, { first: 2_147_483_647 }]) {
      const refusal = await refusalOf(readPage(page));
      expect(refusal, `${JSON.stringify(page)}`).toMatchObject({
        code: 'INVALID_INPUT',
        extensions: { issues: [{ path: [Object.keys(page)[0]] }] },
      });
      expect(refusal.message).toContain('500');
    }
    expect(await refusalOf(readPage({ first: 2, last: 2 }))).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('refuses cursors that this list has not given out, also those of another list', async () => {
    await createOn(['2026-11-01']);
    const { metrics } = await client.graphql<{ metrics: { pageInfo: { endCursor: string } } }>(
      '{ metrics { pageInfo { endCursor } } }',
    );
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const bad = [
      '',
      'x',
      '☃',
      metrics.pageInfo.endCursor,
      encode([]),
      encode(['2026-11-01']),
      encode([newId(), '2026-11-01']),
      encode(['2026-11-01', newId(), newId()]),
      encode([['2026-11-01'], [newId()]]),
      encode({ 0: '2026-11-01', 1: newId() }),
      encode(null),
      encode(['2026-11-01', "'; --"]),
      encode(['2026-02-30', newId()]),
    ];
    for (const cursor of bad) {
      for (const page of [{ after: cursor }, { last: 5, before: cursor }]) {
        expect(await refusalOf(readPage(page)), `${cursor}`).toMatchObject({ code: 'INVALID_INPUT' });
      }
    }
    const entriesCursor = (await readPage({})).pageInfo.endCursor;
    const mixed = client.graphql('query ($after: String) { metrics(after: $after) { edges { cursor } } }', {
      after: entriesCursor,
    });
    expect(await refusalOf(mixed)).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('the filters of entries', () => {
  const find = async (filter: object) => (await readPage({ filter })).edges.map((edge) => edge.node.id);

  it('by metric, day, tags and text must all hold', async () => {
    const text = await client.createMetric({ name: 'Diary', type: 'TEXT' });
    const a = await client.createEntry({
      metricId: metric.id,
      date: '2026-11-01',
      tags: ['home', 'run'],
      notes: 'Knee hurts 100%',
    });
    const b = await client.createEntry({ metricId: metric.id, date: '2026-11-02', tags: ['home'] });
    const c = await client.createEntry({ metricId: text.id, date: '2026-11-03', value: 'The KNEE is fine' });
    expect(await find({ metricIds: [metric.id] })).toEqual([b.id, a.id]);
    expect(await find({ metricIds: [metric.id, text.id] })).toEqual([c.id, b.id, a.id]);
    expect(await find({ from: '2026-11-02' })).toEqual([c.id, b.id]);
    expect(await find({ from: '2026-11-02', to: '2026-11-02' })).toEqual([b.id]);
    expect(await find({ from: '2026-11-03', to: '2026-11-01' })).toEqual([]);
    expect(await find({ tags: ['home'] })).toEqual([b.id, a.id]);
    expect(await find({ tags: ['run', 'home'] })).toEqual([a.id]);
    expect(await find({ tags: [] })).toHaveLength(3);
    expect(await find({ text: 'knee' })).toEqual([c.id, a.id]);
    expect(await find({ text: 'knee', metricIds: [metric.id], tags: ['home'] })).toEqual([a.id]);
  });

  it('take the text as it is, not as a pattern', async () => {
    const a = await client.createEntry({ metricId: metric.id, notes: 'slept 100% and a_b c\\d' });
    await client.createEntry({ metricId: metric.id, notes: 'slept 100 and aXb cd' });
    for (const part of ['100%', 'a_b', 'c\\d']) expect(await find({ text: part }), `${part}`).toEqual([a.id]);
    expect(await find({ text: '%%' })).toEqual([]);
  });

  it('find nothing, and do not fail, for what no entry can hold', async () => {
    await client.createEntry({ metricId: metric.id, notes: 'ab' });
    for (const filter of [
      { text: 'a\0b\0c' },
      { text: '\ud800' },
      { tags: ['a\0b'] },
      { tags: ['\ud800'] },
      { metricIds: ['no id', newId()] },
    ]) {
      expect(await find(filter), `${JSON.stringify(filter)}`).toEqual([]);
    }
  });

  it('refuse days that do not exist', async () => {
    for (const filter of [{ from: '2026-02-30' }, { to: 'x' }]) {
      expect(await refusalOf(find(filter))).toMatchObject({
        code: 'INVALID_INPUT',
        extensions: { issues: [{ path: ['filter', Object.keys(filter)[0]] }] },
      });
    }
  });

  it('work within a metric, which adds itself', async () => {
    const other = await client.createMetric();
    const a = await client.createEntry({ metricId: metric.id, tags: ['x'] });
    await client.createEntry({ metricId: metric.id });
    await client.createEntry({ metricId: other.id, tags: ['x'] });
    const inside =
      'query ($id: ID!, $filter: EntryFilter) { metric(id: $id) { entries(filter: $filter) { edges { node { id metric { id } } } } } }';
    const answer = await client.graphql(inside, { id: metric.id, filter: { tags: ['x'], metricIds: [other.id] } });
    expect(answer).toEqual({ metric: { entries: { edges: [{ node: { id: a.id, metric: { id: metric.id } } }] } } });
  });
});
