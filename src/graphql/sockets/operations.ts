import { getOperationAST, GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { isSessionOpen } from '../../domains/accounts/sessions.ts';
import { ExpectedError, UnauthenticatedError } from '../../kernel/errors.ts';
import { toClientError } from '../errors.ts';
import type { GraphqlServer } from '../server.ts';
import { deliverChanges } from './audience.ts';
import { readChangesDocument, readRequest, type ChangesDocument } from './changes-document.ts';
import type { Connection } from './connection.ts';
import { operationsPerSocket } from './limits.ts';
import { withoutHttp } from './results.ts';

/** As HTTP says it. */
const operationUnknown = 'Could not determine what operation to execute.';

type Pipeline = ReturnType<GraphqlServer['getEnveloped']>;
/** What is to be done when graphql-ws says so. */
type Prepared = { connection: Connection; work: () => Promise<unknown> };

/**
 * The operation of a socket, ready to be run; or its errors.
 * @param count operations of the socket that are under way, this one among them
 */
export async function prepare(
  graphql: GraphqlServer,
  connection: Connection,
  operationId: string,
  payload: SubscribePayload,
  count: number,
): Promise<ExecutionArgs | GraphQLError[]> {
  if (count > operationsPerSocket || connection.running >= operationsPerSocket) return [tooMany()];
  connection.running += 1;
  try {
    return await makeArguments(graphql, connection, operationId, payload);
  } catch (error) {
    return [withoutHttp(toClientError(error))];
  } finally {
    connection.running -= 1;
  }
}

/** Runs what `prepare` has made, once. */
export async function run({ rootValue }: ExecutionArgs): Promise<ExecutionResult> {
  const { connection, work } = rootValue as Prepared;
  // graphql-ws keeps the arguments while a subscription lasts.
  (rootValue as Prepared).work = alreadyRun;
  connection.running += 1;
  try {
    return (await work()) as ExecutionResult;
  } finally {
    connection.running -= 1;
  }
}

const alreadyRun = (): never => {
  throw new Error('an operation is run once');
};

async function makeArguments(
  graphql: GraphqlServer,
  connection: Connection,
  operationId: string,
  payload: SubscribePayload,
): Promise<ExecutionArgs | GraphQLError[]> {
  const viewer = connection.viewer!;
  if (!(await isSessionOpen(viewer))) throw new UnauthenticatedError();
  const pipeline = graphql.getEnveloped({ visitor: viewer, params: payload } as never);
  const document = pipeline.parse(payload.query);
  const errors = pipeline.validate(pipeline.schema, document) as readonly GraphQLError[];
  if (errors.length > 0) return errors.map(withoutHttp);
  if (!getOperationAST(document, payload.operationName)) throw new GraphQLError(operationUnknown);
  const prepared = { schema: pipeline.schema, document, operationName: payload.operationName };
  const wanted = readChangesDocument(prepared.schema, document, payload.operationName);
  const work = wanted
    ? makeDelivery(connection, operationId, wanted, payload)
    : await makeExecution(pipeline, { ...prepared, variableValues: payload.variables });
  return { ...prepared, contextValue: null, rootValue: { connection, work } satisfies Prepared };
}

function makeDelivery(
  connection: Connection,
  operationId: string,
  wanted: ChangesDocument,
  payload: SubscribePayload,
): Prepared['work'] {
  const { variables } = payload;
  // graphql-ws keeps the message too; its text is in the document already.
  Object.assign(payload, { query: '', variables: undefined });
  return async () => {
    const request = readRequest(wanted, variables);
    if ('errors' in request) return { errors: request.errors.map(toSocketError) };
    return deliverChanges(connection, operationId, wanted, request).catch((error: unknown) => ({
      errors: [toSocketError(error)],
    }));
  };
}

async function makeExecution(pipeline: Pipeline, prepared: ExecutionArgs): Promise<Prepared['work']> {
  const args = { ...prepared, contextValue: await pipeline.contextFactory() };
  const isSubscription = getOperationAST(args.document, args.operationName)!.operation === 'subscription';
  return async () => (isSubscription ? pipeline.subscribe(args) : pipeline.execute(args));
}

const toSocketError = (error: unknown): GraphQLError => withoutHttp(toClientError(error));

const tooMany = (): GraphQLError =>
  toSocketError(new ExpectedError('RATE_LIMITED', `A socket has at most ${operationsPerSocket} operations under way.`));
