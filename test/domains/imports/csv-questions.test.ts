import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { deriveId } from '../../../src/kernel/ids.ts';
import { startApp, type App } from '../../setup/app.ts';
import { refusalOf } from '../../setup/refusals.ts';
import { Client } from '../../setup/client.ts';
import { applyImport, exportJson, importCsv, put, readImport, settled, type Import } from './transfer.ts';

let app: App;
let me: Client;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());
beforeEach(async () => {
  me = await Client.register(app.url, { timeZone: 'Europe/Berlin' });
});

const create = async (options: unknown, format = 'CSV'): Promise<Import> => {
  const query = 'mutation ($input: CreateImportInput!) { createImport(input: $input) { id uploadUrl } }';
  const input = { format, options, applyWhenReady: true };
  return (await me.graphql<{ createImport: Import }>(query, { input })).createImport;
};

async function importWith(options: unknown, file: string, format = 'CSV'): Promise<Import> {
  const { id, uploadUrl } = await create(options, format);
  await put(me, uploadUrl!, file);
  return settled(me, id);
}

const entries = async () =>
  (await exportJson(me)).entries.map(({ date, number, source }) => [date, number, source]).toSorted();

const unclear = 'date;A\n01/02/2026;1,234\n02/02/2026;12\n';
const question = (id: string, value: string) => ({ questionId: id, value });

it('a file that can be read in two ways waits for an answer, and is applied as it was checked', async () => {
  const { id, state, report } = await importCsv(me, unclear, true);
  expect(state).toBe('READY');
  expect(report!.questions.map(({ id: each, kind, choices, suggestion }) => [each, kind, choices, suggestion])).toEqual(
    [
      ['dateOrder', 'DATE_ORDER', ['DAY_FIRST', 'MONTH_FIRST'], 'DAY_FIRST'],
      ['decimal', 'DECIMAL_MARK', ['POINT', 'COMMA'], 'COMMA'],
    ],
  );
  for (const answers of [
    undefined,
    [question('dateOrder', 'DAY_FIRST')],
    [question('dateOrder', 'DAY_FIRST'), question('decimal', 'SPACE')],
    [question('dateOrder', 'choices'), question('decimal', 'COMMA')],
  ])
    expect((await refusalOf(applyImport(me, id, answers))).code).toBe('INVALID_INPUT');
  await applyImport(me, id, [question('dateOrder', 'DAY_FIRST'), question('decimal', 'COMMA')]);
  expect((await settled(me, id)).state).toBe('APPLIED');
  expect(await entries()).toEqual([
    ['2026-02-01', 1.234, 'csv'],
    ['2026-02-02', 12, 'csv'],
  ]);
});

it('with another answer it waits for the file once more, reads it so, and asks no more', async () => {
  const { id } = await importCsv(me, unclear, false);
  const again = await applyImport(me, id, [question('dateOrder', 'MONTH_FIRST'), question('decimal', 'COMMA')]);
  expect(again).toMatchObject({ state: 'AWAITING_UPLOAD', report: null, progress: 0 });
  expect(await entries()).toEqual([]);
  await put(me, again.uploadUrl!, unclear);
  const second = await readImport(me, id);
  expect(second.report!.questions).toMatchObject([{ id: 'decimal' }]);
  const third = await applyImport(me, id, [question('decimal', 'POINT')]);
  await put(me, third.uploadUrl!, unclear);
  const ready = await readImport(me, id);
  expect([ready.state, ready.report]).toMatchObject(['READY', { rowsRead: 2, questions: [] }]);
  await applyImport(me, id);
  await settled(me, id);
  expect(await entries()).toEqual([
    ['2026-01-02', 1234, 'csv'],
    ['2026-02-02', 12, 'csv'],
  ]);
});

it('what has been said beforehand is not asked, and the same values are the same entries however they are written', async () => {
  const said = { dateOrder: 'MONTH_FIRST', decimal: 'POINT' };
  expect((await importWith(said, unclear)).state).toBe('APPLIED');
  const same = 'date,metric,value\n2026-01-02,A,1234\n2026-02-02,A,12\n';
  expect((await importCsv(me, same)).report).toMatchObject({ rowsAccepted: 0, duplicates: 2 });
  const mapped = 'Tag|Wert\n2026/01/02|1234\nFeb 2 2026|12\n';
  const options = { columns: { date: 'Tag', value: 'Wert' }, metric: 'A' };
  expect((await importWith(options, mapped, 'AUTO')).report).toMatchObject({ rowsAccepted: 0, duplicates: 2 });
});

it('options that mean nothing are refused, at once when the file is said to be a CSV', async () => {
  const refusal = await refusalOf(create({ separator: ';' }));
  expect(refusal).toMatchObject({ code: 'INVALID_INPUT' });
  const { state, error } = await importWith({ separator: ';' }, unclear, 'AUTO');
  expect([state, error]).toEqual(['FAILED', expect.stringContaining('"separator" means nothing here.')]);
});

it('a metric of the person decides what a cell stands for', async () => {
  const sleep = await me.createMetric({ name: 'Sleep', type: 'DURATION' });
  await me.createMetric({ name: 'Ran', type: 'BINARY' });
  const { report } = await importCsv(me, 'date;Sleep;Ran\n2026-01-01;7:30;1\n2026-01-02;100;0\n2026-01-03;long;1\n');
  expect(report).toMatchObject({ rowsAccepted: 2, rejected: [{ row: 4 }], newMetrics: [] });
  const { entries: all } = await exportJson(me);
  expect(all.filter(({ metricId }) => metricId === sleep.id).map(({ number }) => number)).toEqual([27_000, 100]);
});

it('an entry has the id that follows from person, metric, day, time and value, and from no program', async () => {
  await importCsv(me, 'date,metric,value,time\n2026-01-01,A,1.50,7:30\n');
  const [entry] = (await exportJson(me)).entries;
  expect(entry!.id).toBe(deriveId('entry', me.userId, entry!.metricId, '2026-01-01', '07:30:00', '1.5', ''));
});
