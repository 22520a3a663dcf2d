import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/kernel/ids.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { invalidAt, refusalOf } from '../../setup/refusals.ts';

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await Client.register(app.url);
});

describe('creating a metric', () => {
  it.each([
    ['RATING', 'MEAN'],
    ['DURATION', 'SUM'],
    ['BINARY', 'MAX'],
    ['NUMBER', 'SUM'],
    ['TEXT', 'LAST'],
  ])('of type %s fills in what was left open, %s among it', async (type, aggregation) => {
    expect(await client.createMetric({ name: '  Sleep ', type })).toMatchObject({
      name: 'Sleep',
      type,
      aggregation,
      category: 'general',
      unit: null,
      min: null,
      max: null,
      step: null,
      isActive: true,
      version: 1,
    });
  });

  it('keeps what was said', async () => {
    const input = {
      id: newId(),
      name: 'Weight',
      type: 'NUMBER',
      category: 'body',
      unit: 'kg',
      min: 20,
      max: 300,
      step: 0.1,
      aggregation: 'MEAN',
    };
    expect(await client.createMetric(input)).toMatchObject(input);
  });

  it.each([
    ['name', { name: '' }],
    ['name', { name: '  ' }],
    ['name', { name: 'x'.repeat(121) }],
    ['name', { name: 'a\0b' }],
    ['name', { name: '\ud800' }],
    ['category', { category: 'x'.repeat(61) }],
    ['category', { category: '' }],
    ['unit', { unit: 'x'.repeat(41) }],
    ['unit', { unit: 'a\0' }],
    ['step', { step: 0 }],
    ['step', { step: -1 }],
    ['min', { min: 5, max: 1 }],
    ['id', { id: 'x' }],
    ['id', { id: newId().toUpperCase() }],
  ])('is refused for its %s (%j)', async (field, input) => {
    expect(await refusalOf(client.createMetric(input))).toMatchObject(invalidAt('input', field));
    expect(await client.seq()).toBe(1);
  });

  it.each(['BINARY', 'TEXT'])('of type %s has no bounds', async (type) => {
    for (const bound of [{ min: 0 }, { max: 1 }, { step: 1 }]) {
      expect(await refusalOf(client.createMetric({ type, ...bound })), `${JSON.stringify(bound)}`).toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
  });

  it.each([{ min: Infinity }, { type: 'COLOUR' }, { aggregation: 'MEDIAN' }, { userId: newId() }, { name: null }])(
    'refuses what the schema has no word for (%j)',
    async (input) => {
      const body = JSON.stringify({
        query: 'mutation ($input: CreateMetricInput!) { createMetric(input: $input) { id } }',
        variables: { input: { name: 'x', type: 'NUMBER', ...input } },
      }).replace('"min":null', '"min":1e999');
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...client.headers },
        body,
      });
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT' } }] });
    },
  );

  it('with the same id and content again returns it unchanged; with other content it conflicts', async () => {
    const input = { id: newId(), name: 'Mood', type: 'RATING', min: 1, max: 5 };
    const first = await client.createMetric(input);
    expect(await client.createMetric(input)).toEqual(first);
    const refusal = await refusalOf(client.createMetric({ ...input, max: 10 }));
    expect(refusal).toMatchObject({ code: 'CONFLICT', extensions: { current: { id: input.id, max: 5, version: 1 } } });
    expect(JSON.stringify(refusal.extensions)).not.toContain(client.userId);
    expect(await client.seq()).toBe(2);
  });

  it('happens once, however many devices send the same id at once', async () => {
    const input = { id: newId(), name: 'Mood', type: 'RATING' };
    const all = await Promise.all(Array.from({ length: 10 }, () => client.createMetric(input)));
    expect(new Set(all.map((metric) => JSON.stringify(metric))).size).toBe(1);
    expect(await client.seq()).toBe(2);
  });
});

describe('updating a metric', () => {
  it('changes what is named, takes away what is null, and leaves the rest', async () => {
    const before = await client.createMetric({
      type: 'RATING',
      unit: 'points',
      min: 1,
      max: 5,
      step: 1,
      category: 'mind',
    });
    const after = await client.updateMetric(before.id, { name: 'State of mind', unit: null, step: null });
    expect(after).toEqual({
      ...before,
      name: 'State of mind',
      unit: null,
      step: null,
      version: 2,
      updatedAt: after.updatedAt,
    });
    expect(await client.updateMetric(before.id, { isActive: false })).toMatchObject({
      isActive: false,
      unit: null,
      min: 1,
      version: 3,
    });
  });

  it('is checked against the whole: a new min against the max that stays', async () => {
    const { id } = await client.createMetric({ type: 'RATING', min: 1, max: 5 });
    expect(await refusalOf(client.updateMetric(id, { min: 6 }))).toMatchObject(invalidAt('input', 'min'));
    const binary = await client.createMetric({ type: 'BINARY' });
    expect(await refusalOf(client.updateMetric(binary.id, { max: 1 }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await client.seq()).toBe(3);
  });

  it('is refused with the present state when the version has moved on', async () => {
    const { id } = await client.createMetric();
    await client.updateMetric(id, { name: 'A' }, 1);
    expect(await refusalOf(client.updateMetric(id, { name: 'B' }, 1))).toMatchObject({
      code: 'CONFLICT',
      extensions: { current: { id, name: 'A', version: 2 } },
    });
    const attempts = await Promise.allSettled(['C', 'D', 'E'].map((name) => client.updateMetric(id, { name }, 2)));
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
  });

  it('holds for values from then on, and leaves those that are there', async () => {
    const { id: metricId } = await client.createMetric({ type: 'RATING', min: 1, max: 5 });
    const old = await client.createEntry({ metricId, value: 5 });
    await client.updateMetric(metricId, { max: 3 });
    expect(await refusalOf(client.createEntry({ metricId, value: 5 }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await client.graphql('query ($id: ID!) { entry(id: $id) { value } }', { id: old.id })).toEqual({
      entry: { value: 5 },
    });
    expect(await client.updateEntry(old.id, { notes: 'still fine' })).toMatchObject({ value: 5, notes: 'still fine' });
    expect(await refusalOf(client.updateEntry(old.id, { value: 4 }))).toMatchObject({ code: 'INVALID_INPUT' });
    await client.updateMetric(metricId, { max: 9 });
    expect(await client.createEntry({ metricId, value: 9 })).toMatchObject({ value: 9 });
  });
});

describe('deleting a metric', () => {
  it('takes its entries along, and nothing else', async () => {
    const [doomed, kept] = [await client.createMetric(), await client.createMetric()];
    await client.createEntries([1, 2, 3].map((value) => ({ metricId: doomed.id, value })));
    const survivor = await client.createEntry({ metricId: kept.id });
    expect(await client.deleteMetric(doomed.id)).toBe(doomed.id);
    const answer = await client.graphql('{ metrics { edges { node { id } } } entries { edges { node { id } } } }');
    expect(answer).toEqual({
      metrics: { edges: [{ node: { id: kept.id } }] },
      entries: { edges: [{ node: { id: survivor.id } }] },
    });
    expect(await refusalOf(client.deleteMetric(doomed.id))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusalOf(client.createEntry({ metricId: doomed.id }))).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the list of metrics', () => {
  const list = async (page: Record<string, unknown>) => {
    const query = `query ($filter: MetricFilter, $first: Int, $after: String, $last: Int, $before: String) {
      metrics(filter: $filter, first: $first, after: $after, last: $last, before: $before) { edges { node { name } } pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } }`;
    type Answer = {
      metrics: {
        edges: { node: { name: string } }[];
        pageInfo: { endCursor: string; startCursor: string; hasNextPage: boolean; hasPreviousPage: boolean };
      };
    };
    const { metrics } = await client.graphql<Answer>(query, page);
    return { names: metrics.edges.map((edge) => edge.node.name), ...metrics.pageInfo };
  };

  beforeEach(async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await client.createMetric({ name, category: name < 'c' ? 'early' : 'late' });
  });

  it('goes through in pages from the oldest on, in both directions', async () => {
    const first = await list({ first: 2 });
    expect(first).toMatchObject({ names: ['a', 'b'], hasNextPage: true, hasPreviousPage: false });
    expect(await list({ first: 5, after: first.endCursor })).toMatchObject({
      names: ['c', 'd', 'e'],
      hasNextPage: false,
    });
    const last = await list({ last: 2 });
    expect(last).toMatchObject({ names: ['d', 'e'], hasPreviousPage: true });
    expect(await list({ last: 2, before: last.startCursor })).toMatchObject({ names: ['b', 'c'] });
  });

  it('continues after a metric that is gone', async () => {
    const first = await list({ first: 2 });
    const { metrics } = await client.graphql<{ metrics: { edges: { node: { id: string } }[] } }>(
      '{ metrics(first: 2) { edges { node { id } } } }',
    );
    await client.deleteMetric(metrics.edges[1]!.node.id);
    expect((await list({ first: 2, after: first.endCursor })).names).toEqual(['c', 'd']);
  });

  it('can be filtered by category and activity', async () => {
    const { metrics } = await client.graphql<{ metrics: { edges: { node: { id: string } }[] } }>(
      '{ metrics(first: 1) { edges { node { id } } } }',
    );
    await client.updateMetric(metrics.edges[0]!.node.id, { isActive: false });
    expect((await list({ filter: { category: 'early' } })).names).toEqual(['a', 'b']);
    expect((await list({ filter: { category: 'early', isActive: true } })).names).toEqual(['b']);
    expect((await list({ filter: { isActive: false } })).names).toEqual(['a']);
    expect((await list({ filter: { category: 'a\0b' } })).names).toEqual([]);
  });

  it('refuses pages that are too large, naming the limit', async () => {
    const refusal = await refusalOf(list({ first: 501 }));
    expect(refusal.code).toBe('INVALID_INPUT');
    expect(refusal.message).toContain('500');
  });
});
