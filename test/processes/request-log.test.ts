import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, newEmail } from '../setup/client.ts';
import { Device } from '../setup/device.ts';
import { makeFolder } from '../setup/pair.ts';
import { startServer, type ServerProcess } from '../setup/process.ts';

type Line = {
  msg: string;
  requestId?: string;
  route?: string;
  status?: number | null;
  ms?: number;
  bytesIn?: number;
  bytesOut?: number;
  type?: string;
  field?: string;
  codes?: string[];
  userId?: string;
  deviceId?: string;
};

const uuid = /^[0-9a-f-]{36}$/;

describe('the log of requests', () => {
  const folder = makeFolder();
  let server: ServerProcess;
  let client: Client;

  beforeAll(async () => {
    server = await startServer({ DATA_DIR: folder.path, LOG_LEVEL: 'info', LOG_REQUESTS: 'on' });
    client = await Client.register(server.url);
  });
  afterAll(async () => {
    await server?.kill('SIGKILL');
    folder.remove();
  });

  const lines = () =>
    server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Line);
  const served = /^(request|operation|socket)$/;
  const lineOf = async (requestId: string) => {
    const find = () => lines().filter((line) => line.requestId === requestId && served.test(line.msg));
    await expect.poll(find).toHaveLength(1);
    return find()[0]!;
  };
  const post = (query: string, headers: Record<string, string> = {}, path = '/graphql') =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...client.headers, ...headers },
      body: JSON.stringify({ query }),
    });
  const idOf = (response: Response) => response.headers.get('x-request-id')!;

  it('has a line for each, with who asked for what, how it went and how long it took', async () => {
    const response = await post('query AnyName { metrics { edges { cursor } } }');
    const line = await lineOf(idOf(response));
    expect(line).toMatchObject({
      msg: 'request',
      requestId: expect.stringMatching(uuid) as string,
      route: 'POST /graphql',
      status: 200,
      ms: expect.any(Number) as number,
      type: 'query',
      field: 'metrics',
      userId: client.userId,
      deviceId: client.session!.device.id,
    });
    expect(line.bytesIn).toBe(JSON.stringify({ query: 'query AnyName { metrics { edges { cursor } } }' }).length);
    expect(line.bytesOut).toBeGreaterThan(100);
    expect(line.codes).toBeUndefined();
  });

  it.each([
    ['a syntax error', '{ me {', 'INVALID_INPUT'],
    ['an unknown field', '{ nothing }', 'INVALID_INPUT'],
    ['a refusal', 'mutation { deleteEntry(id: "00000000-0000-7000-8000-000000000000") }', 'NOT_FOUND'],
    [
      'too large a document',
      `{ ${Array.from({ length: 60 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
      'TOO_COSTLY',
    ],
  ])('names the code of %s, on whichever way it was found', async (_, query, code) => {
    for (const headers of [{}, { accept: 'text/plain, application/json' }] as Record<string, string>[])
      expect(await lineOf(idOf(await post(query, headers)))).toMatchObject({ codes: [code] });
  });

  it('has a line for each socket and each operation on it, with one number', async () => {
    const device = await Device.connect(client, {
      headers: { 'x-request-id': '11111111-2222-4333-8444-555555555555' },
    });
    device.subscribe('1', '{ metrics { edges { cursor } } }');
    await expect.poll(() => device.answers('1').length + device.messages.length).toBeGreaterThan(0);
    device.subscribe('2', '{ nothing }');
    await expect.poll(() => device.answers('2').length).toBeGreaterThan(0);
    device.close();
    const socket = '11111111-2222-4333-8444-555555555555';
    expect(await lineOf(`${socket}:1`)).toMatchObject({ msg: 'operation', type: 'query', field: 'metrics' });
    expect(await lineOf(`${socket}:2`)).toMatchObject({ msg: 'operation', codes: ['INVALID_INPUT'] });
    expect(await lineOf(socket)).toMatchObject({ msg: 'socket', status: 1006, userId: client.userId });
  });

  it('takes the id of a proxy when it is one, and nothing else', async () => {
    const ids = ['0af7651916cd43dd8448eb211c80319c', '0af76519-16cd-43dd-8448-eb211c80319c'];
    for (const id of ids) expect(idOf(await post('{ me { id } }', { 'x-request-id': id }))).toBe(id);
    for (const id of ['planted-4711', 'x'.repeat(300), `${ids[0]}0`, client.session!.refreshToken, '{"a":1}']) {
      const own = idOf(await post('{ me { id } }', { 'x-request-id': id }));
      expect(own).toMatch(uuid);
      expect(own).not.toBe(id);
    }
  });

  it('says of a client that left before its answer that it was gone', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const id = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{`,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
    expect(await lineOf(id)).toMatchObject({ status: null, route: 'POST /graphql' });
  });

  it('holds nothing that anybody wrote: neither names of operations nor addresses, tokens, headers or texts', async () => {
    const planted = 'planted4711';
    const email = newEmail();
    const headers = {
      'x-request-id': planted,
      'user-agent': planted,
      referer: planted,
      'x-forwarded-for': '198.51.100.7',
    };
    await post(`query ${planted} { ${planted}: me { id } }`, headers);
    await post(`query ${planted} { ${planted} }`, headers);
    await post(`{ me { id } }`, headers, `/graphql?${planted}=${planted}`);
    await post(`{ me { id } }`, headers, `/${planted}`);
    await post(`{ me { id } }`, { ...headers, authorization: `Bearer ${planted}` });
    await post(`mutation ${planted} { login(input: { email: "${email}", password: "${planted}" }) { accessToken } }`);
    for (const path of [
      `/exports/${planted}`,
      `/uploads/${planted}`,
      `/imports/${planted}?token=${planted}`,
      `/%70${planted}`,
    ])
      for (const method of ['GET', 'PUT', 'OPTIONS'])
        await (
          await fetch(`${server.url}${path}`, { method, headers, ...(method === 'PUT' && { body: planted }) })
        ).text();
    const device = await Device.connect(client, { headers });
    device.subscribe(planted, `query ${planted} { ${planted}: metrics { edges { cursor } } }`, { [planted]: planted });
    await expect.poll(() => device.messages.length).toBeGreaterThan(0);
    device.socket.close(4999, planted);
    const last = idOf(await post('{ me { id } }'));
    await lineOf(last);
    await expect.poll(() => lines().filter((line) => line.msg === 'socket').length).toBeGreaterThan(1);
    const output = server.output();
    expect(lines().length).toBeGreaterThan(20);
    for (const secret of [
      planted,
      email,
      '198.51.100.7',
      '127.0.0.1:',
      client.session!.accessToken,
      client.session!.refreshToken,
    ])
      expect(output.replace(/Lifegraph is running at \S+/, '')).not.toContain(secret);
    const known = 'level time requestId msg route status bytesIn bytesOut ms type field codes userId deviceId'.split(
      ' ',
    );
    const keys = lines().flatMap((line) => (served.test(line.msg) ? Object.keys(line) : []));
    expect(keys.filter((key) => !known.includes(key))).toEqual([]);
  });

  it('leaves out what balancers ask all day', async () => {
    const response = await fetch(`${server.url}/health/ready`);
    await lineOf(idOf(await post('{ me { id } }')));
    expect(lines().filter((line) => line.requestId === idOf(response))).toEqual([]);
  });
});
