import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { isSessionOpen } from '../../domains/accounts/sessions.ts';
import { ExpectedError, UnauthenticatedError } from '../../kernel/errors.ts';
import { crowded, isCrowded } from '../../platform/crowd.ts';
import { createContext, type Context } from '../context.ts';
import { toClientError } from '../errors.ts';
import { refuseOperation } from '../operation-throttles.ts';
import type { Operation, Pipeline } from '../pipeline.ts';
import { deliverChanges } from './audience.ts';
import { readChangesDocument, readRequest, type ChangesDocument } from './changes-document.ts';
import type { Connection } from './connection.ts';
import { operationsPerSocket } from './limits.ts';
import { withoutHttp } from './results.ts';

/** As HTTP says it. */
const operationUnknown = 'Could not determine what operation to execute.';

/** What is to be done when graphql-ws says so. */
type Prepared = { connection: Connection; work: () => Promise<unknown> };

/**
 * The operation of a socket, ready to be run; or its errors.
 * @param count operations of the socket that are under way, this one among them
 */
export async function prepare(
  pipeline: Pipeline,
  connection: Connection,
  operationId: string,
  payload: SubscribePayload,
  count: number,
): Promise<ExecutionArgs | GraphQLError[]> {
  if (count > operationsPerSocket || connection.running >= operationsPerSocket) return [tooMany()];
  connection.running += 1;
  try {
    return await makeArguments(pipeline, connection, operationId, payload);
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
  pipeline: Pipeline,
  connection: Connection,
  operationId: string,
  payload: SubscribePayload,
): Promise<ExecutionArgs | GraphQLError[]> {
  if (isCrowded()) throw crowded();
  const viewer = connection.viewer!;
  if (!(await isSessionOpen(viewer))) throw new UnauthenticatedError();
  const operation = pipeline.prepare(payload);
  if (!operation) throw new GraphQLError(operationUnknown);
  if (Array.isArray(operation)) return operation.map(withoutHttp);
  const { schema } = pipeline;
  const { document } = operation;
  const context = createContext(viewer, false, { address: connection.address, accessToken: null });
  const wanted = readChangesDocument(schema, document, payload.operationName);
  const work = wanted
    ? makeDelivery(connection, operationId, wanted, payload)
    : makeExecution(pipeline, operation, payload.variables, context);
  // The delivery of changes does not go through the pipeline.
  const refusal = wanted && refuseOperation(schema, operation, context);
  if (refusal) throw refusal;
  const prepared = { schema, document, operationName: payload.operationName };
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

function makeExecution(
  pipeline: Pipeline,
  operation: Operation,
  variables: SubscribePayload['variables'],
  context: Context,
): Prepared['work'] {
  if (operation.definition.operation !== 'subscription') return () => pipeline.execute(operation, variables, context);
  return () => pipeline.subscribe(operation, variables, context);
}

const toSocketError = (error: unknown): GraphQLError => withoutHttp(toClientError(error));

const tooMany = (): GraphQLError =>
  toSocketError(new ExpectedError('RATE_LIMITED', `A socket has at most ${operationsPerSocket} operations under way.`));
