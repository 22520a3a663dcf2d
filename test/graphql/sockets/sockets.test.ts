import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startApp, type App } from '../../setup/app.ts';
import { Client, goodPassword } from '../../setup/client.ts';
import { Device } from '../../setup/device.ts';

describe('a socket', () => {
  let app: App;
  let client: Client;

  beforeAll(async () => {
    app = await startApp();
    client = await Client.register(app.url);
  });
  afterAll(() => app.stop());

  const open = async (path = '/graphql', protocol = 'graphql-transport-ws') => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}${path}`, protocol);
    await once(socket, 'open');
    return socket;
  };
  const closing = async (socket: WebSocket) => (await once(socket, 'close'))[0] as number;
  const init = () => JSON.stringify({ type: 'connection_init', payload: client.headers });

  it.each([
    ['no JSON', 'x'],
    ['an unknown message', '{"type":"x"}'],
    ['an operation without a document', '{"id":"1","type":"subscribe","payload":{}}'],
  ])('that sends %s is closed (4400)', async (_, message) => {
    const socket = await open();
    socket.send(init());
    await once(socket, 'message');
    socket.send(message);
    expect(await closing(socket)).toBe(4400);
  });

  it('of another protocol or path is refused', async () => {
    await expect(open('/graphql', 'graphql-ws')).rejects.toThrow('subprotocol');
    await expect(open('/elsewhere')).rejects.toThrow(/40[04]/);
  });

  it('runs several operations side by side, and stops one alone', async () => {
    const socket = await open();
    const seen: string[] = [];
    socket.on('message', (data: Buffer) => {
      const { id, type } = JSON.parse(data.toString()) as { id?: string; type: string };
      if (id) seen.push(`${id} ${type}`);
    });
    socket.send(init());
    const subscribe = (id: string, after: number) =>
      socket.send(
        JSON.stringify({
          id,
          type: 'subscribe',
          payload: { query: `subscription { changes(after: ${after}) { seq } }` },
        }),
      );
    await once(socket, 'message');
    subscribe('a', 0);
    subscribe('b', 0);
    await expect.poll(() => seen.toSorted()).toEqual(['a next', 'b next']);
    socket.send(JSON.stringify({ id: 'a', type: 'complete' }));
    await client.createMetric();
    await expect.poll(() => seen.toSorted()).toEqual(['a next', 'b next', 'b next']);
    socket.close();
  });

  it.each([
    [
      'a new password',
      `changePassword(currentPassword: "${goodPassword}", newPassword: "${goodPassword}!") { refreshToken }`,
    ],
    ['signing out', 'logout'],
  ])('gets the answer to %s before it is closed (4401)', async (_, field) => {
    const device = await Device.connect(await Client.register(app.url));
    device.subscribe('1', `mutation { ${field} }`);
    expect((await device.closed).code).toBe(4401);
    expect(device.messages[0]).toMatchObject({ id: '1', type: 'next', payload: { data: expect.anything() } });
  });

  it('is told to come again (1012) when the server stops', async () => {
    const other = client.follow(0);
    await other.take(1);
    await app.stop();
    expect(await other.closed).toMatchObject({ code: 1012 });
    app = await startApp();
    client = await Client.register(app.url);
  });
});
