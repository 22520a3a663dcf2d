import type { IncomingMessage, ServerResponse } from 'node:http';

/** For web apps of other origins (ALLOWED_ORIGINS): they come with a token, so cookies and the like stay out. */
const preflightHeaders = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT',
  'access-control-allow-headers': 'authorization, content-type, if-range, range, x-request-id',
  // Two hours: the longest that browsers take.
  'access-control-max-age': '7200',
};

/** The lines of an answer's head that say whether the page that asked may read it. None when no other origin is allowed. */
export function describeOrigin({ headers: { origin } }: IncomingMessage, allowed: ReadonlySet<string>): string {
  if (allowed.size === 0) return '';
  if (origin === undefined || !allowed.has(origin)) return 'vary: Origin\r\n';
  return `vary: Origin\r\naccess-control-allow-origin: ${origin}\r\naccess-control-expose-headers: accept-ranges, content-disposition, content-range, etag, retry-after, x-request-id\r\n`;
}

/** Answers a browser that asks whether a page may ask. @returns whether it was such a question, of an allowed origin */
export function answerPreflight(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  allowed: ReadonlySet<string>,
): boolean {
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
  if (!allowed.has(headers.origin ?? '')) return false;
  response.writeHead(204, preflightHeaders).end();
  return true;
}
