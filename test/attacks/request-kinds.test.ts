import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { Device } from '../setup/device.ts';

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await Client.register(app.url);
});

const mutation = 'mutation { createMetric(input: { name: "smuggled", type: NUMBER }) { id } }';
const body = JSON.stringify({ query: mutation });
const inAddress = `/graphql?query=${encodeURIComponent(mutation)}`;
const hash = createHash('sha256').update(mutation).digest('hex');
const persisted = { persistedQuery: { version: 1, sha256Hash: hash } };
const countMetrics = async () =>
  (await client.graphql<{ metrics: { edges: object[] } }>('{ metrics { edges { cursor } } }')).metrics.edges.length;

type Asked = { method?: string; headers?: Record<string, string>; body?: RequestInit['body']; path?: string };
const ask = ({ method = 'POST', headers = {}, path = '/graphql', ...rest }: Asked) =>
  fetch(`${app.url}${path}`, { method, headers: { ...client.headers, ...headers }, ...rest } as RequestInit);
const typed = (type: string, text: string): Asked => ({ headers: { 'content-type': type }, body: text });
const json = (text: string): Asked => typed('application/json', text);

/** As the specification of uploads in GraphQL has it. */
const form = () => {
  const data = new FormData();
  data.set('operations', body);
  data.set('map', '{}');
  return data;
};

const requests: Record<string, () => Asked> = {
  '17: a mutation by GET': () => ({ method: 'GET', path: inAddress }),
  '17: a mutation by GET that says it is JSON': () => ({
    method: 'GET',
    path: inAddress,
    headers: { 'content-type': 'application/json', 'x-apollo-operation-name': 'x' },
  }),
  '17: a mutation by HEAD': () => ({ method: 'HEAD', path: inAddress }),
  '17: a mutation in the address of a POST': () => ({ path: inAddress }),
  '17: a mutation in the address of a JSON POST': () => ({ ...json('{}'), path: inAddress }),
  '17: a mutation by GET that asks to be a POST': () => ({
    method: 'GET',
    path: `${inAddress}&_method=POST`,
    headers: { 'x-http-method-override': 'POST' },
  }),
  '17: a form': () => typed('application/x-www-form-urlencoded', new URLSearchParams({ query: mutation }).toString()),
  '17: a form that is JSON': () => typed('application/x-www-form-urlencoded', body),
  '17: a multipart form': () => ({ body: form() }),
  '17: a multipart form of parameters': () => {
    const data = new FormData();
    data.set('query', mutation);
    return { body: data };
  },
  '17: plain text': () => typed('text/plain', body),
  '17: plain text that mentions JSON': () => typed('text/plain; application/json', body),
  '17: plain text of JSON': () => typed('text/plain;charset=application/json', body),
  '17: no content type': () => ({ body: new Blob([body]).stream(), duplex: 'half' }) as Asked,
  '17: a bare document': () => typed('application/graphql', mutation),
  '17: something that begins like JSON': () => typed('application/jsonp', body),
  '17: XML': () => typed('text/xml', body),
  '17: PUT': () => ({ ...json(body), method: 'PUT' }),
  '17: PATCH': () => ({ ...json(body), method: 'PATCH' }),
  '17: DELETE': () => ({ ...json(body), method: 'DELETE' }),
  '17: no query': () => json('{}'),
  '17: JSON that is none': () => json('{"query": '),
  '17: a persisted query by its hash': () => json(JSON.stringify({ extensions: persisted })),
  '17: a persisted query by GET': () => ({
    method: 'GET',
    path: `/graphql?extensions=${encodeURIComponent(JSON.stringify(persisted))}`,
  }),
  '17: a persisted query that is registered by GET': () => ({
    method: 'GET',
    path: `${inAddress}&extensions=${encodeURIComponent(JSON.stringify(persisted))}`,
  }),
  '17: a document by id': () => json(JSON.stringify({ id: hash, documentId: hash, query: mutation })),
  '18: a batch': () => json(`[${body},${body}]`),
  '18: a batch of one': () => json(`[${body}]`),
  '18: a batch that is an object': () => json(JSON.stringify({ 0: { query: mutation }, length: 1 })),
  '18: a batch as query': () => json(JSON.stringify({ query: [mutation, mutation] })),
  '18: a batch of variables': () => json(JSON.stringify({ query: mutation, variables: [{}, {}] })),
  '18: two documents after each other': () => json(`${body}${body}`),
  '18: two documents on lines': () => json(`${body}\n${body}`),
};

describe('a request of another kind', () => {
  it('17, 18: (the same mutation, sent as it should be) writes', async () => {
    for (const type of ['application/json', 'application/json; charset=UTF-8'])
      expect((await ask(typed(type, body))).status).toBe(200);
    expect(await countMetrics()).toBe(2);
  });

  it.each(Object.keys(requests))('%s: is refused, writes nothing, and is told nothing of the inside', async (name) => {
    const response = await ask(requests[name]!());
    const text = await response.text();
    // With the older media type the answer to something that GraphQL itself refuses says 200.
    const isRefused = response.status === 200 ? text.startsWith('{"errors":') : response.status < 500;
    expect([isRefused, text.includes('"data"')]).toEqual([true, false]);
    expect(text).not.toMatch(/node_modules|at async|\.ts:/);
    expect(await countMetrics()).toBe(0);
  });
});

describe('17, 18, 21: on a socket', () => {
  const message = (payload: unknown) => JSON.stringify({ id: '1', type: 'subscribe', payload });
  const refused: Record<string, string | Buffer> = {
    'a batch of messages': `[${message({ query: mutation })}]`,
    'a batch as payload': message([{ query: mutation }, { query: mutation }]),
    'a batch as query': message({ query: [mutation] }),
    'a hash in place of a document': message({ extensions: persisted }),
    'two messages in one': `${message({ query: mutation })}${message({ query: mutation })}`,
    'a message of another protocol': JSON.stringify({ id: '1', type: 'start', payload: { query: mutation } }),
  };

  it.each(Object.entries(refused))('%s closes it (4400), and writes nothing', async (_, text) => {
    const device = await Device.connect(client);
    device.socket.send(text);
    expect((await device.closed).code).toBe(4400);
    expect(await countMetrics()).toBe(0);
  });

  it('one operation writes, and its id twice at once closes it (4409)', async () => {
    const device = await Device.connect(client);
    device.subscribe('1', mutation);
    await expect.poll(() => device.answers('1')).toMatchObject([{ type: 'complete' }]);
    expect(await countMetrics()).toBe(1);
    for (let i = 0; i < 2; i += 1) device.subscribe('2', 'subscription { changes { seq } }');
    expect((await device.closed).code).toBe(4409);
  });
});
