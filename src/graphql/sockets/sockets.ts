import type { IncomingMessage, Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { handleProtocols, makeServer } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ReadAddress } from '../../platform/client-address.ts';
import { log } from '../../platform/observation/log.ts';
import { measure, noteClosing } from '../../platform/observation/metrics.ts';
import { logServed } from '../../platform/observation/request-log.ts';
import { chooseRequestId } from '../../platform/observation/requests.ts';
import type { Pipeline } from '../pipeline.ts';
import { Attendance } from './attendance.ts';
import { countDeliveries } from './audience.ts';
import { Connection, listenTo } from './connection.ts';
import { closeCodes, messageMax } from './limits.ts';
import { prepare, run } from './operations.ts';
import { isOriginAllowed } from './origins.ts';
import { withoutHttp } from './results.ts';

/** What sockets need to know besides. */
type SocketSettings = { heartbeatSeconds: number; origins: ReadonlySet<string>; readAddress: ReadAddress };

/**
 * Serves GraphQL over WebSocket (protocol graphql-transport-ws) at /graphql, through the same pipeline as HTTP; `changes`
 * goes its own way, see audience.ts.
 * @param origins whose pages may open sockets besides our own
 * @returns a function that closes all sockets
 */
export function serveSockets(
  server: Server | TlsServer,
  pipeline: Pipeline,
  { heartbeatSeconds, origins, readAddress }: SocketSettings,
): () => Promise<void> {
  const sockets = new WebSocketServer({
    server,
    path: '/graphql',
    maxPayload: messageMax,
    handleProtocols,
    // Frames that all devices share cannot be compressed for each.
    perMessageDeflate: false,
  });
  measure('lifegraph_sockets', 'Open sockets', () => sockets.clients.size);
  measure('lifegraph_subscriptions', 'Subscriptions to changes', countDeliveries);
  const attendance = new Attendance(heartbeatSeconds);
  const protocol = makeProtocol(pipeline, attendance);
  sockets.on('error', (err) => log.error({ err }, 'the sockets failed'));
  const ids = new WeakMap<IncomingMessage, string>();
  sockets.on('headers', (headers, request) => {
    const id = chooseRequestId(request.headers['x-request-id']);
    ids.set(request, id);
    headers.push(`x-request-id: ${id}`);
  });
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    if (!isOriginAllowed(request, origins)) return refuse(socket);
    const connection = new Connection(socket, request.socket, readAddress(request));
    connection.requestId = ids.get(request)!;
    attendance.enter(connection);
    connection.leave = (code, reason) => {
      attendance.leave(connection);
      noteClosed(connection, code);
      return closed(code, reason);
    };
    const closed = protocol.opened(connection, { connection });
    listenTo(connection);
  });
  return async () => {
    attendance.stop();
    for (const socket of sockets.clients) socket.close(closeCodes.restart, 'The server restarts. Connect again.');
    await new Promise<void>((resolve) => sockets.close(() => resolve()));
  };
}

function noteClosed({ requestId: id, viewer, openedAt }: Connection, code: number): void {
  noteClosing(code);
  logServed({ id, ...(viewer && { viewer }) }, { msg: 'socket', status: code, milliseconds: Date.now() - openedAt });
}

function refuse(socket: WebSocket): void {
  noteClosing(closeCodes.forbidden);
  // What it may still send or break is nobody's business; unheard, an error would end the process.
  socket.on('error', () => undefined).close(closeCodes.forbidden, 'This origin is not allowed');
}

function makeProtocol(pipeline: Pipeline, attendance: Attendance) {
  return makeServer<Record<string, unknown>, { connection: Connection }>({
    // The round of attendance.ts looks after all who do not introduce themselves.
    connectionInitWaitTimeout: 0,
    onConnect: (context) => {
      const { connectionParams } = context;
      // It would be kept as long as the socket, with the token in it.
      Object.assign(context, { connectionParams: undefined });
      return attendance.admit(
        context.extra.connection,
        connectionParams?.['authorization'] ?? connectionParams?.['Authorization'],
      );
    },
    onSubscribe: ({ extra, subscriptions }, id, payload) =>
      prepare(pipeline, extra.connection, id, payload, Object.keys(subscriptions).length),
    execute: run,
    subscribe: run,
    onNext: (_context, _id, _payload, _args, result) => ({ ...result, errors: result.errors?.map(withoutHttp) }),
  });
}
