import type { IncomingMessage, Server } from 'node:http';
import { handleProtocols, makeServer } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { log } from '../../platform/log.ts';
import type { GraphqlServer } from '../server.ts';
import { Attendance } from './attendance.ts';
import { Connection } from './connection.ts';
import { closeCodes, messageMax } from './limits.ts';
import { prepare, run } from './operations.ts';
import { withoutHttp } from './results.ts';

/**
 * Serves GraphQL over WebSocket (protocol graphql-transport-ws) at /graphql, through the same pipeline as HTTP; `changes`
 * goes its own way, see audience.ts.
 * @returns a function that closes all sockets
 */
export function serveSockets(server: Server, graphql: GraphqlServer, heartbeatSeconds: number): () => Promise<void> {
  const sockets = new WebSocketServer({
    server,
    path: '/graphql',
    maxPayload: messageMax,
    handleProtocols,
    // Frames that all devices share cannot be compressed for each.
    perMessageDeflate: false,
  });
  const attendance = new Attendance(heartbeatSeconds);
  const protocol = makeProtocol(graphql, attendance);
  sockets.on('error', (err) => log.error({ err }, 'the sockets failed'));
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const connection = new Connection(socket, request.socket);
    attendance.enter(connection);
    open(connection, protocol);
  });
  return async () => {
    attendance.stop();
    for (const socket of sockets.clients) socket.close(closeCodes.restart, 'The server restarts. Connect again.');
    await new Promise<void>((resolve) => sockets.close(() => resolve()));
  };
}

type Protocol = ReturnType<typeof makeProtocol>;

function makeProtocol(graphql: GraphqlServer, attendance: Attendance) {
  return makeServer<Record<string, unknown>, { connection: Connection }>({
    // The round of attendance.ts looks after all who do not introduce themselves.
    connectionInitWaitTimeout: 0,
    onConnect: ({ connectionParams, extra }) =>
      attendance.admit(extra.connection, connectionParams?.['authorization'] ?? connectionParams?.['Authorization']),
    onSubscribe: ({ extra, subscriptions }, id, payload) =>
      prepare(graphql, extra.connection, id, payload, Object.keys(subscriptions).length),
    execute: run,
    subscribe: run,
    onNext: (_context, _id, _payload, _args, result) => ({ ...result, errors: result.errors?.map(withoutHttp) }),
  });
}

/** Connects a socket with the protocol. */
function open(connection: Connection, protocol: Protocol): void {
  const { socket } = connection;
  const closed = protocol.opened(connection, { connection });
  socket.on('message', (data) => {
    connection.receive(String(data)).catch((err: unknown) => {
      log.error({ err }, 'a message on a socket failed');
      connection.close(closeCodes.internal, 'Internal server error');
    });
  });
  // A message that is too long or broken: ws has closed the socket for it.
  socket.on('error', (err) => log.debug({ err }, 'a socket failed'));
  socket.once('close', (code, reason) => {
    closed(code, String(reason)).catch((err: unknown) => log.error({ err }, 'a socket did not end cleanly'));
  });
}
