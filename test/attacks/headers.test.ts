import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAnswerClass } from '../../src/processes/headers.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';

type Answer = { status: number; headers: Headers };

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = await Client.register(app.url);
});
afterAll(() => app.stop());

const json = 'application/json';
const ask = (path: string, options: RequestInit = {}) => fetch(`${app.url}${path}`, { redirect: 'manual', ...options });
const post = (query: string, headers: Record<string, string> = {}) =>
  ask('/graphql', { method: 'POST', headers: { 'content-type': json, ...headers }, body: JSON.stringify({ query }) });

/** Sends bytes as they are, and gives back the head of the answer to them. */
async function sendRaw(text: string): Promise<Answer> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  socket.end(text);
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  await once(socket, 'close');
  const [first = '', ...lines] = received.split('\r\n\r\n')[0]!.split('\r\n');
  const pairs = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const);
  return { status: Number(first.split(' ')[1]), headers: new Headers(pairs.map(([a, b]) => [a, b])) };
}

const answers: [name: string, status: number, ask: () => Promise<Answer>][] = [
  ['data over the lane', 200, () => post('{ me { id email } }', client.headers)],
  ['nobody signed in', 401, () => post('{ metrics { edges { cursor } } }')],
  ['an operation that cannot run', 200, () => post('{ nothing }')],
  ['data over Yoga', 200, () => post('{ me { id email } }', { ...client.headers, accept: 'multipart/mixed' })],
  ['a body that is no JSON', 415, () => ask('/graphql', { method: 'POST', headers: {}, body: 'x' })],
  ['a query by GET', 200, () => ask('/graphql?query={me{id}}', { headers: client.headers })],
  ['another method', 405, () => ask('/graphql', { method: 'DELETE' })],
  ['an import without a link', 401, () => ask('/imports/nonsense', { method: 'PUT', body: 'x' })],
  ['an export without a link', 401, () => ask('/exports/nonsense')],
  ['an export', 200, async () => ask(await linkOfExport())],
  ['life', 200, () => ask('/health/live')],
  ['readiness', 200, () => ask('/health/ready')],
  ['nothing there', 404, () => ask('/nowhere')],
  ['the first address', 302, () => ask('/')],
  ['what is not HTTP', 400, () => sendRaw('HELLO\r\n\r\n')],
  ['a request without a host', 400, () => sendRaw('GET / HTTP/1.1\r\nconnection: close\r\n\r\n')],
  ['a head that is too large', 431, () => sendRaw(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`)],
];

async function linkOfExport(): Promise<string> {
  const query = 'mutation { exportData(input: { format: CSV }) { url } }';
  return (await client.graphql<{ exportData: { url: string } }>(query)).exportData.url;
}

describe('every answer', () => {
  it.each(answers)('keeps others out: %s (%i)', async (_, status, answer) => {
    const { status: given, headers } = await answer();
    expect(given).toBe(status);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'permissions-policy': expect.stringContaining('camera=()') as string,
    });
  });

  it.each(answers)('says nothing of what made it, and allows no other page: %s', async (_name, _status, answer) => {
    const { headers } = await answer();
    const unwanted = new Set(['server', 'x-powered-by', 'access-control-allow-origin', 'strict-transport-security']);
    expect(headers.get('vary') ?? '').not.toMatch(/origin/i);
    expect([...headers.keys()].filter((name) => unwanted.has(name))).toEqual([]);
  });
});

describe('GraphiQL, in development', () => {
  it('may run what stands in its own page, and speak with this server alone', async () => {
    const response = await ask('/graphql', { headers: { accept: 'text/html' } });
    const policy = response.headers.get('content-security-policy');
    expect(await response.text()).toContain('<script>');
    expect(policy).toMatch(
      /default-src 'none'.*script-src 'unsafe-inline'.*connect-src 'self'.*frame-ancestors 'none'/,
    );
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    expect(response.headers.get('x-frame-options')).toBe('DENY');
  });

  it('is the only one with that policy', async () => {
    const response = await post('{ me { id } }', { accept: 'text/html' });
    expect(response.headers.get('content-security-policy')).not.toContain('unsafe');
  });
});

describe('in production', () => {
  it('TLS is asked for, and no page may run anything', async () => {
    const ServerResponse = makeAnswerClass({ isProduction: true, tls: undefined, allowedOrigins: new Set() });
    const server = createServer({ ServerResponse }, (_, response) => response.end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const { headers } = await fetch(`http://127.0.0.1:${port}/graphql`, { headers: { accept: 'text/html' } });
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    server.close();
  });
});
