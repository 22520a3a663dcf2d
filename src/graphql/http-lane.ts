import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { isSigned } from '../domains/accounts/sessions.ts';
import { UnauthenticatedError } from '../kernel/errors.ts';
import type { ReadAddress } from '../platform/client-address.ts';
import { bodyTooLarge, toClientError } from './errors.ts';
import { noteErrors } from './operation-metrics.ts';
import { readParameters, type Parameters } from './parameters.ts';
import type { Operation, Pipeline } from './pipeline.ts';
import { bodyMax, createRequestContext, readBearer, type GraphqlServer } from './server.ts';
import { checksSessionItself } from './session-checks.ts';

/** What the lane answers in; anything else is Yoga's. */
type MediaType = 'application/json' | 'application/graphql-response+json';

/**
 * Serves GraphQL over HTTP. What clients send all day, an operation as JSON that is fit to run, takes a lane on Node's own
 * HTTP: the fetch API, which Yoga has to emulate for every request, costs several times what an operation does. The
 * operation itself goes through the same pipeline. All else goes on to Yoga: other requests as they came, operations that
 * cannot run with their body, so that there is one place that says why.
 */
export function createHttpLane(
  pipeline: Pipeline,
  graphql: GraphqlServer,
  readAddress: ReadAddress,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const address = readAddress(request);
    const mediaType = chooseMediaType(request);
    const max = bodyMaxFor(request);
    if (!mediaType && max === bodyMax) return void (await graphql(request, response, { address }));
    const body = await readBody(request, max);
    if (body === 'gone') return void response.destroy();
    if (body === 'too large')
      return send(response, mediaType ?? 'application/json', { errors: [tooLarge(request, max)] });
    if (!mediaType) return passOn(graphql, request, response, body, address);
    const parameters = readParameters(body);
    const operation = parameters && prepare(pipeline, parameters);
    if (!operation) return passOn(graphql, request, response, body, address);
    const { authorization } = request.headers;
    send(response, mediaType, await run(pipeline, operation, parameters, authorization, address));
  };
}

/** How to answer a request that may take the lane; null for all others. */
function chooseMediaType({ method, url, headers }: IncomingMessage): MediaType | null {
  const isPlain = method === 'POST' && url === '/graphql' && headers['content-encoding'] === undefined;
  if (!isPlain || !/^application\/json(; ?charset=utf-8)?$/.test(headers['content-type'] ?? '')) return null;
  // Of several types Yoga prefers the one named first, whatever weights it has.
  const [first] = (headers.accept ?? '*/*').split(',', 1);
  if (first === '*/*' || first === 'application/json') return 'application/json';
  return first === 'application/graphql-response+json' ? first : null;
}

/** Bytes of a body that comes without a token: signing in takes a few hundred, and all else needs one. */
export const strangerBodyMax = 64 * 1024;

/** How much this request may send. The usual one is small and says so: then it need not be known yet who sends it. */
function bodyMaxFor({ headers }: IncomingMessage): number {
  const length = headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;
  return length <= strangerBodyMax || isSigned(readBearer(headers.authorization) ?? '') ? bodyMax : strangerBodyMax;
}

/** With a token that has ended the client is to sign in again, rather than to send less. */
const tooLarge = ({ headers }: IncomingMessage, max: number): GraphQLError =>
  max === bodyMax || headers.authorization === undefined ? bodyTooLarge() : toClientError(new UnauthenticatedError());

/** The body as it came, unless it is larger than allowed, or the client has left. The rest of a large one is discarded. */
function readBody(request: IncomingMessage, max: number): Promise<Buffer | 'too large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = Number(request.headers['content-length'] ?? 0) > max ? Infinity : 0;
    if (size > max) resolve('too large');
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= max) return void chunks.push(chunk);
      chunks.length = 0;
      resolve('too large');
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.once('error', () => resolve('gone'));
  });
}

/** The operation; null when it cannot be run here, for whatever reason: Yoga meets the same one, and tells it. */
function prepare(pipeline: Pipeline, parameters: Parameters): Operation | null {
  try {
    const operation = pipeline.prepare(parameters);
    const isFit = operation !== null && 'document' in operation && operation.definition.operation !== 'subscription';
    return isFit ? operation : null;
  } catch {
    return null;
  }
}

async function run(
  pipeline: Pipeline,
  operation: Operation,
  { variables }: Parameters,
  authorization: string | undefined,
  address: string | null,
): Promise<ExecutionResult> {
  try {
    const reliance = checksSessionItself(pipeline.schema, operation.definition) ? 'writes' : 'reads';
    return await pipeline.execute(operation, variables, await createRequestContext(authorization, reliance, address));
  } catch (error) {
    return { errors: [toClientError(error)] };
  }
}

async function passOn(
  graphql: GraphqlServer,
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  address: string | null,
): Promise<void> {
  const content = method === 'GET' || method === 'HEAD' ? undefined : (body as Uint8Array<ArrayBuffer>);
  const given = { method, headers: headers as Record<string, string>, body: content };
  const answer = await graphql.fetch(`http://localhost${url}`, given, { address });
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}

function send(response: ServerResponse, mediaType: MediaType, result: ExecutionResult): void {
  const { errors } = result;
  noteErrors(errors);
  const text = JSON.stringify(errors ? { ...result, errors: errors.map(toWire) } : result);
  const length = Buffer.byteLength(text);
  const head = { 'content-type': `${mediaType}; charset=utf-8`, 'content-length': length };
  for (const error of errors ?? []) Object.assign(head, httpOf(error)?.headers);
  response.writeHead(statusOf(mediaType, errors ?? []), head).end(text);
}

type HttpExtension = { status?: number; spec?: boolean; headers?: Record<string, string> } | undefined;

const httpOf = (error: GraphQLError): HttpExtension => error.extensions['http'] as HttpExtension;

/** The highest status that an error asks for. Those of the specification count in its own media type alone. */
const statusOf = (mediaType: MediaType, errors: readonly GraphQLError[]): number =>
  Math.max(
    200,
    ...errors.map((error) => {
      const { status = 200, spec = false } = httpOf(error) ?? {};
      return spec && mediaType === 'application/json' ? 200 : status;
    }),
  );

function toWire(error: GraphQLError): object {
  const { extensions, ...rest } = error.toJSON();
  const { http: _, ...shown } = extensions ?? {};
  return { ...rest, extensions: shown };
}
