import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { applyImport, exportCsv, exportJson, importCsv, settled, type ExportedEntry } from './transfer.ts';

let app: App;
let me: Client;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
  me = await Client.register(app.url);
});
afterAll(() => app.stop());

const newPerson = () => Client.register(app.url);
const fixture = readFileSync(new URL('fixtures/person-2347167796.csv', import.meta.url));

/** Entries without what only this account knows. */
const contentOf = async (client: Client) => {
  const { metrics, entries } = await exportJson(client);
  const nameOf = new Map(metrics.map(({ id, name, type, unit }) => [id, `${name}|${type}|${unit}`]));
  const show = ({ metricId, date, time, number, text, notes, tags }: ExportedEntry) =>
    JSON.stringify([nameOf.get(metricId), date, time, number, text, notes, tags]);
  return entries.map(show).sort();
};

test('a wide file becomes metrics with units, and an entry for each cell that is not empty', async () => {
  const person = await newPerson();
  const { state, report } = await importCsv(person, fixture);
  expect(state).toBe('APPLIED');
  expect(report).toMatchObject({ rowsRead: 18, rowsAccepted: 18, duplicates: 0, rowsRejected: 0 });
  expect(report!.range).toEqual({ from: '2016-04-12', to: '2016-04-29' });
  const { metrics, entries } = await exportJson(person);
  expect(metrics.find(({ name }) => name === 'Distance')).toMatchObject({ unit: 'km', type: 'NUMBER' });
  expect(metrics.find(({ name }) => name === 'Steps')).toMatchObject({ unit: null, type: 'NUMBER' });
  const cells = fixture
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => line.split(',').slice(1));
  expect(entries).toHaveLength(cells.filter((cell) => cell.trim() !== '').length);
  expect(entries.every(({ source }) => source === 'csv')).toBe(true);
});

test('the same file again brings nothing new', async () => {
  const person = await newPerson();
  await importCsv(person, fixture);
  const before = await contentOf(person);
  const again = await importCsv(person, fixture, false);
  expect(again.report).toMatchObject({
    rowsRead: 18,
    rowsAccepted: 0,
    duplicates: 18,
    rowsRejected: 0,
    newMetrics: [],
  });
  expect(await contentOf(person)).toEqual(before);
});

test('two checks of one file before either is applied come to the same entries', async () => {
  const person = await newPerson();
  const file = 'date,metric,value\n2026-01-01,Steps,1\n2026-01-02,Steps,2\n';
  const first = await importCsv(person, file, false);
  const second = await importCsv(person, file, false);
  expect(second.report!.rowsAccepted).toBe(2);
  for (const { id } of [first, second]) {
    await applyImport(person, id);
    await settled(person, id);
  }
  const { metrics, entries } = await exportJson(person);
  expect([metrics.length, entries.length]).toEqual([1, 2]);
  expect((await settled(person, second.id)).report).toMatchObject({ rowsAccepted: 0, duplicates: 2, newMetrics: [] });
});

test('equal lines of a long file are entries of their own, and stay duplicates when the file comes again', async () => {
  const person = await newPerson();
  const coffees = 'date,metric,value\n2026-01-01,Coffee,1\n2026-01-01,Coffee,1\n';
  expect((await importCsv(person, coffees)).report!.rowsAccepted).toBe(2);
  expect((await importCsv(person, coffees)).report).toMatchObject({ rowsAccepted: 0, duplicates: 2 });
  const three = `${coffees}2026-01-01,Coffee,1\n`;
  expect((await importCsv(person, three)).report).toMatchObject({ rowsAccepted: 1, duplicates: 2 });
});

test('a repeated line of a wide file is a duplicate', async () => {
  const { report } = await importCsv(await newPerson(), 'date,Sleep\n2026-01-01,7\n2026-01-01,7\n2026-01-02,8\n');
  expect(report).toMatchObject({ rowsRead: 3, rowsAccepted: 2, duplicates: 1 });
});

test('an entry changed since its import is not brought back, one deleted is', async () => {
  const person = await newPerson();
  const file = 'date,metric,value\n2026-01-01,Steps,1\n2026-01-02,Steps,2\n';
  await importCsv(person, file);
  const { entries } = await exportJson(person);
  await person.updateEntry(entries[0]!.id, { value: 100 });
  await person.deleteEntry(entries[1]!.id);
  expect((await importCsv(person, file)).report).toMatchObject({ rowsAccepted: 1, duplicates: 1 });
});

test('an export in CSV comes back as it was, formulas, negative numbers and odd tags included', async () => {
  const metrics = [
    { name: '=Balance', type: 'NUMBER', unit: '€' },
    { name: 'Mood', type: 'RATING' },
    { name: 'Sleep', type: 'DURATION' },
    { name: 'Ran', type: 'BINARY' },
    { name: 'Diary', type: 'TEXT' },
  ];
  const ids: string[] = [];
  for (const metric of metrics) ids.push((await me.createMetric(metric)).id);
  const [balance, mood, sleep, ran, diary] = ids as [string, string, string, string, string];
  await me.createEntries([
    { metricId: balance, date: '2026-01-01', value: -12.5, tags: ['a;b', 'c'], notes: '=1+1' },
    { metricId: balance, date: '2026-01-02', value: 1e-7, tags: ['plain', 'two words'], notes: '-dash' },
    { metricId: balance, date: '2026-01-03', value: 0.1 + 0.2, tags: ['[list', '=x'], notes: 'a "quoted", thing' },
    { metricId: mood, date: '2026-01-01', time: '07:30:15', value: 4, notes: 'line one\nline two\r\nthree\rfour' },
    { metricId: sleep, date: '2026-01-01', time: '23:00', value: 27_000, tags: ['-minus'] },
    { metricId: ran, date: '2026-01-01', value: true },
    { metricId: ran, date: '2026-01-02', value: false },
    { metricId: diary, date: '2026-01-01', value: '=HYPERLINK("http://x")' },
    { metricId: diary, date: '2026-01-02', value: "'=genuine apostrophe" },
    { metricId: diary, date: '2026-01-03', value: '-5' },
    { metricId: diary, date: '2026-01-04', value: '\ttab, and  spaces ' },
    { metricId: diary, date: '2026-01-05', value: "'quoted'" },
    { metricId: diary, date: '2026-01-06', value: '@home +1' },
  ]);
  const csv = await exportCsv(me);
  const other = await newPerson();
  const { report } = await importCsv(other, csv);
  expect(report).toMatchObject({ rowsRead: 13, rowsAccepted: 13, rowsRejected: 0 });
  expect(await contentOf(other)).toEqual(await contentOf(me));
  expect(await exportCsv(other).then(sortLines)).toEqual(sortLines(csv));
  // Where it was made, it adds nothing: entries that the person wrote by hand count as well.
  expect((await importCsv(me, csv)).report).toMatchObject({ rowsAccepted: 0, duplicates: 13 });
});

const sortLines = (csv: string): string[] => csv.split('\n').sort();

test('what a metric is follows from all of its values', async () => {
  const person = await newPerson();
  const file = 'date,A,B,C,D\n2026-01-01,yes,1,1,0x10\n2026-01-02,FALSE,-2.5e3,n/a,1\n2026-01-03,true,.5,2,2\n';
  await importCsv(person, file);
  const { metrics } = await exportJson(person);
  const types = Object.fromEntries(metrics.map(({ name, type }) => [name, type]));
  expect(types).toEqual({ A: 'BINARY', B: 'NUMBER', C: 'TEXT', D: 'TEXT' });
});

test('metrics are found by name in any case, active ones first, and never where the unit says something else', async () => {
  const person = await newPerson();
  const archived = await person.createMetric({ name: 'Weight', unit: 'kg' });
  await person.updateMetric(archived.id, { isActive: false });
  const active = await person.createMetric({ name: 'Weight', unit: 'kg' });
  const miles = await person.createMetric({ name: 'Distance', unit: 'mi' });
  const full = await person.createMetric({ name: 'Load (avg)' });
  const { report } = await importCsv(person, 'Date, weight ,Distance (km),load (AVG)\n2026-01-01,70,5,1\n');
  expect(report!.newMetrics).toEqual(['Distance']);
  const { entries, metrics } = await exportJson(person);
  const usedIds = entries.map(({ metricId }) => metricId);
  expect(usedIds).toContain(active.id);
  expect(usedIds).toContain(full.id);
  expect(usedIds).not.toContain(miles.id);
  expect(
    metrics
      .filter(({ name }) => name === 'Distance')
      .map(({ unit }) => unit)
      .sort(),
  ).toEqual(['km', 'mi']);
});

test('each row that cannot be taken over is named with its number and a reason; the others are taken', async () => {
  const person = await newPerson();
  await person.createMetric({ name: 'Mood', type: 'RATING', min: 1, max: 5, step: 1 });
  const lines = [
    'date,metric,value,time,notes,tags,unit,type,mood of the day', // 1
    '2026-01-01,Mood,3,,,,,,x', // 2
    '2026-02-30,Mood,3,,,,,,', // 3 no such day
    '2026-01-02,Mood,9,,,,,,', // 4 too great
    '2026-01-02,Mood,2.5,,,,,,', // 5 not on a step
    '2026-01-02,Mood,Infinity,,,,,,', // 6
    '2026-01-02,Mood,NaN,,,,,,', // 7
    '2026-01-02,Mood,0x3,,,,,,', // 8
    '2026-01-02,Mood,3,25:00,,,,,', // 9
    '', // 10 does not count
    '2026-01-02,Mood,3', // 11 ragged
    '2026-01-02,,3,,,,,,', // 12 no metric
    '2026-01-02,Mood,,,,,,,', // 13 no value
    '2026-01-02,New,1,,,,,INTEGER,', // 14 no such type
    `2026-01-02,Mood,3,,${'n'.repeat(10_001)},,,,`, // 15
    `2026-01-02,Mood,3,,,${'t'.repeat(61)},,,`, // 16
    '"2026-01-03",Mood,"4",08:00,"two',
    'lines",a;b,,,', // 17
    '1899-12-31,Mood,3,,,,,,', // 18
  ];
  const { report } = await importCsv(person, lines.join('\r\n'));
  expect(report).toMatchObject({
    rowsRead: 16,
    rowsAccepted: 2,
    rowsRejected: 14,
    ignoredColumns: ['mood of the day'],
  });
  expect(report!.rejected.map(({ row }) => row)).toEqual([3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 18]);
  expect(report!.rejected[1]!.reason).toBe('Mood: The greatest value of this metric is 5.');
  expect(report!.rejected.every(({ reason }) => /^[A-Z].*\.$/.test(reason) || reason.includes('one of'))).toBe(true);
  const { entries } = await exportJson(person);
  expect(entries.map(({ notes, tags }) => [notes, tags])).toEqual([
    [null, []],
    ['two\r\nlines', ['a', 'b']],
  ]);
});

test('of many rejected rows the first thousand are named and all are counted', async () => {
  const bad = Array.from({ length: 1500 }, () => 'never,Mood,3').join('\n');
  const { report, state } = await importCsv(await newPerson(), `date,metric,value\n${bad}\n`);
  expect(state).toBe('APPLIED');
  expect([report!.rowsRejected, report!.rejected.length]).toEqual([1500, 1000]);
  expect(report!.rejected.at(-1)!.row).toBe(1001);
});

test('a type given with a value decides about a new metric', async () => {
  const person = await newPerson();
  const file =
    'date,metric,value,type,unit\n2026-01-01,Sleep,27000,duration,s\n2026-01-02,Sleep,28000,,\n2026-01-03,Sleep,long,DURATION,s\n';
  const { report } = await importCsv(person, file);
  expect(report).toMatchObject({ rowsAccepted: 2, rowsRejected: 1 });
  expect((await exportJson(person)).metrics).toMatchObject([{ name: 'Sleep', type: 'DURATION', unit: 's' }]);
});

test('a byte order mark and lines that end in several ways are no matter', async () => {
  const file = '\uFEFFdate,metric,value\r\n2026-01-01,Größe,1\n2026-01-02,Größe,2\r2026-01-03,Größe,3';
  const { report } = await importCsv(await newPerson(), file);
  expect(report).toMatchObject({ rowsAccepted: 3, rowsRejected: 0, metrics: ['Größe'] });
});

test('more rows than one batch come in whole', async () => {
  const person = await newPerson();
  const rows = Array.from(
    { length: 2500 },
    (_, i) => `2026-01-${String((i % 28) + 1).padStart(2, '0')},M${i % 3},${i}`,
  );
  const file = `date,metric,value\n${rows.join('\n')}\n`;
  expect((await importCsv(person, file)).report).toMatchObject({ rowsAccepted: 2500, newMetrics: ['M0', 'M1', 'M2'] });
  const { entries } = await exportJson(person);
  expect(entries.map(({ number }) => number!).sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
  expect((await importCsv(person, file)).report).toMatchObject({ rowsAccepted: 0, duplicates: 2500 });
});

test('a long row of digits that is no number keeps nobody waiting', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => `2026-01-01,Odd,${'1'.repeat(9000)}x${i}`);
  const begun = Date.now();
  await importCsv(await newPerson(), `date,metric,value\n${rows.join('\n')}\n`, false);
  expect(Date.now() - begun).toBeLessThan(5000);
});
