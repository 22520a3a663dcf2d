import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { Device } from '../setup/device.ts';

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = await Client.register(app.url);
});
afterAll(() => app.stop());

const open = async () => {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  return socket;
};
const closing = async (socket: WebSocket) => (await once(socket, 'close'))[0] as number;
const init = () => JSON.stringify({ type: 'connection_init', payload: client.headers });
const subscribe = JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ me { id } }' } });

/** Somebody who uses a socket as it is meant, whatever others do. */
async function expectOthersServed(): Promise<void> {
  const device = await Device.connect(client);
  device.subscribe('1', '{ me { id } }');
  await expect.poll(() => device.answers('1')).toMatchObject([{ type: 'complete' }]);
  device.close();
}

describe('24: a socket', () => {
  it('that introduces itself once is served', expectOthersServed);

  it('that says nothing is closed (4408)', async () => {
    expect(await closing(await open())).toBe(4408);
  });

  it('that says nothing but pings is closed (4408)', async () => {
    const socket = await open();
    const pinging = setInterval(() => socket.send(JSON.stringify({ type: 'ping' })), 200);
    expect(await closing(socket)).toBe(4408);
    clearInterval(pinging);
  });

  it('that introduces itself twice is closed (4429)', async () => {
    const socket = await open();
    socket.send(init());
    await once(socket, 'message');
    socket.send(init());
    expect(await closing(socket)).toBe(4429);
  });

  it('that introduces itself twice without waiting is closed (4429)', async () => {
    const socket = await open();
    for (let i = 0; i < 2; i += 1) socket.send(init());
    expect(await closing(socket)).toBe(4429);
  });

  it.each([
    ['no token', {}],
    ['no payload', undefined],
    ['a number', { authorization: 7 }],
    ['a list', { authorization: ['Bearer a.b.c'] }],
    ['a token of nobody', { authorization: 'Bearer a.b.c' }],
    ['its token as a prototype', JSON.parse('{"__proto__":{"authorization":"Bearer a.b.c"}}') as object],
  ])('that brings %s is closed (4401)', async (_, payload) => {
    const socket = await open();
    socket.send(JSON.stringify({ type: 'connection_init', payload }));
    expect(await closing(socket)).toBe(4401);
  });

  it('that subscribes before it introduced itself is closed (4401)', async () => {
    const socket = await open();
    socket.send(subscribe);
    expect(await closing(socket)).toBe(4401);
  });

  it('that does not wait until it is let in is served nothing before', async () => {
    const socket = await open();
    const seen: string[] = [];
    socket.on('message', (data: Buffer) => seen.push((JSON.parse(String(data)) as { type: string }).type));
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer a.b.c' } }));
    socket.send(subscribe);
    expect(await closing(socket)).toBe(4401);
    expect(seen).toEqual([]);
  });
});

/** A socket by hand, for frames that no library would send. */
async function openRaw(introduce: boolean): Promise<{ socket: Socket; write: (frame: Buffer) => void }> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const head = [
    'GET /graphql HTTP/1.1',
    'host: x',
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-protocol: graphql-transport-ws',
    `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  if (introduce) {
    socket.write(frameOf(1, true, Buffer.from(init())));
    await once(socket, 'data');
  }
  return { socket, write: (frame) => void socket.write(frame) };
}

/** One frame, masked with nothing, as a client may. */
function frameOf(opcode: number, isLast: boolean, payload: Buffer): Buffer {
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([(isLast ? 0x80 : 0) | opcode, ...size, 0, 0, 0, 0]), payload]);
}

describe('25: a flood on a socket', () => {
  it.each([
    ['before it is let in', false],
    ['from somebody who is signed in', true],
  ])('of tiny fragments %s is cut off, long before they fill the memory', async (_, introduce) => {
    const { socket, write } = await openRaw(introduce);
    let said = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => (said = Buffer.concat([said, chunk])));
    const closed = once(socket, 'close');
    write(frameOf(1, false, Buffer.from(' ')));
    const many = Buffer.concat(Array.from({ length: 1000 }, () => frameOf(0, false, Buffer.from(' '))));
    let sent = 0;
    while (!socket.destroyed && !said.includes(Buffer.from([0x88])) && sent < 300) {
      write(many);
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect(said.includes(Buffer.from([0x88])) || socket.destroyed).toBe(true);
    // 300,000 would still be far less than the bytes that a message may have.
    expect(sent).toBeLessThan(300);
    await expectOthersServed();
  });

  it('of a message in a few fragments is none', async () => {
    const { socket, write } = await openRaw(true);
    const text = Buffer.from(subscribe);
    const answered = once(socket, 'data');
    write(frameOf(1, false, text.subarray(0, 9)));
    for (let i = 9; i < text.length; i += 9) write(frameOf(0, i + 9 >= text.length, text.subarray(i, i + 9)));
    expect(String((await answered)[0])).toContain(client.userId);
    socket.destroy();
  });

  it('of more than a megabyte in one message closes it (1009)', async () => {
    const socket = await open();
    socket.send('x'.repeat(1024 * 1024 + 1));
    expect(await closing(socket)).toBe(1009);
    await expectOthersServed();
  });

  it('of compressed bytes cannot be: none are agreed on', async () => {
    const options = { perMessageDeflate: true };
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', options);
    await once(socket, 'open');
    expect(socket.extensions).toBe('');
    socket.terminate();
  });
});
