import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toHeaders } from '../../../src/domains/exports/write-wide-csv.ts';
import { sql } from '../../../src/platform/database/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { refusalOf } from '../../setup/refusals.ts';
import { exportCsv, importCsv, requestExport } from '../imports/transfer.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());

const exportWide = (person: Client, input: object = {}) => exportCsv(person, { layout: 'WIDE', ...input });
const linesOf = async (person: Client, input?: object) => (await exportWide(person, input)).trimEnd().split('\n');

test('a line is a day, a cell what its entries come to as the metric aggregates them', async () => {
  const person = await Client.register(app.url);
  const metrics = [
    { name: 'Steps', unit: 'steps' },
    { name: 'Mood', type: 'RATING' },
    { name: 'Weight', unit: 'kg', aggregation: 'LAST' },
    { name: 'Low', aggregation: 'MIN' },
    { name: 'Meditated', type: 'BINARY' },
    { name: 'Coffee', type: 'BINARY', aggregation: 'SUM' },
    { name: 'Diary', type: 'TEXT' },
    { name: 'Archived, empty' },
  ];
  const ids: string[] = [];
  for (const metric of metrics) ids.push((await person.createMetric(metric)).id);
  await person.updateMetric(ids[7]!, { isActive: false });
  const on = (date: string, metric: number, value: unknown, time?: string) =>
    ({ metricId: ids[metric]!, date, value, time }) as never;
  await person.createEntries([
    on('2026-01-05', 0, 100),
    on('2026-01-05', 0, -20.5),
    on('2026-01-05', 1, 3),
    on('2026-01-05', 1, 4),
    on('2026-01-05', 2, 71, '20:00'),
    on('2026-01-05', 2, 70, '07:00'),
    on('2026-01-05', 3, 5),
    on('2026-01-05', 3, -1),
    on('2026-01-05', 4, false),
    on('2026-01-05', 4, true),
    on('2026-01-05', 5, true),
    on('2026-01-05', 5, true),
    on('2026-01-05', 6, 'early', '06:00'),
    on('2026-01-05', 6, '=late', '22:00'),
    // More than a page of days later, and on the last day there is.
    on('2031-07-07', 0, 1),
    on('2200-12-31', 4, false),
    on('1900-01-01', 0, 0),
  ]);
  expect(await linesOf(person)).toEqual([
    'date,Steps (steps),Mood,Weight (kg),Low,Meditated,Coffee,Diary,"Archived, empty"',
    '1900-01-01,0,,,,,,,',
    "2026-01-05,79.5,3.5,71,-1,true,2,'=late,",
    '2031-07-07,1,,,,,,,',
    '2200-12-31,,,,,false,,,',
  ]);
  expect(
    await linesOf(person, { range: { from: '2026-01-05', to: '2031-07-06' }, metricIds: [ids[4], ids[0]] }),
  ).toEqual(['date,Steps (steps),Meditated', '2026-01-05,79.5,true']);
  expect(await linesOf(person, { metricIds: [] })).toEqual(['date']);
});

test('of several devices on one day the one that counts has its say', async () => {
  const person = await Client.register(app.url);
  const steps = await person.createMetric({ name: 'Steps' });
  const [phone] = await person.createEntries(
    [900, 1000].map((value) => ({ metricId: steps.id, date: '2026-01-05', value })),
  );
  await sql.query("UPDATE entries SET source = 'oura' WHERE id = $1::uuid", [phone!.id]);
  expect(await linesOf(person)).toEqual(['date,Steps', '2026-01-05,1900']);
  await person.updateMetric(steps.id, { sources: ['oura', 'api'] });
  expect(await linesOf(person)).toEqual(['date,Steps', '2026-01-05,900']);
});

test('an import reads it again, and a second export of that is the same', async () => {
  const person = await Client.register(app.url);
  const names = ['=2+2', '-x', '@cmd', 'Date', 'metric', 'Value', 'Ünï "q", ☕', 'Twice', 'twice', 'Bracket (a) b'];
  for (const [index, name] of names.entries()) {
    const metric = await person.createMetric({ name, unit: index % 2 ? 'kg' : undefined, aggregation: 'MEAN' });
    await person.createEntries(
      [1, 2].map((day) => ({ metricId: metric.id, date: `2026-01-0${day}`, value: day - 7.25 - index })),
    );
  }
  const diary = await person.createMetric({ name: 'Diary', type: 'TEXT' });
  await person.createEntry({ metricId: diary.id, date: '2026-01-02', value: '+1,\n"quoted"\r\'=' });
  const yes = await person.createMetric({ name: 'Yes', type: 'BINARY' });
  await person.createEntry({ metricId: yes.id, date: '2026-01-02', value: false });
  const text = await exportWide(person);
  for (const cell of (parse(text) as string[][]).flat().filter((each) => !Number.isFinite(Number(each))))
    expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  const fresh = await Client.register(app.url);
  const { state, report } = await importCsv(fresh, text);
  expect([state, report!.rejected, report!.rowsAccepted]).toEqual(['APPLIED', [], 2]);
  const sorted = (csv: string) => {
    const rows = parse(csv) as string[][];
    return rows[0]!.map((_, column) => rows.map((row) => row[column])).toSorted();
  };
  expect(sorted(await exportWide(fresh))).toEqual(sorted(text));
});

test('every column has a name of its own, and none that means something else', () => {
  const named = (...names: string[]) => toHeaders(names.map((name) => ({ name, unit: null })));
  expect(named('Mood', 'mood', 'MOOD', 'Mood #2')).toEqual(['Mood', 'mood #2', 'MOOD #3', 'Mood #2 #2']);
  expect(named('date', 'Metric', 'value')).toEqual(['date #2', 'Metric #2', 'value #2']);
  const weights = ['kg', 'KG', 'lb'].map((unit) => ({ name: 'Weight', unit }));
  expect(toHeaders(weights)).toEqual(['Weight (kg)', 'Weight #2 (KG)', 'Weight (lb)']);
  const mixed = [...weights, { name: 'weight', unit: null }, { name: 'Weight (lb)', unit: null }];
  expect(toHeaders(mixed)).toEqual(['Weight (kg)', 'Weight #2 (KG)', 'Weight #3 (lb)', 'weight #4', 'Weight (lb)']);
});

test('only a CSV has a layout', async () => {
  const person = await Client.register(app.url);
  const refusal = await refusalOf(requestExport(person, { format: 'JSON', layout: 'WIDE' }));
  expect(refusal.code).toBe('INVALID_INPUT');
  expect(await exportCsv(person, { layout: 'LONG' })).toBe(await exportCsv(person));
});
