import type { IncomingMessage } from 'node:http';

/**
 * Whether a socket may be opened from where the request says it comes from: from no page at all (apps send no Origin), from a
 * page of this server, or from one of ALLOWED_ORIGINS. A foreign page has no token to introduce itself with; this is a
 * second wall. A proxy must pass the Host header on, or the page's origin is to be named.
 */
export function isOriginAllowed(
  { headers: { origin, host } }: Pick<IncomingMessage, 'headers'>,
  allowed: ReadonlySet<string>,
): boolean {
  if (origin === undefined || allowed.has(origin)) return true;
  return host !== undefined && URL.parse(origin)?.host === host.toLowerCase();
}
