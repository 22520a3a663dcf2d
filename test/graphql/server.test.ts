import type { ExecutionResult } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Pipeline } from '../../src/graphql/pipeline.ts';
import { loadSchema } from '../../src/graphql/schema.ts';
import { createGraphqlServer } from '../../src/graphql/server.ts';
import { newId } from '../../src/kernel/ids.ts';
import { sql } from '../../src/platform/database.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { refusalOf } from '../setup/refusals.ts';

let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp();
  client = await Client.register(app.url);
});
afterAll(() => app.stop());
afterEach(() => vi.restoreAllMocks());

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...client.headers, ...headers },
    body,
  });

/** Fails the statements that match, the session's own check not among them. */
function breakStatements(pattern: RegExp, error: Error): void {
  const query = sql.query;
  vi.spyOn(sql, 'query').mockImplementation((text, ...rest) =>
    pattern.test(text) ? Promise.reject(error) : query(text, ...rest),
  );
}

describe('a failure that is nobody’s business', () => {
  const secret = 'planted-secret in a row';

  it('is masked with a correlation id, over HTTP and on a socket', async () => {
    breakStatements(/FROM entries/, Object.assign(new Error(secret), { detail: secret }));
    const query = '{ entries { edges { cursor } } }';
    const expected = {
      message: 'Something went wrong on our side.',
      extensions: { code: 'INTERNAL', correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
    };
    const overHttp = await client.raw(query);
    expect(overHttp).toMatchObject({ errors: [expected] });
    expect(JSON.stringify(overHttp)).not.toContain('planted');
    const socket = client.subscribe(query);
    const onSocket = await refusalOf(socket.take(1));
    expect(onSocket).toMatchObject({ code: 'INTERNAL', extensions: expected.extensions });
    expect(`${onSocket.message}${JSON.stringify(onSocket.extensions)}`).not.toContain('planted');
    await socket.close();
  });

  it('is masked in the events of a subscription too', async () => {
    const one = await Client.register(app.url);
    const metric = await one.createMetric();
    const entry = await one.createEntry({ metricId: metric.id });
    await one.deleteMetric(metric.id);
    breakStatements(/DISTINCT ON/, new Error(secret));
    const socket = one.subscribe(
      'subscription { changes(after: 2) { seq entity { ... on Entry { id metric { name } } } } }',
    );
    const refusal = await refusalOf(socket.take(1));
    expect(refusal.code).toBe('INTERNAL');
    expect(`${refusal.message}${JSON.stringify(refusal.extensions)}`).not.toContain('planted');
    expect(entry.version).toBe(1);
    await socket.close();
  });

  it('is UNAVAILABLE, and still without detail, when the database is away', async () => {
    breakStatements(/FROM entries/, Object.assign(new Error(secret), { code: '57P03' }));
    const refusal = await refusalOf(client.graphql('{ entries { edges { cursor } } }'));
    expect(refusal.code).toBe('UNAVAILABLE');
    expect(refusal.message).not.toContain('planted');
  });

  it('makes the server not ready when the database does not answer', async () => {
    expect((await fetch(`${app.url}/health/ready`)).status).toBe(200);
    breakStatements(/SELECT 1/, new Error(secret));
    const response = await fetch(`${app.url}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('database');
    expect((await fetch(`${app.url}/health/live`)).status).toBe(200);
  });
});

describe('a request of another kind', () => {
  const mutation = 'mutation { createMetric(input: { name: "smuggled", type: NUMBER }) { id } }';
  const countMetrics = async () =>
    (await client.graphql<{ metrics: { edges: object[] } }>('{ metrics { edges { cursor } } }')).metrics.edges.length;
  const form = () => {
    const data = new FormData();
    data.set('operations', JSON.stringify({ query: mutation }));
    data.set('map', '{}');
    return data;
  };
  const requests: [string, () => Promise<Response>][] = [
    [
      'a mutation by GET',
      () => fetch(`${app.url}/graphql?query=${encodeURIComponent(mutation)}`, { headers: client.headers }),
    ],
    [
      'a form',
      () =>
        post(new URLSearchParams({ query: mutation }).toString(), {
          'content-type': 'application/x-www-form-urlencoded',
        }),
    ],
    ['a multipart form', () => fetch(`${app.url}/graphql`, { method: 'POST', headers: client.headers, body: form() })],
    ['plain text', () => post(JSON.stringify({ query: mutation }), { 'content-type': 'text/plain' })],
    ['a bare document', () => post(mutation, { 'content-type': 'application/graphql' })],
    ['a batch', () => post(JSON.stringify([{ query: mutation }, { query: mutation }]))],
    ['JSON that is none', () => post('{"query": ')],
    ['no query', () => post('{}', { accept: 'application/graphql-response+json' })],
    [
      'PUT',
      () =>
        fetch(`${app.url}/graphql`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json', ...client.headers },
          body: JSON.stringify({ query: mutation }),
        }),
    ],
  ];

  it.each(requests)('(%s) is refused and writes nothing', async (_, send) => {
    const response = await send();
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(await countMetrics()).toBe(0);
  });

  it('is refused without a word of the inside', async () => {
    for (const [name, send] of requests)
      expect(await (await send()).text(), `${name}`).not.toMatch(/node_modules|at async|\.ts:/);
  });
});

describe('a visitor who is not signed in', () => {
  it.each([
    '{ metrics { edges { cursor } } }',
    '{ entries { edges { cursor } } }',
    '{ entry(id: "x") { id } }',
    '{ changes(after: 0) { lastSeq } }',
    'mutation { createMetric(input: { name: "x", type: NUMBER }) { id } }',
    'mutation { deleteEntry(id: "x") }',
    'mutation { logout }',
    'mutation { deleteAccount(password: "x") }',
  ])('is UNAUTHENTICATED, with HTTP status 401, for %s', async (query) => {
    const answer = await new Client(app.url).raw(query);
    expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(answer.errors![0]!.extensions['http']).toBeUndefined();
  });

  it('is UNAUTHENTICATED at every operation that needs no arguments, but `me`', async () => {
    const schema = await loadSchema();
    const fields = Object.values(schema.getQueryType()!.getFields()).filter((field) =>
      field.args.every((arg) => !`${arg.type}`.endsWith('!')),
    );
    expect(fields.length).toBeGreaterThan(3);
    for (const field of fields) {
      const selection = /^[[\w]*(String|Int|Boolean|ID)/.test(`${field.type}`) ? '' : '{ __typename }';
      const answer = await new Client(app.url).raw(`{ ${field.name} ${selection} }`);
      expect(answer.errors?.[0]?.extensions.code, `${field.name}`).toBe(
        field.name === 'me' ? undefined : 'UNAUTHENTICATED',
      );
    }
  });
});

describe('HTTP and WebSocket', () => {
  const operations: [string, Record<string, unknown>?][] = [
    ['{ me { id email seq createdAt } }'],
    ['query Q($id: ID!) { metric(id: $id) { id } }', { id: newId() }],
    ['{ metrics(first: 501) { edges { cursor } } }'],
    ['{ entries(after: "x") { edges { cursor } } }'],
    ['{ changes(after: 99) { lastSeq } }'],
    ['{ changes(after: 0) { changes { seq kind entity { __typename } at } lastSeq hasMore } }'],
    ['mutation { deleteEntry(id: "x") }'],
    [`mutation { createEntry(input: { metricId: "${newId()}", date: "2026-11-21", value: 1 }) { id } }`],
    ['mutation { createMetric(input: { name: "", type: NUMBER, min: 2, max: 1 }) { id } }'],
    ['mutation { createMetric(input: { name: "x", type: COLOUR }) { id } }'],
    ['query ($id: ID!) { metric(id: $id) { id } }', {}],
    ['query ($first: Int) { metrics(first: $first) { edges { cursor } } }', { first: 'many' }],
    ['query ($filter: EntryFilter) { entries(filter: $filter) { edges { cursor } } }', { filter: { from: 7 } }],
    ['{ nothing }'],
    ['{ me { id '],
    ['{ me { id } } fragment F on User { ...F }'],
    [''],
    ['query A { me { id } } query B { me { id } }'],
  ];

  it.each(operations)('answer %s alike', async (query, variables) => {
    const overHttp = await client.raw(query, variables);
    const socket = client.subscribe(query, variables);
    let onSocket: ExecutionResult<unknown, unknown> | { errors: unknown };
    try {
      onSocket = { data: (await socket.take(1))[0] };
    } catch {
      onSocket = { errors: await readRawErrors(query, variables) };
    }
    const { status: _, ...expected } = overHttp;
    expect(onSocket).toEqual(onlyGiven(expected));
    for (const error of expected.errors ?? []) expect(error.extensions.code).toMatch(/^(NOT_FOUND|INVALID_INPUT)$/);
    await socket.close();
  });

  const onlyGiven = ({ data, errors }: { data?: unknown; errors?: unknown }) => (errors ? { errors } : { data });

  /** The errors as they come over the wire, which the client library wraps. */
  async function readRawErrors(query: string, variables: unknown): Promise<unknown> {
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    return new Promise((resolve, reject) => {
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: client.headers })));
      socket.on('close', (code, reason) => reject(new Error(`closed with ${code} ${reason.toString()}`)));
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { type: string; payload: { errors?: unknown } };
        if (message.type === 'connection_ack')
          socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
        if (message.type === 'error') resolve(message.payload);
        if (message.type === 'next') resolve(message.payload.errors);
        if (message.type === 'error' || message.type === 'next') socket.removeAllListeners('close').close();
      });
    });
  }
});

describe('a subscription over plain HTTP', () => {
  it.each(['text/event-stream', 'application/json'])(
    'is refused (%s): it would outlive the session',
    async (accept) => {
      const response = await post(JSON.stringify({ query: 'subscription { changes(after: 0) { seq } }' }), { accept });
      const text = await response.text();
      expect(text).toContain('INVALID_INPUT');
      expect(text).not.toContain('"seq":1');
    },
  );
});

describe('the page for trying things out', () => {
  const ask = async (isProduction: boolean) => {
    const server = createGraphqlServer(new Pipeline(await loadSchema()), isProduction);
    const response = await server.fetch('http://localhost/graphql', { headers: { accept: 'text/html' } });
    return { status: response.status, text: await response.text() };
  };

  it('is there in development and not in production', async () => {
    const development = await ask(false);
    expect(development).toMatchObject({ status: 200, text: expect.stringContaining('Lifegraph') as string });
    expect(development.text).toContain('<html');
    const production = await ask(true);
    expect(production.text).not.toContain('<html');
    expect(production.status).toBeGreaterThanOrEqual(400);
  });

  it('is where the first address leads', async () => {
    const response = await fetch(app.url, { redirect: 'manual' });
    expect([200, 302]).toContain(response.status);
    expect((await fetch(`${app.url}/nowhere`)).status).toBe(404);
  });
});
