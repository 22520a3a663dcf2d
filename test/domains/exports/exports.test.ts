import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinTags, protectText, restoreText, splitTags } from '../../../src/domains/exports/csv-text.ts';
import { quoteCell, toLines } from '../../../src/domains/exports/csv-lines.ts';
import fc from 'fast-check';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { refusalOf } from '../../setup/refusals.ts';
import { download, exportCsv, exportJson, requestExport } from '../imports/transfer.ts';

let app: App;
let me: Client;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
  me = await Client.register(app.url, { timeZone: 'Europe/Vienna' });
});
afterAll(() => app.stop());

test('a text survives the protection from being a formula, whatever it begins with', () => {
  const begins = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', 'a', ' '), maxLength: 6 });
  fc.assert(
    fc.property(begins, (text) => {
      expect(restoreText(protectText(text))).toBe(text);
      expect(protectText(text)).not.toMatch(/^[=+\-@\t\r]/);
    }),
  );
});

test('a cell by itself stands in a line as the library would have written it', () => {
  const text = fc.string({
    unit: fc.constantFrom('"', ',', '\n', '\r', ';', 'a', ' ', "'", '\t', 'é', '\ufeff'),
    maxLength: 6,
  });
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(`${quoteCell(one)},${quoteCell(other)}\n`).toBe(toLines([[one, other]]));
    }),
    { numRuns: 2000 },
  );
});

test('tags survive being one cell', () => {
  const tag = fc.string({ unit: fc.constantFrom('a', ';', '[', ']', '"', ',', ' '), minLength: 1, maxLength: 5 });
  const tags = fc.uniqueArray(
    tag.map((text) => text.trim()).filter((text) => text !== ''),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(tags, (list) => {
      expect(splitTags(joinTags(list))).toEqual(list);
    }),
  );
});

test('the download says what it is, and is kept by nobody', async () => {
  for (const [format, type] of [
    ['CSV', 'text/csv; charset=utf-8'],
    ['JSON', 'application/json; charset=utf-8'],
  ] as const) {
    const response = await download(me, { format });
    await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="lifegraph-\\d{4}-\\d\\d-\\d\\d.${format.toLowerCase()}"$`),
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test('an empty account exports as an empty document', async () => {
  const person = await Client.register(app.url, { timeZone: 'Europe/Vienna' });
  const document = await exportJson(person);
  expect(document).toMatchObject({ format: 'lifegraph', version: 2, metrics: [], entries: [], insights: [] });
  expect(document.user).toMatchObject({
    id: person.userId,
    timeZone: 'Europe/Vienna',
    dayStartsAt: 0,
    preferences: {},
  });
  expect(Object.keys(document.user)).not.toContain('passwordHash');
  expect(document.seq).toBe(await person.seq());
  expect(await exportCsv(person)).toBe('date,time,metric,value,unit,type,notes,tags\n');
});

test('many entries come in pages, all of them, the oldest first', async () => {
  const person = await Client.register(app.url);
  const metric = await person.createMetric({ name: 'Steps' });
  for (const month of ['01', '02', '03']) {
    const inputs = Array.from({ length: 1000 }, (_, i) => ({
      metricId: metric.id,
      date: `2026-${month}-${String((i % 28) + 1).padStart(2, '0')}`,
      value: i,
    }));
    await person.createEntries(inputs);
  }
  const { entries, seq } = await exportJson(person);
  expect([entries.length, new Set(entries.map(({ id }) => id)).size, seq]).toEqual([3000, 3000, await person.seq()]);
  expect(entries.map(({ date }) => date)).toEqual(entries.map(({ date }) => date).sort());
  expect((await exportCsv(person)).trim().split('\n')).toHaveLength(3001);
  const part = await exportJson(person, { range: { from: '2026-02-01', to: '2026-02-02' } });
  expect(new Set(part.entries.map(({ date }) => date))).toEqual(new Set(['2026-02-01', '2026-02-02']));
});

test('a selection that means nothing is refused', async () => {
  const bad = [
    { range: { from: '2026-02-02', to: '2026-02-01' } },
    { range: { from: '2026-02-30', to: '2026-03-01' } },
    { metricIds: ['x'] },
    { metricIds: Array.from({ length: 101 }, () => me.userId) },
  ];
  for (const selection of bad) {
    expect((await refusalOf(requestExport(me, { format: 'CSV', ...selection }))).code).toBe('INVALID_INPUT');
  }
  expect((await refusalOf(requestExport(new Client(app.url), { format: 'CSV' }))).code).toBe('UNAUTHENTICATED');
});
