import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRange, sliceBytes } from '../../../src/domains/exports/byte-ranges.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { requestExport } from '../imports/transfer.ts';

let app: App;
let me: Client;
let link: string;
let whole: Buffer;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
  me = await Client.register(app.url);
  const metric = await me.createMetric({ name: 'Diary ☕', type: 'TEXT' });
  const rows = Array.from({ length: 700 }, (_, i) => ({ metricId: metric.id, date: '2026-01-01', value: `☕ ${i}` }));
  for (let i = 0; i < 3; i++) await me.createEntries(rows);
  link = await requestExport(me, { format: 'CSV' });
  whole = (await ask({})).body;
});
afterAll(() => app.stop());

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** Plain HTTP: fetch would decompress, and say itself what it takes. */
const ask = (headers: Record<string, string>, method = 'GET', to = link): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(app.url + to, { method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    sent.on('error', reject).end();
  });

it('is compressed for those who take gzip, and for nobody else', async () => {
  for (const [accepted, isCompressed] of [
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['*', true],
    ['', false],
    ['br', false],
    ['gzip;q=0', false],
    ['gzip;q=0, *', false],
  ] as const) {
    const { headers, body } = await ask({ 'accept-encoding': accepted });
    expect([accepted, headers['content-encoding']]).toEqual([accepted, isCompressed ? 'gzip' : undefined]);
    expect(isCompressed ? gunzipSync(body) : body).toEqual(whole);
    expect(isCompressed ? body.length < whole.length / 3 : true).toBe(true);
    expect(headers['vary']).toContain('accept-encoding');
  }
});

it('goes on where it broke off, with bytes that fit', async () => {
  const half = 30_001;
  const { headers: first } = await ask({ range: `bytes=0-${half - 1}` });
  const rest = await ask({ range: `bytes=${half}-`, 'if-range': first['etag']!, 'accept-encoding': 'gzip' });
  expect(rest.status).toBe(206);
  expect(rest.headers).toMatchObject({
    'content-range': `bytes ${half}-${whole.length - 1}/${whole.length}`,
    'content-length': String(whole.length - half),
    etag: first['etag'],
  });
  expect(rest.headers['content-encoding']).toBeUndefined();
  expect(Buffer.concat([whole.subarray(0, half), rest.body])).toEqual(whole);
});

it('goes on with the same bytes after the data have changed', async () => {
  const entries = await me.graphql<{ entries: { edges: { node: { id: string } }[] } }>(
    '{ entries(first: 1) { edges { node { id } } } }',
  );
  await me.deleteEntry(entries.entries.edges[0]!.node.id);
  expect((await ask({ range: 'bytes=50000-' })).body).toEqual(whole.subarray(50_000));
});

it.each([
  ['bytes=0-0', 0, 0],
  ['bytes=-10', -10, -1],
  ['bytes=-999999999', 0, -1],
  ['bytes=5-999999999', 5, -1],
])('gives the part that %s asks for', async (range, from, to) => {
  const { status, body } = await ask({ range });
  const end = to < 0 ? whole.length + to : to;
  expect([status, body]).toEqual([206, whole.subarray(from < 0 ? whole.length + from : from, end + 1)]);
});

it.each(['bytes=999999999-', 'bytes=-0', 'bytes=7-3'])(
  'says how long it is when there is nothing at %s',
  async (range) => {
    const { status, headers, body } = await ask({ range });
    expect([status, headers['content-range'], body.length]).toEqual([416, `bytes */${whole.length}`, 0]);
  },
);

it.each<Record<string, string>>([
  { range: 'bytes=0-1,5-6' },
  { range: 'lines=1-2' },
  { range: 'bytes=-' },
  { range: 'bytes=5-', 'if-range': '"another"' },
  { range: 'bytes=5-', 'if-range': 'Sun, 22 Nov 2026 00:00:00 GMT' },
])('gives the whole to %j', async (headers) => {
  const { status, body } = await ask(headers);
  expect([status, body]).toEqual([200, whole]);
});

it('a part of the plain text never completes a compressed one', async () => {
  const { headers } = await ask({ 'accept-encoding': 'gzip' });
  expect((await ask({ range: 'bytes=5-', 'if-range': headers['etag']! })).status).toBe(200);
});

it('HEAD says what GET would, and is no download', async () => {
  const events = async () =>
    (
      await me.graphql<{ auditLog: { edges: { node: { action: string } }[] } }>(
        '{ auditLog(first: 50) { edges { node { action } } } }',
      )
    ).auditLog.edges.filter(({ node }) => node.action === 'EXPORT_DOWNLOADED').length;
  const fresh = await requestExport(me, { format: 'JSON' });
  const before = await events();
  const head = await ask({}, 'HEAD', fresh);
  expect([head.status, head.body.length, await events()]).toEqual([200, 0, before]);
  const { headers } = await ask({}, 'GET', fresh);
  expect(await events()).toBe(before + 1);
  for (const name of ['etag', 'content-type', 'content-disposition', 'accept-ranges', 'vary'])
    expect(head.headers[name]).toBe(headers[name]);
});

it('other bytes have another name', async () => {
  const selections = [
    { format: 'JSON' },
    { format: 'CSV' },
    { format: 'CSV', layout: 'WIDE' },
    { format: 'CSV', range: { from: '2026-01-01', to: '2026-01-02' } },
    { format: 'CSV', metricIds: [] },
  ];
  const names = await Promise.all(
    selections.map(async (input) => (await ask({}, 'HEAD', await requestExport(me, input))).headers['etag']),
  );
  await me.createMetric({ name: 'One more' });
  names.push((await ask({}, 'HEAD', await requestExport(me, { format: 'CSV' }))).headers['etag']);
  expect(new Set(names).size).toBe(selections.length + 1);
  expect(names[0]).toMatch(/^"[\w-]{27}"$/);
});

it('any part of any text is what stands there', async () => {
  const pieces = fc.array(fc.string({ unit: 'grapheme', maxLength: 5 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.nat(25), fc.nat(25), async (texts, a, b) => {
      const all = Buffer.from(texts.join(''));
      const range = readRange(`bytes=${a}-${b}`, all.length);
      expect(range === null).toBe(a >= all.length || a > b);
      expect(await collect(sliceBytes(toAsync(texts), range ?? { from: 1, to: 0 }))).toEqual(all.subarray(a, b + 1));
    }),
  );
});

async function* toAsync(texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

async function collect(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of pieces) parts.push(part);
  return Buffer.concat(parts);
}
