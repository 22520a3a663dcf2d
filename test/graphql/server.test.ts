import type { ExecutionResult } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadSchema } from '../../src/graphql/schema.ts';
import { newId } from '../../src/kernel/ids.ts';
import { sql } from '../../src/platform/database/database.ts';
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
  it('is where the first address leads', async () => {
    const response = await fetch(app.url, { redirect: 'manual' });
    expect([200, 302]).toContain(response.status);
    expect((await fetch(`${app.url}/nowhere`)).status).toBe(404);
  });
});
