import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { transports } from './transports.ts';

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = await Client.register(app.url);
});
afterAll(() => app.stop());

const megabyte = 1024 * 1024;
const text = JSON.stringify({ query: '{ me { id } }' });
const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = client.headers) =>
  fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    duplex: 'half',
  } as RequestInit);

/** Most bytes by which this process, in which the server runs, has grown meanwhile. */
async function growthOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
  await work();
  clearInterval(watch);
  return Math.max(most, process.memoryUsage.rss()) - before;
}

describe('23: a compressed body', () => {
  const bomb = Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.alloc(200 * megabyte, ' '), Buffer.from('}')]);
  const kinds: [string, (body: Buffer) => Buffer][] = [
    ['gzip', (body) => gzipSync(body, { level: 1 })],
    ['deflate', (body) => deflateSync(body, { level: 1 })],
    ['br', (body) => brotliCompressSync(body, { params: { 1: 0 } })],
    ['gzip, gzip', (body) => gzipSync(gzipSync(body, { level: 1 }))],
  ];

  it.each(kinds)('(%s) is refused and not unpacked, a bomb as well as a small one', async (encoding, compress) => {
    expect(await (await post(text)).json()).toEqual({ data: { me: { id: client.userId } } });
    const [small, large] = [compress(Buffer.from(text)), compress(bomb)].map((body) => new Uint8Array(body));
    for (const accept of ['application/json', 'multipart/mixed']) {
      const headers = { ...client.headers, 'content-encoding': encoding, accept };
      const growth = await growthOf(async () => {
        for (const body of [small!, large!]) {
          const response = await post(body, headers);
          expect(response.status).toBeGreaterThanOrEqual(400);
          expect(response.status).toBeLessThan(500);
        }
      });
      expect(growth).toBeLessThan(100 * megabyte);
    }
  });
});

describe('23: two megabytes', () => {
  const large = (bytes: number) => `${text.slice(0, -1)}${' '.repeat(bytes)}}`;

  it('of a stranger, in chunks and without end, are refused before they are all there', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += String(chunk))).on('error', () => undefined);
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`;
    let sent = 0;
    for (; sent < 128; sent += 1) {
      if (answer !== '') break;
      socket.write(chunk);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await expect.poll(() => answer).toMatch(/^HTTP\/1.1 413 /);
    expect(sent).toBeLessThan(128);
    socket.destroy();
  });

  it('are refused (413), and of somebody who is signed in they are taken', async () => {
    expect((await post(large(2 * megabyte), {})).status).toBe(413);
    expect((await post(large(100), {})).status).toBe(200);
    expect((await post(large(2 * megabyte))).status).toBe(200);
  });

  it('again and again leave nothing behind', async () => {
    const body = large(2 * megabyte);
    const all = () => Promise.all(Array.from({ length: 20 }, () => post(body, {}).then((answer) => answer.text())));
    await all();
    expect(await growthOf(all)).toBeLessThan(100 * megabyte);
  });
});

describe('23: names that are JavaScript’s own', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
  const update = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { preferences } }';
  const isClean = () => ({}) as { polluted?: unknown };

  it.each(names)('(%s) pollute nothing as a parameter of the request', async (name) => {
    const body = `{"query":"{ me { id } }",${JSON.stringify(name)}:{"polluted":true}}`;
    expect((await post(body)).status).toBe(400);
    expect(isClean().polluted).toBeUndefined();
  });

  it.each(names)('(%s) pollute nothing as variables and in inputs', async (name) => {
    const key = JSON.stringify(name);
    const variables = [
      `{${key}:{"polluted":true}}`,
      `{"input":{${key}:{"polluted":true}}}`,
      `{"input":{"preferences":{${key}:{"polluted":true}}}}`,
      `{"input":{"preferences":{"a":[{${key}:{"polluted":true}}]}}}`,
    ];
    for (const [, ask] of transports) {
      for (const each of variables) {
        const given = JSON.parse(each) as object;
        const answer = await ask(client, update, given);
        expect(answer.errors?.[0]?.extensions.code ?? 'kept as it is').toMatch(/INVALID_INPUT|kept as it is/);
        expect(isClean().polluted).toBeUndefined();
        expect((await client.graphql<{ me: { id: string } }>('{ me { id } }')).me.id).toBe(client.userId);
      }
    }
    const plain = { input: { preferences: { theme: 'dark' } } };
    expect(await client.graphql(update, plain)).toEqual({ updateProfile: plain.input });
  });

  it.each(names)('(%s) are no fields, arguments, operations or fragments', async (name) => {
    for (const [, ask] of transports) {
      for (const query of [
        `{ ${name} }`,
        `{ me { ${name} } }`,
        `{ me(${name}: 1) { id } }`,
        `{ me { ...${name} } }`,
        `{ me { id @${name} } }`,
        `query ($x: ${name}) { me { id } }`,
      ])
        expect((await ask(client, query)).errors?.[0]?.extensions.code, `${query}`).toBe('INVALID_INPUT');
    }
  });
});
