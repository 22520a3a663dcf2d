import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { strangerBodyMax } from '../../src/graphql/http-lane.ts';
import { bodyTimeout } from '../../src/processes/slow-requests.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = await Client.register(app.url);
});
afterAll(() => app.stop());
afterEach(() => vi.useRealTimers());

type Open = { socket: Socket; received: () => string };

/** Sends a head and some bytes, and keeps the connection. */
async function open(head: string, body = ''): Promise<Open> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(`${head}\r\nhost: x\r\nauthorization: ${client.headers['authorization']}\r\n\r\n${body}`);
  await once(socket, 'connect');
  // The server is in this process, and has its turn.
  await sleep(100);
  return { socket, received: () => text };
}

const text = JSON.stringify({ query: '{ me { id } }' });
const head = (...lines: string[]) =>
  ['POST /graphql HTTP/1.1', 'content-type: application/json', ...lines].join('\r\n');
const sized = `content-length: ${text.length}`;

describe('23: a body that comes byte by byte', () => {
  const kinds: [name: string, head: string][] = [
    ['to the lane', head(sized)],
    ['to the lane, without a length', head('transfer-encoding: chunked')],
    ['to Yoga', head(sized, 'accept: multipart/mixed')],
    ['to nowhere', `POST /nowhere HTTP/1.1\r\n${sized}`],
    ['to health', `GET /health/live HTTP/1.1\r\n${sized}`],
  ];

  it.each(kinds)('is cut off after %s', async (_, sent) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { socket } = await open(sent);
    expect(socket.closed).toBe(false);
    vi.advanceTimersByTime(bodyTimeout - 1);
    await sleep(50);
    expect(socket.closed).toBe(false);
    vi.advanceTimersByTime(1);
    await expect.poll(() => socket.closed, { timeout: 2000 }).toBe(true);
  });

  it('is told why', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { socket, received } = await open(head(sized), text.slice(0, 5));
    vi.advanceTimersByTime(bodyTimeout);
    await once(socket, 'close');
    expect(received()).toMatch(/^HTTP\/1.1 408 [\s\S]*did not come in time/);
  });

  it('is taken when it is whole in time, and the connection serves on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { socket, received } = await open(head(sized), text.slice(0, 5));
    vi.advanceTimersByTime(bodyTimeout - 1);
    socket.write(text.slice(5));
    await expect.poll(received).toContain(client.userId);
    vi.advanceTimersByTime(1000);
    socket.write(`${head(sized)}\r\nhost: x\r\n\r\n${text}`);
    await expect.poll(() => received().match(/HTTP\/1.1 200/g)).toHaveLength(2);
    socket.destroy();
  });

  it('may take its time as a file with a link of its own', async () => {
    const query = 'mutation { createImport(input: { format: CSV }) { id uploadUrl } }';
    const link = await client.graphql<{ createImport: { uploadUrl: string } }>(query);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { socket } = await open(`PUT ${link.createImport.uploadUrl} HTTP/1.1\r\ncontent-length: 1000`, 'date,');
    vi.advanceTimersByTime(bodyTimeout * 2);
    await sleep(100);
    expect(socket.closed).toBe(false);
    socket.destroy();
  });
});

describe('23: a large body', () => {
  const padded = (bytes: number) => {
    const [before, after] = ['{"query":"{ __typename }","variables":{"x":"', '"}}'];
    return `${before}${'x'.repeat(bytes - before.length - after.length)}${after}`;
  };
  const post = (body: string | ReadableStream, headers: Record<string, string>) =>
    fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      duplex: 'half',
    } as RequestInit);
  const stream = (bytes: number) => new Blob([padded(bytes)]).stream();
  const dead = `Bearer ${'x'.repeat(20)}.${'y'.repeat(20)}.${'z'.repeat(20)}`;

  it.each(['application/json', 'multipart/mixed'])('is taken from who has a token (%s)', async (accept) => {
    const headers = { ...client.headers, accept };
    expect((await post(padded(strangerBodyMax * 10), headers)).status).toBe(200);
    expect((await post(stream(strangerBodyMax * 10), headers)).status).toBe(200);
  });

  it.each(['application/json', 'multipart/mixed'])('is refused without one (%s)', async (accept) => {
    for (const body of [padded(strangerBodyMax + 1), stream(strangerBodyMax + 1)]) {
      const response = await post(body, { accept });
      expect(response.status).toBe(413);
      expect(await response.text()).toContain('TOO_COSTLY');
    }
    for (const body of [padded(strangerBodyMax), stream(strangerBodyMax)])
      expect((await post(body, { accept })).status).toBe(200);
  });

  it('is UNAUTHENTICATED with a token that is none: to sign in again helps, to send less does not', async () => {
    for (const authorization of [dead, 'Bearer', 'Basic x']) {
      const response = await post(padded(strangerBodyMax + 1), { authorization });
      expect(response.status).toBe(401);
      expect(await response.text()).toContain('UNAUTHENTICATED');
    }
  });

  it('is refused before it has come', async () => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.write(`${head('host: x', `content-length: ${strangerBodyMax + 1}`)}\r\n\r\n`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toContain('413');
    socket.destroy();
  });

  it('leaves a stranger room to sign in, and readers of small things alone', async () => {
    const dying = await post(JSON.stringify({ query: '{ me { id } }' }), { authorization: dead });
    expect(dying.status).toBe(401);
    expect((await Client.register(app.url)).userId).toBeTruthy();
  });
});
