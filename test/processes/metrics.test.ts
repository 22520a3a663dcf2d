import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serveMetrics } from '../../src/processes/metrics-page.ts';
import { readConfig } from '../../src/config.ts';
import { sql } from '../../src/platform/database/database.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';

const token = 'a token for those who watch';
let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp({ METRICS_TOKEN: token });
  client = await Client.register(app.url);
});
afterAll(() => app.stop());

const ask = (authorization?: string) =>
  fetch(`${app.url}/metrics`, authorization ? { headers: { authorization } } : {});
const read = async () => (await ask(`Bearer ${token}`)).text();
const valueOf = (text: string, line: string) =>
  Number(
    text
      .split('\n')
      .find((each) => each.startsWith(`${line} `))
      ?.split(' ')
      .at(-1) ?? 0,
  );

describe('what is counted', () => {
  it('are operations by the field they ask for, never by the name a client gives them', async () => {
    const line = 'lifegraph_operation_seconds_count{type="query",field="me"}';
    const before = valueOf(await read(), line);
    for (const name of ['One', 'Two']) await client.graphql(`query ${name}Planted { planted: me { id } }`);
    const text = await read();
    expect(valueOf(text, line) - before).toBe(2);
    expect(text.toLowerCase()).not.toContain('planted');
  });

  it('are errors by their code', async () => {
    const line = 'lifegraph_errors_total{code="UNAUTHENTICATED"}';
    const before = valueOf(await read(), line);
    await new Client(app.url).raw('{ metrics { edges { cursor } } }');
    expect(valueOf(await read(), line) - before).toBe(1);
  });

  it('are sockets, connections to the database, and how late the event loop is', async () => {
    expect(valueOf(await read(), 'lifegraph_sockets')).toBe(0);
    const socket = client.follow(0);
    await socket.connected;
    const text = await read();
    expect(valueOf(text, 'lifegraph_sockets')).toBe(1);
    expect(valueOf(text, 'lifegraph_pool_open')).toBe(1);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    await socket.close();
  });
});

describe('what an operator is woken up by', () => {
  const countOf = async (line: string) => valueOf(await read(), line);

  it('are refusals from before the execution too, on both ways into HTTP and on sockets', async () => {
    const line = 'lifegraph_errors_total{code="INVALID_INPUT"}';
    const before = await countOf(line);
    await client.raw('{ nothing }');
    await client.raw('{ me {');
    const headers = { 'content-type': 'text/plain', ...client.headers };
    await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: '{}' });
    const socket = client.subscribe('{ nothing }');
    await expect(socket.take(1)).rejects.toThrow('INVALID_INPUT');
    await socket.close();
    expect((await countOf(line)) - before).toBe(4);
    const tooCostly = 'lifegraph_errors_total{code="TOO_COSTLY"}';
    const costly = await countOf(tooCostly);
    await client.raw(`{ ${Array.from({ length: 60 }, (_, i) => `a${i}: __typename`).join(' ')} }`);
    expect((await countOf(tooCostly)) - costly).toBe(1);
  });

  it('are answers by route and status, the routes of links without what follows', async () => {
    const line = 'lifegraph_responses_total{route="GET /exports",status="404"}';
    const before = await countOf(line);
    const other = await countOf('lifegraph_responses_total{route="GET other",status="404"}');
    await fetch(`${app.url}/exports/planted`);
    await fetch(`${app.url}/planted`);
    const text = await read();
    expect(valueOf(text, line) - before).toBeLessThanOrEqual(1);
    expect(valueOf(text, 'lifegraph_responses_total{route="GET other",status="404"}') - other).toBe(1);
    expect(text).toMatch(/lifegraph_responses_total\{route="GET \/exports",status="4\d\d"\}/);
    expect(text).not.toContain('planted');
  });

  it('are how late a change comes to those who follow, subscriptions, and sockets that were closed', async () => {
    const metric = await client.createMetric();
    const lag = await countOf('lifegraph_wakeup_lag_seconds_count');
    const closed = await countOf('lifegraph_socket_closings_total{code="1000"}');
    const socket = client.follow(await client.seq());
    await socket.connected;
    await expect.poll(() => countOf('lifegraph_subscriptions')).toBe(1);
    await client.createEntry({ metricId: metric.id });
    await socket.take(1);
    const text = await read();
    expect(valueOf(text, 'lifegraph_wakeup_lag_seconds_count') - lag).toBe(1);
    expect(valueOf(text, 'lifegraph_wakeup_lag_seconds_bucket{le="2.5"}')).toBeGreaterThan(0);
    await socket.close();
    await expect.poll(() => countOf('lifegraph_subscriptions')).toBe(0);
    await expect.poll(() => countOf('lifegraph_socket_closings_total{code="1000"}')).toBe(closed + 1);
  });

  it('are jobs that wait, for how long, and how they ended', async () => {
    await sql.query(
      `INSERT INTO pgboss.job (name, data, start_after, state, singleton_key)
       VALUES ('changes.compact', '{}', now() - interval '90 seconds', 'retry', 'planted')`,
    );
    const text = await read();
    expect(valueOf(text, 'lifegraph_jobs_waiting{job="changes.compact"}')).toBe(1);
    const lag = valueOf(text, 'lifegraph_job_lag_seconds{job="changes.compact"}');
    expect(lag).toBeGreaterThanOrEqual(90);
    expect(lag).toBeLessThan(150);
    expect(valueOf(text, 'lifegraph_jobs_waiting{job="insights.refresh"}')).toBe(0);
    expect(text).toMatch(/^lifegraph_job_lag_seconds\{job="insights.refresh"\} 0$/m);
    expect(valueOf(text, 'lifegraph_database_up')).toBe(1);
    expect(valueOf(text, 'lifegraph_redis_up')).toBe(1);
  });

  it('says nothing of jobs when the database does not answer, and is there all the same', async () => {
    vi.spyOn(sql, 'query').mockRejectedValue(new Error('planted'));
    const text = await read();
    vi.restoreAllMocks();
    expect(text).not.toContain('lifegraph_job_lag_seconds{');
    expect(text).toContain('lifegraph_sockets');
  });
});

describe('/metrics', () => {
  it.each([undefined, 'Bearer wrong', `bearer-${token}`, `Bearer ${token}x`, 'Bearer '])(
    'is not there for who comes with %j',
    async (authorization) => {
      expect((await ask(authorization)).status).toBe(404);
    },
  );

  it('is there for who has the token', async () => {
    const response = await ask(`Bearer ${token}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/plain');
  });

  it('without a token is there for this machine in development, and for nobody in production', async () => {
    const statusFor = async (isProduction: boolean) => {
      const serve = (request: IncomingMessage, response: ServerResponse) =>
        serveMetrics(request, response, { isProduction, metricsToken: undefined });
      const server = createServer((request, response) => {
        serve(request, response).catch(() => response.writeHead(404).end());
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const { status } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      server.close();
      return status;
    };
    expect(await statusFor(false)).toBe(200);
    expect(await statusFor(true)).toBe(404);
  });

  it('has a token that cannot be guessed', () => {
    expect(() => readConfig({ METRICS_TOKEN: 'short' })).toThrow('METRICS_TOKEN');
  });
});
