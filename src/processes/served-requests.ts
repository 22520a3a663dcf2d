import type { IncomingMessage, ServerResponse } from 'node:http';
import { noteResponse } from '../platform/observation/metrics.ts';
import { isLogging, logServed } from '../platform/observation/request-log.ts';
import { asRequest, type RequestNotes } from '../platform/observation/requests.ts';

/** What a balancer asks every few seconds, and Prometheus. */
const unlogged = /^GET \/(health|metrics)$/;

/**
 * Serves a request under its id, and notes when it is over.
 * @param segments first parts of the paths that there are; all else is "other"
 */
export function serveNoted(
  request: IncomingMessage,
  response: ServerResponse,
  segments: ReadonlySet<string>,
  serve: () => void,
): void {
  const notes: RequestNotes = { id: response.requestId ?? '' };
  const writeLine = isLogging() ? beginLine(request, notes) : null;
  response.once('close', () => {
    const route = routeOf(request, segments);
    const status = response.writableFinished ? response.statusCode : null;
    noteResponse(route, status);
    if (!unlogged.test(route)) writeLine?.(route, status);
  });
  asRequest(notes, serve);
}

function beginLine({ socket, headers }: IncomingMessage, notes: RequestNotes) {
  const begun = performance.now();
  const written = socket.bytesWritten;
  return (route: string, status: number | null): void =>
    logServed(notes, {
      msg: 'request',
      route,
      status,
      milliseconds: performance.now() - begun,
      bytesIn: Number(headers['content-length'] ?? 0),
      bytesOut: socket.bytesWritten - written,
    });
}

/** What is asked for, without what follows: links carry tokens, and anything may stand in an address. */
function routeOf({ method = '', url = '' }: IncomingMessage, segments: ReadonlySet<string>): string {
  if (url === '/graphql') return `${method} /graphql`;
  const segment = /^\/([a-z]*)/.exec(url)?.[1] ?? '';
  return segments.has(segment) ? `${method} /${segment}` : `${method} other`;
}
