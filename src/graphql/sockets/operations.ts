import { GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { isSessionOpen } from '../../domains/accounts/sessions.ts';
import { ExpectedError, UnauthenticatedError } from '../../kernel/errors.ts';
import { crowded, isCrowded } from '../../platform/database/crowd.ts';
import { logServed } from '../../platform/observation/request-log.ts';
import { asRequest, type RequestNotes } from '../../platform/observation/requests.ts';
import { createContext, type Context } from '../context.ts';
import { toClientError } from '../errors.ts';
import { describeRequest, noteErrors } from '../operation-metrics.ts';
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
type Prepared = { connection: Connection; work: () => Promise<unknown>; notes: RequestNotes; begun: number };

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
  const begun = performance.now();
  connection.operations += 1;
  const notes: RequestNotes = { id: `${connection.requestId}:${connection.operations}` };
  if (connection.viewer) notes.viewer = connection.viewer;
  return asRequest(notes, async () => {
    const prepared = await prepareNoted(pipeline, connection, operationId, payload, count);
    if (Array.isArray(prepared)) noteOperation(notes, begun, prepared);
    else Object.assign(prepared.rootValue as Prepared, { notes, begun });
    return prepared;
  });
}

async function prepareNoted(
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

/** To be called when an operation has been answered, or a subscription has begun. */
function noteOperation(notes: RequestNotes, begun: number, errors: readonly GraphQLError[] | undefined): void {
  noteErrors(errors);
  logServed(notes, { msg: 'operation', milliseconds: performance.now() - begun });
}

/** Runs what `prepare` has made, once. */
export async function run({ rootValue }: ExecutionArgs): Promise<ExecutionResult> {
  const { connection, work, notes, begun } = rootValue as Prepared;
  // graphql-ws keeps the arguments while a subscription lasts.
  (rootValue as Prepared).work = alreadyRun;
  connection.running += 1;
  try {
    return await asRequest(notes, async () => {
      const result = (await work()) as ExecutionResult;
      noteOperation(notes, begun, result.errors);
      return result;
    });
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
  describeRequest(operation.definition, viewer);
  const work = wanted
    ? makeDelivery(connection, operationId, wanted, payload)
    : makeExecution(pipeline, operation, payload.variables, context);
  // The delivery of changes does not go through the pipeline.
  const refusal = wanted && refuseOperation(schema, operation, context);
  if (refusal) throw refusal;
  const prepared = { schema, document, operationName: payload.operationName };
  return { ...prepared, contextValue: null, rootValue: { connection, work } satisfies Partial<Prepared> };
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
