import type { IncomingMessage, ServerResponse } from 'node:http';
import { crowded, isCrowded } from '../platform/database/crowd.ts';
import { noteError } from '../platform/observation/metrics.ts';

const { code, message } = crowded();
/** GraphQL's shape, which all but our own few routes are asked for. Made once: a refusal must cost next to nothing. */
const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
const head = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'retry-after': '1' };

/** What an operator asks must be answered in a crowd above all. */
const isOperators = (url = ''): boolean => url.startsWith('/health/') || url.startsWith('/metrics');

/** Sends a request away while there is more to do than can be done, before anything is done for it. @returns whether it did */
export function refuseInCrowd({ url }: IncomingMessage, response: ServerResponse): boolean {
  if (!isCrowded() || isOperators(url)) return false;
  noteError(code);
  response.writeHead(503, head).end(body);
  return true;
}
