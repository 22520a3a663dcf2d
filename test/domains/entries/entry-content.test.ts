import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type App } from '../../setup/app.ts';
import { Client, type Metric, type MetricInput } from '../../setup/client.ts';
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

describe('the value of an entry', () => {
  const kinds: { metric: MetricInput; good: [unknown, number | null][]; bad: unknown[] }[] = [
    {
      metric: { type: 'RATING', min: 1, max: 5, step: 0.5 },
      good: [
        [1, 1],
        [5, 5],
        [3.5, 3.5],
      ],
      bad: [0, 5.5, 1.25, '3', true, -1],
    },
    {
      metric: { type: 'DURATION' },
      good: [
        [0, 0],
        [27_000, 27_000],
        [0.5, 0.5],
      ],
      bad: [-1, '1:30', false],
    },
    {
      metric: { type: 'BINARY' },
      good: [
        [true, 1],
        [false, 0],
      ],
      bad: [1, 0, 'true', ''],
    },
    {
      metric: { type: 'NUMBER' },
      good: [
        [0, 0],
        [-273.15, -273.15],
        [1.7e308, 1.7e308],
        [5e-324, 5e-324],
        [9_007_199_254_740_991, 9_007_199_254_740_991],
      ],
      bad: ['NaN', 'Infinity', '1', true],
    },
    {
      metric: { type: 'NUMBER', step: 0.1 },
      good: [
        [0.3, 0.3],
        [1_000_000.1, 1_000_000.1],
      ],
      bad: [0.25],
    },
    {
      metric: { type: 'NUMBER', min: 3, step: 2 },
      good: [
        [3, 3],
        [7, 7],
      ],
      bad: [4, 1],
    },
    {
      metric: { type: 'TEXT' },
      good: [
        ['fine', null],
        ['😀 ünï\n\t', null],
        ['0', null],
      ],
      bad: ['', '   ', 1, true, 'a\0b', 'x'.repeat(10_001)],
    },
  ];

  it.each(kinds)('of a metric $metric is taken when it fits, and comes back the same', async ({ metric, good }) => {
    const { id: metricId } = await client.createMetric(metric);
    for (const [value, number] of good) {
      const created = await client.createEntry({ metricId, value });
      expect(created).toMatchObject({ value, number });
      const { entry } = await client.graphql<{ entry: object }>(
        'query ($id: ID!) { entry(id: $id) { value number } }',
        { id: created.id },
      );
      expect(entry).toEqual({ value, number });
    }
  });

  it.each(kinds)('of a metric $metric is refused when it does not, naming the place', async ({ metric, bad }) => {
    const { id: metricId } = await client.createMetric(metric);
    for (const value of bad) {
      expect(await refusalOf(client.createEntry({ metricId, value })), `${JSON.stringify(value)}`).toMatchObject(
        invalidAt('input', 'value'),
      );
    }
    expect(await client.countEntries()).toBe(0);
  });

  it('is never null, a list or an object', async () => {
    const { id: metricId } = await client.createMetric();
    for (const value of [null, [1], { number: 1 }]) {
      expect(await refusalOf(client.createEntry({ metricId, value })), `${JSON.stringify(value)}`).toMatchObject({
        code: 'INVALID_INPUT',
      });
    }
  });

  it('may be written as a literal in the document, but not as one that is too large to be a number', async () => {
    const { id } = await client.createMetric();
    const create = (literal: string) =>
      client.graphql<{ createEntry: object }>(
        `mutation { createEntry(input: { metricId: "${id}", date: "2026-11-21", value: ${literal} }) { value } }`,
      );
    expect((await create('-1.5')).createEntry).toEqual({ value: -1.5 });
    expect(await refusalOf(create('1e999'))).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('is a positive zero when it is a negative one: otherwise it would differ from itself as text', async () => {
    const { id: metricId } = await client.createMetric();
    const created = await client.createEntry({ metricId, value: -0 });
    expect(Object.is(created.value, 0)).toBe(true);
  });
});

describe('the day and time of an entry', () => {
  let metric: Metric;
  beforeEach(async () => {
    metric = await client.createMetric();
  });

  it.each(['1900-01-01', '2200-12-31', '2024-02-29', '2026-03-29'])('may be %s', async (date) => {
    expect((await client.createEntry({ metricId: metric.id, date })).date).toBe(date);
  });

  it.each([
    '2026-02-30',
    '2023-02-29',
    '1900-02-29',
    '1899-12-31',
    '2201-01-01',
    '2026-13-01',
    '2026-00-10',
    '2026-1-1',
    '2026-11-21T00:00:00Z',
    '21.11.2026',
    '',
    'today',
    '0000-01-01',
    '+02026-01-01',
  ])('cannot be %j', async (date) => {
    expect(await refusalOf(client.createEntry({ metricId: metric.id, date }))).toMatchObject(
      invalidAt('input', 'date'),
    );
  });

  it.each([
    ['07:30', '07:30:00'],
    ['00:00:00', '00:00:00'],
    ['23:59:59', '23:59:59'],
    [null, null],
  ])('may have the time %j', async (time, shown) => {
    expect((await client.createEntry({ metricId: metric.id, time })).time).toBe(shown);
  });

  it.each(['24:00', '7:30', '12:60', '12:30:60', '12:30Z', 'noon', ''])('cannot have the time %j', async (time) => {
    expect(await refusalOf(client.createEntry({ metricId: metric.id, time }))).toMatchObject(
      invalidAt('input', 'time'),
    );
  });
});

describe('notes and tags of an entry', () => {
  let metric: Metric;
  beforeEach(async () => {
    metric = await client.createMetric();
  });

  it('come back the same, whatever script they are in', async () => {
    const notes = `ünï 漢字 😀 \u202e "quotes" \\ '; DROP TABLE entries; -- \n`;
    const entry = await client.createEntry({ metricId: metric.id, notes, tags: ['größe', '🏃', "it's"] });
    expect(entry).toMatchObject({ notes, tags: ['größe', '🏃', "it's"] });
  });

  it('lose repeated tags and the blanks around them', async () => {
    const entry = await client.createEntry({ metricId: metric.id, tags: [' home ', 'home', 'work'] });
    expect(entry.tags).toEqual(['home', 'work']);
  });

  it.each([
    ['notes that are too long', { notes: 'x'.repeat(10_001) }],
    ['notes with U+0000', { notes: 'a\0b' }],
    ['notes with half a character', { notes: 'a\ud800b' }],
    ['a tag that is too long', { tags: ['x'.repeat(61)] }],
    ['an empty tag', { tags: [' '] }],
    ['a tag with half a character', { tags: ['\udc00'] }],
    ['too many tags', { tags: Array.from({ length: 51 }, (_, i) => `${i}`) }],
  ])('cannot be %s', async (_, input) => {
    expect(await refusalOf(client.createEntry({ metricId: metric.id, ...input }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
    const entry = await client.createEntry({ metricId: metric.id });
    expect(await refusalOf(client.updateEntry(entry.id, input))).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('may be as long as promised', async () => {
    const input = { notes: 'x'.repeat(10_000), tags: Array.from({ length: 50 }, (_, i) => `${i}`.padEnd(60, 'x')) };
    expect(await client.createEntry({ metricId: metric.id, ...input })).toMatchObject(input);
  });
});
