import type { Server } from 'node:http';
import { getOperationAST, GraphQLError, type ExecutionArgs } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer, type Extra as SocketExtra } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { keepDevicesSeen } from '../domains/accounts/devices.ts';
import {
  authenticate,
  findOpenSessions,
  isSessionOpen,
  onSessionEnd,
  type Authentication,
} from '../domains/accounts/sessions.ts';
import { UnauthenticatedError } from '../kernel/errors.ts';
import { log } from '../platform/log.ts';
import { toClientError } from './errors.ts';
import { readBearer, type GraphqlServer } from './server.ts';

/** Bytes of one message from a client. */
const messageMax = 1024 * 1024;
/** Milliseconds between pings; a socket that does not answer is dropped. */
const keepAlive = 12_000;
/** 4401 is what graphql-transport-ws clients know as "unauthorized"; 1012 is "service restart". */
const closeCodes = { unauthorized: 4401, restart: 1012 } as const;

/** As HTTP says it. */
const operationUnknown = 'Could not determine what operation to execute.';

type Extra = SocketExtra & { authentication?: Authentication };
type Pipeline = ReturnType<GraphqlServer['getEnveloped']>;

/** Open sockets and who is behind them, so that the end of a session can close them. */
const admitted = new Map<WebSocket, Authentication>();

/**
 * Serves GraphQL over WebSocket (protocol graphql-transport-ws) at /graphql, through the same pipeline as HTTP. A socket
 * lives no longer than its access token and its session.
 * @returns a function that closes all sockets
 */
export function serveSockets(server: Server, graphql: GraphqlServer, heartbeatSeconds: number): () => Promise<void> {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: messageMax });
  const protocol = useServer<Record<string, unknown>, { authentication?: Authentication }>(
    {
      onConnect: ({ connectionParams, extra }) =>
        admit(extra, connectionParams?.['authorization'] ?? connectionParams?.['Authorization']),
      onSubscribe: ({ extra }, _id, payload) => prepare(graphql, extra, payload),
      execute: (args) => pipelineOf(args).execute(args),
      subscribe: (args) => pipelineOf(args).subscribe(args),
      onNext: (_context, _id, _payload, _args, result) => ({ ...result, errors: result.errors?.map(withoutHttp) }),
    },
    sockets,
    keepAlive,
  );
  const stopListening = onSessionEnd((userId) => closeEnded(userId));
  const stopNoting = keepDevicesSeen(() => [...admitted.values()].map(({ viewer }) => viewer));
  const heartbeat = setInterval(() => closeEnded(), heartbeatSeconds * 1000);
  return async () => {
    clearInterval(heartbeat);
    stopListening();
    stopNoting();
    for (const socket of sockets.clients) socket.close(closeCodes.restart, 'The server restarts. Connect again.');
    await protocol.dispose();
  };
}

async function admit(extra: Extra, authorization: unknown): Promise<boolean> {
  const { socket } = extra;
  try {
    extra.authentication = await authenticate(readBearer(authorization) ?? '');
  } catch (error) {
    if (!(error instanceof UnauthenticatedError)) throw error;
    socket.close(closeCodes.unauthorized, 'Unauthorized');
    return false;
  }
  // It may have gone while the token was checked: its `close` has been, and nothing would take it off the list.
  if (socket.readyState !== socket.OPEN) return false;
  const lifeLeft = extra.authentication.expiresAt.getTime() - Date.now();
  const expiry = setTimeout(() => socket.close(closeCodes.unauthorized, 'Token expired'), lifeLeft);
  admitted.set(socket, extra.authentication);
  socket.once('close', () => {
    clearTimeout(expiry);
    admitted.delete(socket);
  });
  return true;
}

/** The operation of a socket, ready for the pipeline; or its errors. */
async function prepare(
  graphql: GraphqlServer,
  { authentication }: Extra,
  payload: SubscribePayload,
): Promise<ExecutionArgs | GraphQLError[]> {
  try {
    const { viewer } = authentication!;
    if (!(await isSessionOpen(viewer))) throw new UnauthenticatedError();
    const pipeline = graphql.getEnveloped({ visitor: viewer, params: payload } as never);
    const document = pipeline.parse(payload.query);
    const errors = pipeline.validate(pipeline.schema, document) as readonly GraphQLError[];
    if (errors.length > 0) return errors.map(withoutHttp);
    if (!getOperationAST(document, payload.operationName)) throw new GraphQLError(operationUnknown);
    return {
      schema: pipeline.schema,
      document,
      operationName: payload.operationName,
      variableValues: payload.variables,
      contextValue: await pipeline.contextFactory(),
      rootValue: pipeline,
    };
  } catch (error) {
    return [withoutHttp(toClientError(error))];
  }
}

const pipelineOf = (args: ExecutionArgs): Pipeline => args.rootValue as Pipeline;

/** The status is for HTTP alone; a socket's errors are otherwise the same. */
function withoutHttp(error: GraphQLError): GraphQLError {
  delete (error.extensions as Record<string, unknown>)['http'];
  return error;
}

/** Closes the sockets of ended sessions: of one person as soon as it is known, of everybody on the heartbeat. */
function closeEnded(userId?: string): void {
  const concerned = [...admitted].filter(([, { viewer }]) => userId === undefined || viewer.userId === userId);
  if (concerned.length === 0) return;
  findOpenSessions(concerned.map(([, { viewer }]) => viewer.deviceId!)).then(
    (open) => {
      for (const [socket, { viewer }] of concerned) {
        if (!open.has(viewer.deviceId!)) socket.close(closeCodes.unauthorized, 'Signed out');
      }
    },
    (err: unknown) => log.warn({ err }, 'sessions could not be checked'),
  );
}
