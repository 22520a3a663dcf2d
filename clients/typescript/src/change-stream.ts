import { createClient } from 'graphql-ws';
import { changesSubscription, type WireChange } from './documents.ts';
import { ApiError, UnreachableError } from './failures.ts';

/** Milliseconds: between pings, until a ping counts as unanswered, and until a connection counts as failed. */
const timing = { ping: 10_000, pong: 5_000, connect: 15_000 } as const;

/** What a server closes with when a token has ended, or a session. */
const unauthorized = 4401;

export type StreamOptions = {
  url: string;
  token: string;
  /** The last number this device has. */
  after: number;
  /** When that change happened; null when it is not known. */
  afterAt: string | null;
  webSocket?: typeof WebSocket | undefined;
  onConnected: () => void;
  /** The server has answered a ping. */
  onAlive: () => void;
  onChange: (change: WireChange) => void;
};

type Result = { data?: { changes: WireChange } | null; errors?: readonly WireError[] };
type WireError = { message: string; extensions?: Record<string, unknown> };

/**
 * Follows the log after a number, over one socket, until that ends: it always does, and says why by its failure. Every
 * change is handed over once and in order; one that does not follow its predecessor ends the stream instead.
 * @throws ApiError (UNAUTHENTICATED when the token has ended), UnreachableError for everything that cuts the line
 */
export function followChanges(options: StreamOptions, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(closed());
    let last = options.after;
    const client = connect(options, (error) => end(error));
    const end = (error: unknown) => {
      signal.removeEventListener('abort', abort);
      clearTimeout(connecting);
      reject(toFailure(error));
      leave();
      // A socket that never opened has nothing to close; that its opening failed is known already.
      Promise.resolve(client.dispose()).catch(() => {});
    };
    const abort = () => end(closed());
    const connecting = setTimeout(() => client.terminate(), timing.connect);
    client.on('connected', () => clearTimeout(connecting));
    signal.addEventListener('abort', abort);
    const leave = client.subscribe<Result['data']>(
      { query: changesSubscription, variables: { after: options.after, afterAt: options.afterAt } },
      {
        next: (result) => {
          const { data, errors } = result as Result;
          if (errors) return end(errors);
          if (data?.changes.seq !== last + 1) return end(new UnreachableError('A change is missing.'));
          last += 1;
          options.onChange(data.changes);
        },
        error: end,
        complete: () => end(new UnreachableError('The server has ended the stream.')),
      },
    );
  });
}

const closed = () => new UnreachableError('The client was closed.');

/** A socket of its own, that finds out when the other side is gone: a laptop that slept is not told. */
function connect({ url, token, webSocket, onConnected, onAlive }: StreamOptions, onEnd: (error: unknown) => void) {
  let unanswered: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: webSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    keepAlive: timing.ping,
    on: {
      connected: onConnected,
      ping: (isReceived) => {
        if (!isReceived) unanswered = setTimeout(() => client.terminate(), timing.pong);
      },
      pong: (isReceived) => {
        if (!isReceived) return;
        clearTimeout(unanswered);
        onAlive();
      },
      // Before the library has a chance to connect again by itself, with a number that is no longer the last.
      closed: (event) => {
        clearTimeout(unanswered);
        onEnd(event);
      },
    },
  });
  return client;
}

/** Errors of the API come as a list, closings as an event, everything else as whatever the socket had to say. */
function toFailure(error: unknown): Error {
  if (error instanceof UnreachableError) return error;
  if (Array.isArray(error)) return new ApiError((error[0] as WireError).message, (error[0] as WireError).extensions);
  const { code, reason } = (error ?? {}) as { code?: unknown; reason?: unknown };
  if (code === unauthorized) return new ApiError(String(reason), { code: 'UNAUTHENTICATED' });
  return new UnreachableError(`The line was cut${code ? ` (${String(code)} ${String(reason)})` : ''}.`);
}
