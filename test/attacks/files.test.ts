import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportCsv, exportJson, importCsv, importFile, importJson, put } from '../domains/imports/transfer.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';

const maxBytes = 2_000_000;
let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '86400', IMPORT_MAX_BYTES: String(maxBytes) });
  client = await Client.register(app.url);
});
afterAll(() => app.stop());

describe('57: a text that a spreadsheet would run', () => {
  const begins = ['=', '+', '-', '@', '\t', '\r', "'=", "=cmd|' /C calc'!A0", '@SUM(1)', '-2+3', '+1;=1'];
  type Row = Record<string, string>;

  it('stands in no cell of a CSV, and comes back as it was; negative numbers stay numbers', async () => {
    const number = await client.createMetric({ name: '=Balance', unit: '+x' });
    const diary = await client.createMetric({ name: '@Diary', type: 'TEXT' });
    const texts = begins.map((text) => `${text}x`);
    await client.createEntries([
      { metricId: number.id, value: -12.5, notes: '=1+1' },
      ...texts.map((text, i) => ({
        metricId: diary.id,
        date: `2026-01-${String(i + 1).padStart(2, '0')}`,
        value: text,
        notes: text,
        tags: [text.trim()],
      })),
    ]);
    const csv = await exportCsv(client);
    const rows = parse(csv, { columns: true }) as Row[];
    expect(rows).toHaveLength(texts.length + 1);
    const isNumber = (column: string, cell: string) => column === 'value' && Number.isFinite(Number(cell));
    const cells = rows.flatMap((row) => Object.entries(row).filter(([column, cell]) => !isNumber(column, cell)));
    expect(cells.length).toBeGreaterThan(texts.length * 7);
    for (const [, cell] of cells) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    expect(rows.find(({ type }) => type === 'NUMBER')!['value']).toBe('-12.5');

    const fresh = await Client.register(app.url);
    expect((await importCsv(fresh, csv)).report).toMatchObject({ rowsAccepted: texts.length + 1, rowsRejected: 0 });
    const told = async (who: Client) => {
      const { metrics, entries } = await exportJson(who);
      const nameOf = new Map(metrics.map(({ id, name, unit }) => [id, [name, unit]]));
      return entries
        .map(({ metricId, date, number: value, text, notes, tags }) => [
          nameOf.get(metricId),
          date,
          value,
          text,
          notes,
          tags,
        ])
        .map((each) => JSON.stringify(each))
        .toSorted();
    };
    expect(await told(fresh)).toEqual(await told(client));
  });
});

describe('58: a hostile file', () => {
  const small = 'date,metric,value\n2026-01-01,Steps,1\n';
  const laughs = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, i) => `<!ENTITY ${'bcdefghij'[i]} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('')}]><l>&j;</l>`;
  const outside = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>';
  /** The head of an archive with one entry that wants to be elsewhere. */
  const archive = Buffer.concat([
    Buffer.from('PK\x03\x04'),
    Buffer.alloc(22),
    Buffer.from('../../etc/passwd'),
    Buffer.alloc(500, 0xff),
  ]);
  const bomb = gzipSync(Buffer.alloc(500 * 1024 * 1024, 'x'), { level: 1 });
  const files: [string, 'CSV' | 'JSON', string | Buffer][] = [
    ['an archive', 'CSV', archive],
    ['an archive', 'JSON', archive],
    ['a zip bomb', 'CSV', bomb.subarray(0, maxBytes)],
    ['a zip bomb', 'JSON', bomb.subarray(0, maxBytes)],
    ['a billion laughs', 'CSV', laughs],
    ['a billion laughs', 'JSON', laughs],
    ['an external entity', 'CSV', outside],
    ['an external entity', 'JSON', outside],
    ['a line without an end', 'CSV', `date,metric,value\n2026-01-01,${'x'.repeat(maxBytes - 100)}`],
    [
      'a thousand columns',
      'CSV',
      `date,${Array.from({ length: 100_000 }, (_, i) => `m${i}`).join(',')}\n2026-01-01,1\n`,
    ],
    [
      'a whole document with lists in lists',
      'JSON',
      `{"format":"lifegraph","version":1,"user":${'['.repeat(1000)}${']'.repeat(1000)},"metrics":[],"entries":[]}`,
    ],
    ['lists in lists', 'JSON', `{"format":"lifegraph","version":1,"metrics":${'['.repeat(maxBytes - 100)}`],
    [
      'a text without an end',
      'JSON',
      `{"format":"lifegraph","version":1,"metrics":[{"name":"${'x'.repeat(maxBytes - 100)}`,
    ],
  ];

  it('(a small one of a good will is taken)', async () => {
    expect((await importCsv(client, small)).report).toMatchObject({ rowsAccepted: 1 });
    const document = { format: 'lifegraph', version: 1, metrics: [], entries: [] };
    expect(await importJson(client, document)).toMatchObject({ state: 'APPLIED' });
  });

  it.each(files)(
    '(%s as %s) fails with a plain sentence, writes nothing, and takes little memory',
    async (_, format, file) => {
      const person = await Client.register(app.url);
      const before = process.memoryUsage.rss();
      let most = before;
      const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
      const { state, error, report } = await importFile(person, format, new Uint8Array(Buffer.from(file)));
      clearInterval(watch);
      expect([state, report?.rowsAccepted ?? 0]).toEqual(['FAILED', 0]);
      expect(error).toMatch(/^[A-Z].*\.$/s);
      expect(error).not.toMatch(/root:|node_modules|at async/);
      expect((most - before) / 1024 / 1024).toBeLessThan(300);
      expect((await exportJson(person)).entries).toEqual([]);
      expect((await importCsv(person, small)).state).toBe('APPLIED');
    },
  );

  it('(a compressed body) is unpacked within bounds, whatever it says of itself', async () => {
    const query = 'mutation { createImport(input: { format: CSV, fileName: "../../../etc/passwd" }) { id uploadUrl } }';
    const send = async (bytes: Buffer) => {
      const { createImport: made } = await client.graphql<{ createImport: { uploadUrl: string } }>(query);
      expect(made.uploadUrl).toMatch(/^\/imports\/[\w.-]+$/);
      expect((await put(client, made.uploadUrl.replace(/\w$/, ''), small)).status).toBe(401);
      const headers = { 'content-encoding': 'gzip' };
      return fetch(app.url + made.uploadUrl, { method: 'PUT', headers, body: new Uint8Array(bytes) });
    };
    expect((await send(gzipSync(small))).status).toBe(200);
    const expanding = await send(gzipSync(`date,metric,value\n${'2026-01-01,Mood,1\n'.repeat(1_000_000)}`));
    expect(expanding.status).toBe(400);
    expect(await expanding.text()).toMatch(/more than 200 times/);
  });
});
