import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadableStream } from 'node:stream/web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configureImports, uploadFolder } from '../../../src/domains/imports/settings.ts';
import { sweepUploads } from '../../../src/domains/imports/spool.ts';
import { prisma } from '../../../src/platform/database/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { refusalOf } from '../../setup/refusals.ts';
import {
  applyImport,
  createImport,
  exportJson,
  importCsv,
  put,
  readImport,
  requestExport,
  settled,
  undoImport,
} from './transfer.ts';

const maxBytes = 100_000;
const uploads = mkdtempSync(join(tmpdir(), 'lifegraph-uploads-'));
let app: App;
let me: Client;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600', IMPORT_MAX_BYTES: String(maxBytes) });
  configureImports({ uploadFolder: uploads });
  me = await Client.register(app.url);
});
afterAll(async () => {
  await app.stop();
  rmSync(uploads, { recursive: true });
});

const small = 'date,metric,value\n2026-01-01,Steps,1\n';
const countStaged = (importId: string) => prisma().importRow.count({ where: { importId } });
const answerOf = async (response: Response) => [response.status, ((await response.json()) as { code?: string }).code];

/** A body of unknown length. */
const stream = (chunks: Iterable<string>): ReadableStream =>
  ReadableStream.from(
    (async function* () {
      for (const chunk of chunks) yield new TextEncoder().encode(chunk);
    })(),
  );

test('a file that cannot be read fails with a plain sentence, and stages nothing', async () => {
  const good = Array.from({ length: 1500 }, (_, i) => `2026-01-01,Steps,${i}`).join('\n');
  const bad: [string, string | Uint8Array, RegExp][] = [
    ['empty', '', /empty/],
    ['blank', '\uFEFF \r\n', /empty/],
    ['no header', '2026-01-01,Steps,1\n', /first line/],
    ['no value column', 'date,metric\n2026-01-01,Steps\n', /"value"/],
    ['nothing but a date', 'date\n2026-01-01\n', /metric/],
    ['a column twice', 'date,Steps,steps\n2026-01-01,1,2\n', /twice/],
    ['a name too long', `date,${'x'.repeat(200)}\n2026-01-01,1\n`, /120/],
    ['an open quote', `date,metric,value\n${good}\n2026-01-02,"Steps,1\n`, /never closed/],
    ['a quote out of place', `date,metric,value\n${good}\n2026-01-02,"Ste"ps,1\n`, /quotation mark/],
    ['Latin-1', Buffer.from(`date,metric,value\n${good}\n2026-01-01,Gr\u00f6\u00dfe,1\n`, 'latin1'), /UTF-8/],
    ['cut in a character', Buffer.from(small + 'ö').subarray(0, -1), /UTF-8/],
    ['a header of bytes', 'date,x\0\n2026-01-01,1\n', /not text/],
    ['UTF-16 that does not say so', Buffer.from(small, 'utf16le'), /not text/],
  ];
  for (const [what, body, sentence] of bad) {
    const { id, uploadUrl } = await createImport(me, 'CSV', true);
    expect([what, ...(await answerOf(await put(me, uploadUrl!, body)))]).toEqual([what, 400, 'INVALID_INPUT']);
    const { state, error, report } = await readImport(me, id);
    expect([what, state, report, await countStaged(id)]).toEqual([what, 'FAILED', null, 0]);
    expect(error).toMatch(sentence);
  }
});

test('a file in UTF-16 is read when its byte order mark says so', async () => {
  for (const bytes of [Buffer.from(`\uFEFF${small}`, 'utf16le'), Buffer.from(`\uFEFF${small}`, 'utf16le').swap16()])
    expect((await importCsv(me, bytes, false)).report).toMatchObject({ rowsRead: 1, rowsRejected: 0 });
});

test('a header alone is an import of nothing', async () => {
  const { state, report } = await importCsv(me, 'date,metric,value\n');
  expect(state).toBe('APPLIED');
  expect(report).toMatchObject({ rowsRead: 0, rowsAccepted: 0, range: null });
});

test('a file that says it is too large is refused at once', async () => {
  const { id, uploadUrl } = await createImport(me, 'CSV');
  expect(await answerOf(await put(me, uploadUrl!, 'x'.repeat(maxBytes + 1)))).toEqual([413, 'TOO_COSTLY']);
  expect(await readImport(me, id)).toMatchObject({ state: 'FAILED', error: expect.stringContaining(String(maxBytes)) });
});

test('a file that turns out to be too large is refused, however little it says', async () => {
  const { id, uploadUrl } = await createImport(me, 'CSV');
  const row = '2026-01-01,Steps,1\n'.repeat(100);
  const body = stream(['date,metric,value\n', ...Array.from({ length: 200 }, () => row)]);
  expect(await answerOf(await put(me, uploadUrl!, body))).toEqual([413, 'TOO_COSTLY']);
  expect((await readImport(me, id)).state).toBe('FAILED');
  expect(await countStaged(id)).toBe(0);
});

test('an upload that breaks off can be sent again', async () => {
  const { id, uploadUrl } = await createImport(me, 'CSV');
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  const rows = Array.from({ length: 1500 }, (_, i) => `2026-01-01,Steps,${i}\n`).join('');
  socket.write(`PUT ${uploadUrl} HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\ndate,metric,value\n${rows}`);
  await expect.poll(async () => (await readImport(me, id)).state).toBe('CHECKING');
  socket.destroy();
  await expect.poll(async () => (await readImport(me, id)).state).toBe('AWAITING_UPLOAD');
  expect(await countStaged(id)).toBe(0);
  const again = await readImport(me, id);
  expect((await put(me, again.uploadUrl!, small)).status).toBe(200);
  expect((await settled(me, id)).report!.rowsAccepted).toBe(1);
});

test('three files of a person are checked at once, and no fourth', async () => {
  const person = await Client.register(app.url);
  const slow = () =>
    new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('date,metric,value\n')) });
  const running = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const { id, uploadUrl } = await createImport(person, 'CSV');
      const leaving = new AbortController();
      const sent = fetch(app.url + uploadUrl, {
        method: 'PUT',
        body: slow(),
        duplex: 'half',
        signal: leaving.signal,
      } as RequestInit).catch(() => null);
      return { id, leaving, sent };
    }),
  );
  for (const { id } of running) await expect.poll(async () => (await readImport(person, id)).state).toBe('CHECKING');
  const { uploadUrl } = await createImport(person, 'CSV');
  expect(await answerOf(await put(person, uploadUrl!, small))).toEqual([409, 'CONFLICT']);
  running[0]!.leaving.abort();
  await expect.poll(async () => (await readImport(person, running[0]!.id)).state).toBe('AWAITING_UPLOAD');
  expect((await put(person, uploadUrl!, small)).status).toBe(200);
  for (const { leaving, sent } of running) {
    leaving.abort();
    await sent;
  }
});

test('one import takes one file', async () => {
  const { id, uploadUrl } = await createImport(me, 'CSV');
  const first = await put(me, uploadUrl!, small);
  expect([first.status, await first.json()]).toEqual([200, { id, state: 'READY' }]);
  expect(await answerOf(await put(me, uploadUrl!, small))).toEqual([409, 'CONFLICT']);
  expect(await readImport(me, id)).toMatchObject({ state: 'READY', uploadUrl: null, progress: 0.5 });
});

test('each step has its states, and any other is a conflict that shows the import', async () => {
  const { id } = await createImport(me, 'CSV');
  for (const operate of [applyImport, undoImport]) {
    const refusal = await refusalOf(operate(me, id));
    expect([refusal.code, refusal.extensions['current']]).toMatchObject(['CONFLICT', { id, state: 'AWAITING_UPLOAD' }]);
  }
});

test("another person's import does not exist", async () => {
  const other = await Client.register(app.url);
  const { id } = await createImport(me, 'CSV');
  expect(await readImport(other, id)).toBeNull();
  expect((await refusalOf(applyImport(other, id))).code).toBe('NOT_FOUND');
  expect((await refusalOf(undoImport(other, id))).code).toBe('NOT_FOUND');
  expect((await refusalOf(applyImport(me, 'no id'))).code).toBe('NOT_FOUND');
});

test('a link is good for what it was made for, as long as its session', async () => {
  const person = await Client.register(app.url);
  const { uploadUrl } = await createImport(person, 'CSV');
  const exportUrl = await requestExport(person, { format: 'CSV' });
  const swapped = [uploadUrl!.replace('/imports/', '/exports/'), exportUrl.replace('/exports/', '/imports/')] as const;
  expect((await fetch(app.url + swapped[0])).status).toBe(401);
  expect(await answerOf(await put(person, swapped[1], small))).toEqual([401, 'UNAUTHENTICATED']);
  expect((await put(person, `/imports/${person.session!.accessToken}`, small)).status).toBe(401);
  expect((await put(person, '/imports/', small)).status).toBe(401);
  await person.graphql('mutation { logout }');
  expect((await put(person, uploadUrl!, small)).status).toBe(401);
  expect((await fetch(app.url + exportUrl)).status).toBe(401);
});

test('the steps of an import are changes, and carry the device that asked for it', async () => {
  const person = await Client.register(app.url);
  const { id } = await importCsv(person, small);
  await undoImport(person, id);
  await settled(person, id);
  const query = `query { changes(after: 0) { changes { entityType deviceId kind
    entity { ... on Import { id state report { rowsAccepted } } } } } }`;
  type Line = { entityType: string; deviceId: string; kind: string; entity: { state: string } | null };
  const { changes } = await person.graphql<{ changes: { changes: Line[] } }>(query);
  const states = changes.changes.filter(({ entityType }) => entityType === 'Import').map(({ entity }) => entity!.state);
  expect(states).toEqual(['AWAITING_UPLOAD', 'CHECKING', 'APPLYING', 'APPLIED', 'UNDOING', 'UNDONE']);
  const others = changes.changes.filter(({ entityType }) => entityType === 'Entry' || entityType === 'Metric');
  expect(others.map(({ entityType, kind }) => `${entityType} ${kind}`)).toEqual([
    'Metric CREATED',
    'Entry CREATED',
    'Entry DELETED',
    'Metric DELETED',
  ]);
  expect(new Set(changes.changes.map(({ deviceId }) => deviceId))).toEqual(new Set([person.session!.device.id]));
});

test('undoing takes away what the import wrote, and leaves what was changed or added since', async () => {
  const person = await Client.register(app.url);
  const own = await person.createMetric({ name: 'Own' });
  await person.createEntry({ metricId: own.id, value: 1 });
  const file = 'date,Own,Fresh,Gone\n2026-01-01,1,1,1\n2026-01-02,2,2,2\n';
  const { id, report } = await importCsv(person, file);
  expect(report!.newMetrics).toEqual(['Fresh', 'Gone']);
  const before = await exportJson(person);
  const fresh = before.metrics.find(({ name }) => name === 'Fresh')!;
  const edited = before.entries.find(({ metricId }) => metricId === fresh.id)!;
  await person.updateEntry(edited.id, { notes: 'mine now' });
  await undoImport(person, id);
  expect((await settled(person, id)).state).toBe('UNDONE');
  const after = await exportJson(person);
  expect(after.metrics.map(({ name }) => name).sort()).toEqual(['Fresh', 'Own']);
  expect(after.entries.map(({ id: each }) => each).sort()).toEqual(
    [edited.id, before.entries.find(({ source }) => source === 'api')!.id].sort(),
  );
  expect((await refusalOf(undoImport(person, id))).code).toBe('CONFLICT');
});

test('what changes between check and apply is looked at again', async () => {
  const person = await Client.register(app.url);
  const [kept, gone] = [await person.createMetric({ name: 'Kept' }), await person.createMetric({ name: 'Gone' })];
  const file = 'date,metric,value\n2026-01-01,Kept,1\n2026-01-02,Kept,9\n2026-01-03,Kept,2\n2026-01-01,Gone,1\n';
  const { id, report } = await importCsv(person, file, false);
  expect(report!.rowsAccepted).toBe(4);
  await person.updateMetric(kept.id, { max: 5 });
  await person.createEntry({ metricId: kept.id, date: '2026-01-03', value: 2 });
  await person.deleteMetric(gone.id);
  await applyImport(person, id);
  const applied = await settled(person, id);
  expect(applied).toMatchObject({ state: 'APPLIED', progress: 1 });
  expect(applied.report).toMatchObject({ rowsRead: 4, rowsAccepted: 1, duplicates: 1, rowsRejected: 2 });
  expect(applied.report!.rejected.map(({ row }) => row)).toEqual([3, 5]);
  expect((await exportJson(person)).entries).toHaveLength(2);
});

test('no upload stays on the disk, neither one that was read nor one that a killed process has left', async () => {
  const names = () => readdir(uploadFolder());
  await importCsv(me, small);
  await importCsv(me, 'no header\n');
  expect(await names()).toEqual([]);
  const [old, young] = ['old', 'young'].map((name) => join(uploadFolder(), name)) as [string, string];
  for (const path of [old, young]) await writeFile(path, small);
  const threeHoursAgo = Date.now() / 1000 - 3 * 3600;
  await utimes(old, threeHoursAgo, threeHoursAgo);
  await sweepUploads(false);
  expect(await names()).toEqual(['young']);
  await sweepUploads(true);
  expect(await names()).toEqual([]);
});
