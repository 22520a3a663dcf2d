import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serveMetrics } from '../../src/processes/metrics-page.ts';
import { readConfig } from '../../src/config.ts';
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
