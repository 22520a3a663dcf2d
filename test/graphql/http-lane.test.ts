import { once } from 'node:events';
import { createServer, request as sendRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHttpLane } from '../../src/graphql/http-lane.ts';
import { Pipeline } from '../../src/graphql/pipeline.ts';
import { createAddressReader } from '../../src/platform/client-address.ts';
import { loadSchema } from '../../src/graphql/schema.ts';
import { bodyMax, createGraphqlServer, type GraphqlServer } from '../../src/graphql/server.ts';
import { newId } from '../../src/kernel/ids.ts';
import { sql } from '../../src/platform/database/database.ts';
import { makeAnswerClass } from '../../src/processes/headers.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { accepts, create, json, me, op, requestsOf, type Request } from './http-requests.ts';

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

let app: App;
let client: Client;
let pipeline: Pipeline;
let graphql: GraphqlServer;
let yoga: Server;
let metricId: string;

beforeAll(async () => {
  app = await startApp();
  client = await Client.register(app.url);
  metricId = (await client.createMetric()).id;
  pipeline = new Pipeline(await loadSchema());
  graphql = createGraphqlServer(pipeline, false);
  const ServerResponse = makeAnswerClass({ isProduction: false, tls: undefined, allowedOrigins: new Set() });
  yoga = createServer({ ServerResponse }, (request, response) => void graphql(request, response));
  yoga.listen(0, '127.0.0.1');
  await once(yoga, 'listening');
});
afterAll(async () => {
  yoga.close();
  await app.stop();
});
afterEach(() => vi.restoreAllMocks());

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Sends exactly these headers and bytes, and gives back the bytes that come. */
async function send(url: string, { body, headers = {}, path = '/graphql', method = 'POST' }: Request): Promise<Answer> {
  const all = { 'content-type': 'application/json', authorization: client.headers['authorization']!, ...headers };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  const request = sendRequest(`${url}${path}`, { method, headers: given, agent: false });
  // A large body may be refused before it is sent.
  request.on('error', () => undefined);
  request.end(body);
  const [response] = (await once(request, 'response')) as [
    NodeJS.ReadableStream & Omit<Answer, 'body'> & { statusCode: number },
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

/** What may differ: when it was sent, which request it answers, and how the connection is used. */
function comparable({ status, headers, body }: Answer): object {
  const {
    date: _d,
    connection: _c,
    'keep-alive': _k,
    'transfer-encoding': _t,
    'content-length': _l,
    'x-request-id': _r,
    ...rest
  } = headers;
  // A failure of ours has an id of its own each time.
  return { status, headers: rest, body: body.toString('latin1').replace(/"correlationId":"[^"]+"/, '') };
}

/** The answers of the lane and of Yoga alone to the same bytes. */
async function askBoth(request: Request): Promise<{ lane: object; alone: object; status: number; text: string }> {
  const answer = await send(app.url, request);
  const alone = comparable(await send(urlOf(yoga), request));
  return { lane: comparable(answer), alone, status: answer.status, text: answer.body.toString() };
}

const requests = requestsOf(() => metricId);

describe('the lane and Yoga', () => {
  it.each(Object.keys(requests))('answer alike, to the byte: %s', async (name) => {
    const request = requests[name]!();
    const { headers } = request;
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const { lane, alone } = await askBoth({ ...request, headers: { accept, ...headers } });
      expect(lane).toEqual(alone);
    }
  });

  it.each(accepts)('answer alike who accepts "%s"', async (accept) => {
    const asked: Request[] = [
      op(me),
      op('{ entry(id: "x") { id } entries(first: 9999) { edges { cursor } } }'),
      op('{ nothing }'),
      op('query ($id: ID!) { metric(id: $id) { id } }'),
      op('subscription { changes(after: 0) { seq } }'),
      { ...op(me), headers: { authorization: 'Bearer a.b.c' } },
    ];
    for (const request of asked) {
      const { lane, alone } = await askBoth({ ...request, headers: { accept, ...request.headers } });
      expect(lane).toEqual(alone);
    }
  });

  it.each(['GET', 'PUT', 'OPTIONS', 'DELETE', 'PATCH'])('answer alike to %s', async (method) => {
    const path = `/graphql?query=${encodeURIComponent(me)}`;
    for (const request of [op(me), { body: '', path, headers: { 'content-type': '' } }]) {
      const { lane, alone } = await askBoth({ ...request, method });
      expect(lane).toEqual(alone);
    }
  });

  it('answer alike when the operation breaks, and when the session cannot be looked up', async () => {
    const { query } = sql;
    for (const pattern of [/FROM entries/, /FROM sessions/]) {
      const spy = vi
        .spyOn(sql, 'query')
        .mockImplementation((text, ...rest) =>
          pattern.test(text)
            ? Promise.reject(Object.assign(new Error('planted'), { code: '57P03' }))
            : query(text, ...rest),
        );
      const request = op(`{ me { id } entry(id: "${newId()}") { id } }`);
      const stranger = await Client.register(app.url);
      const headers = { authorization: stranger.headers['authorization']! };
      const { lane, alone, text } = await askBoth({ ...request, headers });
      expect(lane).toEqual(alone);
      expect(text).toContain('UNAVAILABLE');
      spy.mockRestore();
    }
  });

  it('write alike: the same entry, made once', async () => {
    const id = newId();
    const query =
      'mutation ($input: CreateEntryInput!) { createEntry(input: $input) { id date value notes tags version } }';
    const variables = { input: { id, metricId, date: '2026-11-21', value: 3, notes: 'Ärger 🌧️', tags: ['a'] } };
    const created = await askBoth(op(query, { variables }));
    expect(created.lane).toEqual(created.alone);
    expect(created.text).toContain(`"id":"${id}"`);
    const refused = await askBoth(op(query, { variables: { input: { ...variables.input, value: 4 } } }));
    expect(refused.lane).toEqual(refused.alone);
    expect(refused.text).toContain('CONFLICT');
  });
});

describe('the lane', () => {
  /** A lane of its own, whose Yoga must not be asked. */
  async function ask(request: Request): Promise<Answer & { isAskedOfYoga: boolean }> {
    const isAsked = vi.fn<() => void>();
    const watched = new Proxy(graphql, {
      apply: (target, self, parameters) => (isAsked(), Reflect.apply(target as never, self, parameters) as unknown),
      get: (target, name, self) => {
        if (name === 'fetch') isAsked();
        return Reflect.get(target, name, self) as unknown;
      },
    });
    const lane = createServer(
      (incoming, response) => void createHttpLane(pipeline, watched, createAddressReader(0))(incoming, response),
    );
    lane.listen(0, '127.0.0.1');
    await once(lane, 'listening');
    const answer = await send(urlOf(lane), request);
    lane.close();
    return { ...answer, isAskedOfYoga: isAsked.mock.calls.length > 0 };
  }

  it.each([
    'data',
    'extensions',
    'partial data with errors',
    'a missing variable',
    'unicode',
    'a dead token',
    'no token',
  ])('is what answers (%s): Yoga is not asked', async (name) => {
    expect(await ask(requests[name]!())).toMatchObject({ isAskedOfYoga: false });
  });

  it.each(['a syntax error', 'a subscription', 'a batch', 'two operations without a name', 'an unknown parameter'])(
    'leaves to Yoga what cannot run (%s)',
    async (name) => {
      expect(await ask(requests[name]!())).toMatchObject({ isAskedOfYoga: true });
    },
  );

  it('is taken by what clients send: content type and Accept of the usual libraries', async () => {
    for (const accept of accepts.slice(0, 3).concat('application/graphql-response+json, application/json;q=0.9'))
      for (const type of ['application/json', 'application/json; charset=utf-8'])
        expect(await ask({ ...op(me), headers: { accept, 'content-type': type } })).toMatchObject({
          isAskedOfYoga: false,
        });
  });

  it('keeps the connection for the next request, whatever became of the last', async () => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    const write = (body: string) =>
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    for (const body of [json({ query: me }), '{', json({ query: '{ nothing }' }), json({ query: me })]) write(body);
    await expect.poll(() => received.match(/HTTP\/1\.1 \d+/g)).toHaveLength(4);
    socket.destroy();
  });
});

describe('a body that is too large', () => {
  const padded = (bytes: number) => {
    const [before, after] = [`{"query":"{ me { id } }","variables":{"x":"`, '"}}'];
    return Buffer.concat([
      Buffer.from(before),
      Buffer.alloc(bytes - before.length - after.length, 120),
      Buffer.from(after),
    ]);
  };

  it.each(['application/json', 'multipart/mixed'])(
    'is TOO_COSTLY (413), with a length and without (%s)',
    async (accept) => {
      const body = padded(bodyMax + 1);
      const lengths: Record<string, string>[] = [
        { 'content-length': `${body.length}` },
        { 'transfer-encoding': 'chunked' },
      ];
      for (const length of lengths) {
        const { lane, alone, status, text } = await askBoth({ body, headers: { accept, ...length } });
        expect(lane).toEqual(alone);
        expect(status).toBe(413);
        expect(text).toContain('"extensions":{"code":"TOO_COSTLY"}');
      }
    },
  );

  it('is not refused at the limit itself', async () => {
    const { lane, alone, status } = await askBoth({ body: padded(bodyMax) });
    expect(lane).toEqual(alone);
    expect(status).toBe(200);
  });

  it('holds the fullest batch of entries', () => {
    const full = { metricId, date: '2026-11-21', time: '12:00:00', value: 1, id: newId(), notes: 'x'.repeat(10_000) };
    const input = Array.from({ length: 1000 }, () => ({
      ...full,
      tags: Array.from({ length: 50 }, () => 'x'.repeat(60)),
    }));
    expect(Buffer.byteLength(json({ query: create, variables: { input } }))).toBeLessThan(bodyMax);
  });

  it('is not gathered: a request that announces much and leaves does no harm', async () => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{"query"`,
    );
    await once(socket, 'connect');
    socket.destroy();
    expect(await client.seq()).toBeGreaterThan(1);
  });
});
