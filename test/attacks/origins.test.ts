import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { readConfig } from '../../src/config.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';

const friend = 'https://app.example.org';
const inWebView = 'capacitor://localhost';
let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp({ ALLOWED_ORIGINS: `${friend}, ${inWebView}` });
  client = await Client.register(app.url);
});
afterAll(() => app.stop());

/** Opens a socket with a good token from a page. @returns what comes first: the acknowledgement, or the closing */
async function introduce(headers: Record<string, string>): Promise<string | number> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const first = new Promise<string | number>((resolve) => {
    socket.on('close', (code) => resolve(code));
    socket.on('message', (data: Buffer) => resolve((JSON.parse(data.toString()) as { type: string }).type));
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: client.headers }));
  const result = await first;
  socket.terminate();
  return result;
}

const hostOf = () => new URL(app.url).host;

describe('24: a socket', () => {
  it('opens for an app, which sends no Origin, for a page of this server, and for those that are named', async () => {
    expect(await introduce({})).toBe('connection_ack');
    expect(await introduce({ origin: `http://${hostOf()}` })).toBe('connection_ack');
    expect(await introduce({ origin: 'https://lifegraph.example', host: 'lifegraph.example' })).toBe('connection_ack');
    expect(await introduce({ origin: friend })).toBe('connection_ack');
    expect(await introduce({ origin: inWebView })).toBe('connection_ack');
  });

  it.each([
    'https://evil.example',
    'https://app.example.org.evil.example',
    'https://evil.example/app.example.org',
    'http://app.example.org',
    'https://app.example.org:8443',
    'https://sub.app.example.org',
    'https://APP.example.org.',
    'null',
    'file://',
    '*',
    '',
  ])('is closed with 4403 for a page of %j, whatever token it has', async (origin) => {
    expect(await introduce({ origin })).toBe(4403);
  });

  it('that is refused may send what it likes without harm', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    const head = [
      'GET /graphql HTTP/1.1',
      'host: x',
      'origin: https://evil.example',
      'connection: upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-protocol: graphql-transport-ws',
      `sec-websocket-key: ${Buffer.alloc(16).toString('base64')}`,
    ];
    // A frame that announces more than any may have, at once.
    const frame = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x7f, 0, 0, 0, 1, 2, 3, 4]);
    socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), frame]));
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1'))).on('error', () => undefined);
    await once(socket, 'close');
    expect(received).toContain('not allowed');
    expect(await introduce({})).toBe('connection_ack');
  });
});

describe('a page that asks over HTTP', () => {
  const preflight = (origin: string, path = '/graphql') =>
    fetch(`${app.url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const post = (origin: string, query = '{ me { id } }', headers = client.headers) =>
    fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers, origin },
      body: JSON.stringify({ query }),
    });

  it('may, when its origin is named: the preflight says what it may send', async () => {
    const { status, headers } = await preflight(friend);
    expect(status).toBe(204);
    expect(Object.fromEntries(headers)).toMatchObject({
      'access-control-allow-origin': friend,
      'access-control-allow-headers': 'authorization, content-type, if-range, range, x-request-id',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT',
      vary: 'Origin',
    });
    expect((await preflight(friend, '/imports/x')).status).toBe(204);
  });

  it('may read the answer, errors and all, and sends no cookies', async () => {
    const answers = [
      await post(friend),
      await post(friend, '{ metrics { edges { cursor } } }', {}),
      await post(friend, '{'),
      await fetch(`${app.url}/nowhere`, { headers: { origin: friend } }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([200, 401, 200, 404]);
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe(friend);
      // A download that goes on needs to know what it has.
      expect(headers.get('access-control-expose-headers')).toMatch(/content-range, etag/);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toBe('Origin');
    }
  });

  it.each(['https://evil.example', `${friend}.evil.example`, 'null'])('may not from %s', async (origin) => {
    for (const answer of [await preflight(origin), await post(origin)]) {
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(answer.headers.get('vary')).toBe('Origin');
    }
  });
});

describe('ALLOWED_ORIGINS', () => {
  it('takes exact origins', () => {
    const { allowedOrigins } = readConfig({ ALLOWED_ORIGINS: ` ${friend},http://localhost:5173 ,${inWebView},` });
    expect([...allowedOrigins]).toEqual([friend, 'http://localhost:5173', inWebView]);
    expect(readConfig({}).allowedOrigins.size).toBe(0);
  });

  it.each([
    '*',
    'null',
    'app.example.org',
    `${friend}/`,
    `${friend}/x`,
    'https://*.example.org',
    'https://APP.example.org',
  ])('refuses %s, which no browser sends or too many do', (text) => {
    expect(() => readConfig({ ALLOWED_ORIGINS: text })).toThrow('ALLOWED_ORIGINS');
  });
});
