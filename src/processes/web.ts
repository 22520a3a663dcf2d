import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { rememberSessions } from '../domains/accounts/sessions.ts';
import { domains } from '../domains.ts';
import { createHttpLane } from '../graphql/http-lane.ts';
import { Pipeline } from '../graphql/pipeline.ts';
import { loadSchema } from '../graphql/schema.ts';
import { createGraphqlServer } from '../graphql/server.ts';
import { serveSockets } from '../graphql/sockets/sockets.ts';
import { ExpectedError, UnavailableError, type ErrorCode } from '../kernel/errors.ts';
import { createAddressReader, type ReadAddress } from '../platform/client-address.ts';
import { log } from '../platform/observation/log.ts';
import { noteError } from '../platform/observation/metrics.ts';
import { isOutage } from '../platform/database/outages.ts';
import { answerPreflight } from './cors.ts';
import { refuseInCrowd } from './crowd.ts';
import { makeAnswerClass, makeRefusal } from './headers.ts';
import { readReadiness } from './health.ts';
import { listen } from './listeners.ts';
import { serveMetrics, startMeasuring } from './metrics-page.ts';
import { serveNoted } from './served-requests.ts';
import { limitBodyTime, serverLimits } from './slow-requests.ts';
import { createWebServer } from './tls.ts';

/** Milliseconds that requests under way get to end. */
const drainLimit = 10_000;

export type Web = {
  /** Where it listens: http://127.0.0.1:4000, with a certificate https://… */
  url: string;
  stop: () => Promise<void>;
};

/** Starts to serve the API: GraphQL over HTTP and WebSocket, the plain routes of the domains, and health. */
export async function startWeb(config: Config): Promise<Web> {
  const pipeline = new Pipeline(await loadSchema(), config.isProduction);
  const readAddress = createAddressReader(config.trustedProxies);
  const serveGraphql = createHttpLane(pipeline, createGraphqlServer(pipeline, config.isProduction), readAddress);
  const state = { isDraining: false, config, readAddress };
  const options = { ...serverLimits, ServerResponse: makeAnswerClass(config) };
  const server = createWebServer(config, options, (request, response) => {
    // Whoever asks now is to ask another server next.
    if (state.isDraining) response.shouldKeepAlive = false;
    if (answerPreflight(request, response, config.allowedOrigins)) return;
    serveNoted(request, response, segments, () => {
      if (refuseInCrowd(request, response)) return;
      handle(request, response, serveGraphql, state).catch((error: unknown) => fail(response, error));
    });
  });
  startMeasuring();
  server.on('clientError', makeRefusal(config));
  const forgetSessions = rememberSessions(config.heartbeatSeconds);
  const { heartbeatSeconds, allowedOrigins: origins } = config;
  const closeSockets = serveSockets(server, pipeline, { heartbeatSeconds, origins, readAddress });
  const listening = await listen(server, config);
  const stop = async () => {
    state.isDraining = true;
    await sleep(config.drainSeconds * 1000);
    const closed = listening.close();
    await closeSockets();
    // Again and again: a connection falls idle when its request ends, and clients keep idle ones for seconds.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const limit = setTimeout(() => server.closeAllConnections(), drainLimit);
    await closed;
    forgetSessions();
    clearInterval(sweep);
    clearTimeout(limit);
  };
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return { url: `${config.tls ? 'https' : 'http'}://${host}:${listening.port}`, stop };
}

type State = { isDraining: boolean; config: Config; readAddress: ReadAddress };

const routes = new Map(
  domains.flatMap((domain) => domain.routes ?? []).map((route) => [`${route.method} ${route.segment}`, route]),
);

/** First parts of all paths that there are. */
const segments = new Set(['graphql', 'health', 'metrics', ...[...routes.values()].map(({ segment }) => segment)]);

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  serveGraphql: ReturnType<typeof createHttpLane>,
  state: State,
): Promise<void> {
  if (request.url === '/graphql') {
    limitBodyTime(request, response);
    return serveGraphql(request, response);
  }
  // The host in the address is of no interest; without one, a relative target would not parse.
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  const [, segment = ''] = url?.pathname.split('/') ?? [];
  const route = routes.get(`${request.method === 'HEAD' ? 'GET' : request.method} ${segment}`);
  // Files come in as slowly as they must, once their link has been checked.
  if (!route || request.method !== 'PUT') limitBodyTime(request, response);
  if (url && route) return route.handle(request, response, url, state.readAddress(request));
  if (segment === 'graphql') return serveGraphql(request, response);
  if (url?.pathname === '/health/live') return answer(response, 200, { status: 'live' });
  if (url?.pathname === '/health/ready') return answerReady(response, state);
  if (url?.pathname === '/metrics') return serveMetrics(request, response, state.config);
  if (url?.pathname === '/') return void response.writeHead(302, { location: '/graphql' }).end();
  answer(response, 404, { code: 'NOT_FOUND', message: 'There is nothing here. The API is at /graphql.' });
}

async function answerReady(response: ServerResponse, { isDraining, config }: State): Promise<void> {
  const readiness = await readReadiness(isDraining, config.redisUrl !== undefined);
  answer(response, readiness.status === 'unavailable' ? 503 : 200, readiness);
}

const statuses: Record<ErrorCode, number> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  INVALID_INPUT: 400,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  TOO_COSTLY: 413,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const refusal = isOutage(error) ? new UnavailableError('The service is not available at the moment.') : error;
  if (refusal instanceof ExpectedError) {
    const { code, message, details } = refusal;
    if (code === 'UNAVAILABLE') log.warn({ err: error }, 'a request was not served');
    const retryAfter = Number(details['retryAfterSeconds'] ?? 2);
    if (statuses[code] === 503 || statuses[code] === 429) response.setHeader('retry-after', retryAfter);
    noteError(code);
    return answer(response, statuses[code], { code, message, ...details });
  }
  noteError('INTERNAL');
  log.error({ err: error }, 'a request failed');
  answer(response, 500, { code: 'INTERNAL', message: 'Something went wrong on our side.' });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
