import { afterAll, beforeAll, expect, test } from 'vitest';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { fromDayNumber } from '../../../src/kernel/civil-time.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { exportJson, importFile, importJson, type Document } from './transfer.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());

const newPerson = () => Client.register(app.url);
const dataOf = async (client: Client) => {
  const { metrics, entries } = await exportJson(client);
  return { metrics, entries };
};

/** Somebody with an archived metric, changed entries, and one that no longer fits its metric's bounds. */
async function newHistory(): Promise<Client> {
  const person = await newPerson();
  const scale = { type: 'RATING', min: 1, max: 10, step: 1 };
  const mood = await person.createMetric({
    name: 'Mood',
    ...scale,
    category: 'mind',
    desired: 'HIGHER',
    isActionable: true,
  });
  const diary = await person.createMetric({ name: 'Diary', type: 'TEXT' });
  const [high] = await person.createEntries([
    { metricId: mood.id, value: 9, time: '07:30', notes: '=note', tags: ['a', 'b;c'] },
    { metricId: mood.id, value: 3 },
    { metricId: diary.id, value: 'words 🙂' },
  ]);
  await person.updateEntry(high!.id, { notes: 'changed' });
  await person.updateMetric(mood.id, { max: 5 });
  await person.updateMetric(diary.id, { isActive: false });
  return person;
}

test('53: into a fresh account an export comes back exactly, ids, versions, times and all', async () => {
  const document = await exportJson(await newHistory());
  const fresh = await newPerson();
  const { state, report } = await importJson(fresh, document);
  expect(state).toBe('APPLIED');
  expect(report).toMatchObject({ rowsRead: 5, rowsAccepted: 5, duplicates: 0, rowsRejected: 0 });
  expect(await dataOf(fresh)).toEqual({ metrics: document.metrics, entries: document.entries });
});

test('where it was made it brings nothing new', async () => {
  const person = await newHistory();
  const document = await exportJson(person);
  const { report } = await importJson(person, document, false);
  expect(report).toMatchObject({ rowsRead: 5, rowsAccepted: 0, duplicates: 5, rowsRejected: 0 });
});

test('the same id with other content is refused, and the rest is taken', async () => {
  const person = await newHistory();
  const document = await exportJson(person);
  await person.updateEntry(document.entries[0]!.id, { notes: 'newer' });
  await person.updateMetric(document.metrics[0]!.id, { name: 'Spirits' });
  await person.deleteEntry(document.entries[1]!.id);
  const { report } = await importJson(person, document);
  expect(report).toMatchObject({ rowsAccepted: 1, duplicates: 2, rowsRejected: 2 });
  expect(report!.rejected).toEqual([
    { row: 1, reason: 'There is a metric with this id and other content.' },
    { row: 3, reason: 'There is an entry with this id and other content.' },
  ]);
});

test('what a file says is never trusted', async () => {
  const document = await exportJson(await newHistory());
  const [mood, diary] = document.metrics;
  const [rated, , written] = document.entries;
  const entry = (overrides: object) => ({ ...rated, id: randomUUID(), ...overrides });
  const text = JSON.stringify({
    ...document,
    metrics: [mood, { ...diary, id: 'x' }, { ...mood, type: 'NOTHING' }, { ...diary, min: 1 }, mood, 7],
    entries: [
      rated,
      entry({ metricId: randomUUID() }),
      entry({ metricId: written!.metricId }),
      entry({ number: '9' }),
      entry({ number: null }),
      entry({ text: 'both' }),
      entry({ date: '2026-02-30' }),
      entry({ time: '24:00' }),
      entry({ version: 0 }),
      entry({ createdAt: 'now' }),
      entry({ tags: 'a' }),
      entry({ importId: 'other' }),
      entry({ notes: '\u0000' }),
      entry({ notes: 'LONE' }),
      entry({ notes: 'x'.repeat(300_000) }),
      entry({ PROTO: { isAdmin: true } }),
      entry({ constructor: 1 }),
      [[[[[[[[[[]]]]]]]]]],
      rated,
      'text',
      null,
    ],
  });
  const fresh = await newPerson();
  const body = text.replace('"LONE"', String.raw`"\ud800"`).replace('"PROTO"', '"__proto__"');
  const { report } = await importFile(fresh, 'JSON', body);
  const accepted = new Set([1, 7]);
  const all = Array.from({ length: 27 }, (_, index) => index + 1);
  expect(report!.rejected.map(({ row }) => row)).toEqual(all.filter((row) => !accepted.has(row)));
  expect(report).toMatchObject({ rowsRead: 27, rowsAccepted: 2 });
  expect(report!.rejected.every(({ reason }) => reason.length > 5 && reason.length < 200)).toBe(true);
  expect(await dataOf(fresh)).toEqual({ metrics: [mood], entries: [rated] });
});

test('a document that is not ours, or not whole, fails with a plain sentence', async () => {
  const person = await newPerson();
  const document = await exportJson(await newHistory());
  const text = JSON.stringify(document);
  const bad = [
    '[]',
    '1',
    '"lifegraph"',
    '{}',
    '{"format":"lifegraph","version":3,"metrics":[],"entries":[]}',
    JSON.stringify({ ...document, format: 'other' }),
    JSON.stringify({ ...document, metrics: {} }),
    text.slice(0, -10),
    `${text}x`,
    '{"format":"lifegraph","version":1,"entries":[1],"metrics":[]}',
    `{"format":"lifegraph","version":1,"user":${'['.repeat(500)}`,
    'no json',
    ' \n',
  ];
  for (const body of bad) {
    const { state, error, report } = await importFile(person, 'JSON', body);
    expect([body.slice(0, 40), state, report]).toEqual([body.slice(0, 40), 'FAILED', null]);
    expect(error).toMatch(/^[A-Z].*\.$/);
  }
});

test('a metric in an export that somebody has chosen parts of comes with its entries alone', async () => {
  const person = await newHistory();
  const all = await exportJson(person);
  const [mood] = all.metrics;
  const part = await exportJson(person, { metricIds: [mood!.id], range: { from: '2026-11-21', to: '2026-11-21' } });
  expect(part.metrics).toEqual([mood]);
  expect(part.entries).toEqual(all.entries.filter(({ metricId }) => metricId === mood!.id));
});

const words = (max: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: max })
    .filter((text) => text.trim() !== '' && text.length <= max && !text.includes('\0'));
const instant = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const version = fc.integer({ min: 1, max: 1_000_000 });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number));
const types = ['RATING', 'DURATION', 'BINARY', 'NUMBER', 'TEXT'];

const metricItem = fc.constantFrom(...types).chain((type) =>
  fc.record({
    id: fc.uuid({ version: 7 }),
    name: words(120).map((text) => text.trim()),
    type: fc.constant(type),
    category: words(60).map((text) => text.trim()),
    unit: fc.option(words(40).map((text) => text.trim())),
    min: fc.constant(null),
    max: fc.constant(null),
    step: fc.constant(null),
    aggregation: fc.constantFrom('SUM', 'MEAN', 'LAST', 'MIN', 'MAX'),
    desired: type === 'TEXT' ? fc.constant(null) : fc.constantFrom('HIGHER', 'LOWER', null),
    isActionable: fc.boolean(),
    sources: fc.uniqueArray(fc.constantFrom('api', 'oura', 'apple-health: Watch', 'csv: à côté')),
    isActive: fc.boolean(),
    version,
    createdAt: instant,
    updatedAt: instant,
  }),
);

const valueOf = (type: string) =>
  type === 'TEXT'
    ? fc.record({ number: fc.constant(null), text: words(300) })
    : fc.record({
        number: type === 'BINARY' ? fc.constantFrom(0, 1) : finite.map((n) => (type === 'DURATION' ? Math.abs(n) : n)),
        text: fc.constant(null),
      });

const entryItem = (metric: { id: string; type: string }) =>
  fc
    .record({
      id: fc.uuid({ version: 7 }),
      date: fc.integer({ min: -25_567, max: 84_370 }).map(fromDayNumber),
      time: fc.option(fc.integer({ min: 0, max: 86_399 }).map((s) => new Date(s * 1000).toISOString().slice(11, 19))),
      notes: fc.option(words(200)),
      tags: fc.uniqueArray(
        words(20).map((text) => text.trim()),
        { maxLength: 4 },
      ),
      source: fc.constantFrom('api', 'csv', 'json'),
      version,
      createdAt: instant,
      updatedAt: instant,
      value: valueOf(metric.type),
    })
    .map(({ value, ...entry }) => ({ ...entry, metricId: metric.id, ...value }));

const history = fc.uniqueArray(metricItem, { selector: ({ id }) => id, minLength: 1, maxLength: 5 }).chain((metrics) =>
  fc.record({
    metrics: fc.constant(metrics),
    entries: fc.uniqueArray(fc.oneof(...metrics.map(entryItem)), { selector: ({ id }) => id, maxLength: 40 }),
  }),
);

test('53: any history survives the way through JSON', async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ metrics, entries }) => {
      const first = await newPerson();
      const { report, state } = await importJson(first, { format: 'lifegraph', version: 1, metrics, entries });
      expect(report!.rejected).toEqual([]);
      expect(state).toBe('APPLIED');
      const document: Document = await exportJson(first);
      expect(byId(document.metrics)).toEqual(byId(metrics));
      expect(byId(document.entries)).toEqual(byId(entries));
    }),
    { numRuns: 12 },
  );
});

const byId = <Item extends { id: string }>(items: readonly Item[]): Item[] =>
  items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
