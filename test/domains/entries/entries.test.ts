import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/kernel/ids.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client, type Metric } from '../../setup/client.ts';
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

describe('an entry with an id of the client', () => {
  let metric: Metric;
  beforeEach(async () => {
    metric = await client.createMetric();
  });

  it('is created once, however often it is sent', async () => {
    const input = { id: newId(), metricId: metric.id, value: 3, time: '07:30', notes: 'slept well', tags: ['home'] };
    const first = await client.createEntry(input);
    expect(await client.createEntry(input)).toEqual(first);
    expect(await client.createEntries([input, { metricId: metric.id }])).toMatchObject([first, {}]);
    expect(await client.seq()).toBe(4);
  });

  it('is one, however many devices send it at once', async () => {
    const input = { id: newId(), metricId: metric.id, value: 3 };
    const all = await Promise.all(Array.from({ length: 20 }, () => client.createEntry(input)));
    expect(new Set(all.map((entry) => JSON.stringify(entry))).size).toBe(1);
    expect(await client.seq()).toBe(3);
  });

  it.each([{ value: 4 }, { notes: 'other' }, { tags: ['other'] }, { date: '2026-11-20' }, { time: '08:00' }])(
    'conflicts with one of the same id and other content (%j), and says what is there',
    async (difference) => {
      const input = { id: newId(), metricId: metric.id, value: 3, notes: 'slept well' };
      const first = await client.createEntry(input);
      const refusal = await refusalOf(client.createEntry({ ...input, ...difference }));
      expect(refusal).toMatchObject({
        code: 'CONFLICT',
        extensions: { current: { id: first.id, value: 3, notes: 'slept well', version: 1, date: '2026-11-21' } },
      });
      expect(await client.seq()).toBe(3);
    },
  );

  it.each(['1', 'not-a-uuid', '', 'FFFFFFFF-FFFF-4FFF-8FFF-FFFFFFFFFFFF', `${newId()} `])(
    'cannot have the id %j',
    async (id) => {
      expect(await refusalOf(client.createEntry({ id, metricId: metric.id }))).toMatchObject(invalidAt('input', 'id'));
    },
  );

  it('may have an id that somebody else uses: neither learns of the other', async () => {
    const id = newId();
    await client.createEntry({ id, metricId: metric.id, value: 1 });
    const other = await Client.register(app.url);
    const theirs = await other.createEntry({ id, metricId: (await other.createMetric()).id, value: 2 });
    expect(theirs.value).toBe(2);
    await other.deleteEntry(id);
    expect(await client.countEntries()).toBe(1);
  });
});

describe('a batch of entries', () => {
  let metric: Metric;
  beforeEach(async () => {
    metric = await client.createMetric({ type: 'RATING', min: 1, max: 5 });
  });

  it('is written as a whole, in its order, each entry with a change of its own', async () => {
    const values = [3, 1, 5, 2, 4];
    const created = await client.createEntries(values.map((value) => ({ metricId: metric.id, value })));
    expect(created.map((entry) => entry.value)).toEqual(values);
    const log = await client.replay(2);
    expect(log.map((line) => [line.seq, line.entityId])).toEqual(created.map((entry, i) => [i + 3, entry.id]));
  });

  it.each([
    ['a bad value', { value: 6 }, invalidAt('input', 5, 'value')],
    ['a bad day', { date: '2026-02-30' }, invalidAt('input', 5, 'date')],
    ['an unknown metric', { metricId: newId() }, { code: 'NOT_FOUND' }],
    ['an id that is none', { id: 'x' }, invalidAt('input', 5, 'id')],
  ])('with %s in one row writes nothing and takes no number', async (_, bad, expected) => {
    const rows = Array.from({ length: 10 }, (__, i) => ({ metricId: metric.id, value: 3, ...(i === 5 ? bad : {}) }));
    expect(await refusalOf(client.createEntries(rows))).toMatchObject(expected);
    expect(await client.seq()).toBe(2);
    expect(await client.countEntries()).toBe(0);
  });

  it('with an id that has other content already writes nothing', async () => {
    const { id } = await client.createEntry({ metricId: metric.id, value: 3 });
    const rows = [
      { metricId: metric.id, value: 2 },
      { id, metricId: metric.id, value: 4 },
    ];
    expect(await refusalOf(client.createEntries(rows))).toMatchObject({
      code: 'CONFLICT',
      extensions: { current: { id, value: 3 } },
    });
    expect(await client.seq()).toBe(3);
  });

  it('cannot hold one id twice', async () => {
    const row = { id: newId(), metricId: metric.id, value: 3 };
    expect(await refusalOf(client.createEntries([row, row]))).toMatchObject(invalidAt('input', 1, 'id'));
  });

  it('has between 1 and 1000 rows', async () => {
    const row = { metricId: metric.id, value: 3 };
    for (const rows of [[], Array.from({ length: 1001 }, () => row)]) {
      expect(await refusalOf(client.createEntries(rows))).toMatchObject({ code: 'INVALID_INPUT' });
    }
    expect(await client.createEntries(Array.from({ length: 1000 }, () => row))).toHaveLength(1000);
    expect(await client.seq()).toBe(1002);
  });
});

describe('an update of an entry', () => {
  let metric: Metric;
  beforeEach(async () => {
    metric = await client.createMetric({ type: 'RATING', min: 1, max: 5 });
  });

  it('changes what is named and leaves the rest', async () => {
    const before = await client.createEntry({
      metricId: metric.id,
      value: 3,
      time: '07:30',
      notes: 'slept well',
      tags: ['home'],
    });
    const after = await client.updateEntry(before.id, { value: 4 });
    expect(after).toEqual({ ...before, value: 4, number: 4, version: 2, updatedAt: after.updatedAt });
    expect(await client.updateEntry(before.id, { date: '2026-01-01', tags: ['work'] })).toMatchObject({
      date: '2026-01-01',
      tags: ['work'],
      value: 4,
      notes: 'slept well',
      version: 3,
    });
  });

  it('takes time, notes and tags away with null', async () => {
    const { id } = await client.createEntry({
      metricId: metric.id,
      value: 3,
      time: '07:30',
      notes: 'slept well',
      tags: ['home'],
    });
    expect(await client.updateEntry(id, { time: null, notes: null, tags: null })).toMatchObject({
      time: null,
      notes: null,
      tags: [],
      value: 3,
    });
  });

  it('is refused with the present state when the version has moved on', async () => {
    const { id } = await client.createEntry({ metricId: metric.id, value: 3 });
    await client.updateEntry(id, { value: 4 }, 1);
    const refusal = await refusalOf(client.updateEntry(id, { value: 5 }, 1));
    expect(refusal).toMatchObject({ code: 'CONFLICT', extensions: { current: { id, value: 4, version: 2 } } });
    expect(await client.seq()).toBe(4);
  });

  it('is made exactly once when many devices expect the same version', async () => {
    const { id } = await client.createEntry({ metricId: metric.id, value: 3 });
    const attempts = await Promise.allSettled([1, 2, 3, 4, 5].map((value) => client.updateEntry(id, { value }, 1)));
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
    expect(await client.seq()).toBe(4);
  });

  it('counts each of many updates without a version', async () => {
    const { id } = await client.createEntry({ metricId: metric.id, value: 3 });
    const all = await Promise.all(Array.from({ length: 15 }, (_, i) => client.updateEntry(id, { value: 1 + (i % 5) })));
    expect(all.map((entry) => entry.version).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 15 }, (_, i) => i + 2),
    );
  });

  it('is checked as a new entry is', async () => {
    const { id } = await client.createEntry({ metricId: metric.id, value: 3 });
    for (const input of [{ value: 6 }, { value: 'x' }, { date: '2026-02-30' }, { time: '25:00' }]) {
      expect(await refusalOf(client.updateEntry(id, input)), `${JSON.stringify(input)}`).toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
    expect(await client.seq()).toBe(3);
  });

  it('cannot move an entry to another metric or person', async () => {
    const { id } = await client.createEntry({ metricId: metric.id, value: 3 });
    const other = await client.createMetric();
    for (const input of [{ metricId: other.id }, { userId: newId() }, { source: 'x' }, { version: 9 }]) {
      expect(await refusalOf(client.updateEntry(id, input)), `${JSON.stringify(input)}`).toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
  });
});

describe('entries and metrics of somebody else', () => {
  it('are answered exactly as ones that do not exist', async () => {
    const owner = await Client.register(app.url);
    const metric = await owner.createMetric();
    const entry = await owner.createEntry({ metricId: metric.id });
    const mine = await client.createMetric();
    const operations = (metricId: string, entryId: string): [string, Record<string, unknown>][] => [
      ['query ($id: ID!) { metric(id: $id) { id } }', { id: metricId }],
      ['query ($id: ID!) { entry(id: $id) { id } }', { id: entryId }],
      ['query ($id: ID!) { entries(filter: { metricIds: [$id] }) { edges { cursor } } }', { id: metricId }],
      [
        'query ($id: ID!) { series(metricIds: [$id], range: { from: "2020-01-01", to: "2030-01-01" }) { dates } }',
        { id: metricId },
      ],
      [
        'mutation ($id: ID!) { createEntry(input: { metricId: $id, date: "2026-11-21", value: 1 }) { id } }',
        { id: metricId },
      ],
      ['mutation ($id: ID!) { updateEntry(id: $id, input: { value: 1 }) { id } }', { id: entryId }],
      ['mutation ($id: ID!) { updateEntry(id: $id, input: { value: 1 }, expectedVersion: 7) { id } }', { id: entryId }],
      ['mutation ($id: ID!) { deleteEntry(id: $id) }', { id: entryId }],
      ['mutation ($id: ID!) { updateMetric(id: $id, input: { name: "x" }) { id } }', { id: metricId }],
      ['mutation ($id: ID!) { deleteMetric(id: $id) }', { id: metricId }],
    ];
    const theirs = operations(metric.id, entry.id);
    const unknown = operations(newId(), newId());
    const malformed = operations('no id', '1');
    for (const [i, [query, variables]] of theirs.entries()) {
      const answer = await client.raw(query, variables);
      expect(await client.raw(...unknown[i]!), `${query}`).toEqual(answer);
      expect(await client.raw(...malformed[i]!), `${query}`).toEqual(answer);
      const code = query.startsWith('mutation') ? 'NOT_FOUND' : undefined;
      expect(answer.errors?.[0]?.extensions.code, `${query}`).toBe(code);
    }
    expect(await owner.createEntry({ metricId: metric.id })).toMatchObject({ version: 1 });
    expect(await client.seq()).toBe(2);
    expect(mine.version).toBe(1);
  });
});

describe('deleting an entry', () => {
  it('takes it away for real, once', async () => {
    const metric = await client.createMetric();
    const { id } = await client.createEntry({ metricId: metric.id });
    expect(await client.deleteEntry(id)).toBe(id);
    expect(await refusalOf(client.deleteEntry(id))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await client.graphql('query ($id: ID!) { entry(id: $id) { id } }', { id })).toEqual({ entry: null });
    expect((await client.replay(3)).map((line) => [line.kind, line.entityId])).toEqual([['DELETED', id]]);
  });
});
