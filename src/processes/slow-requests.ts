import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * How long a client may take. Kept alive, connections wait for the next request for Node's five seconds; a head has at most
 * Node's 16 KiB and 1000 headers.
 */
export const serverLimits = {
  /** Milliseconds for the head of a request, which fits into one packet or a few. */
  headersTimeout: 30_000,
  /** For a whole request. Node's five minutes would cut a large import on a slow line off. */
  requestTimeout: 3_600_000,
  /** Between two looks at who has taken too long. */
  connectionsCheckingInterval: 5_000,
} as const;

/** Milliseconds for the body of a request that is no upload: 16 MiB need 560 kB a second, the usual few kB next to nothing. */
export const bodyTimeout = 30_000;

/** Ends a request whose body does not come in time, with an answer that says so. */
export function limitBodyTime(request: IncomingMessage, response: ServerResponse): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && (length === undefined || length === '0')) return;
  const limit = setTimeout(() => giveUp(request, response), bodyTimeout);
  request.once('close', () => clearTimeout(limit));
}

function giveUp(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) return;
  if (response.headersSent) return void request.destroy();
  const body = { code: 'UNAVAILABLE', message: 'The body of the request did not come in time.' };
  response.writeHead(408, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
}
