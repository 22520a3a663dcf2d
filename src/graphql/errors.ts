import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { errorCodes, ExpectedError, type ErrorCode } from '../kernel/errors.ts';
import { log } from '../platform/observation/log.ts';
import { isDiskFull, isOutage } from '../platform/database/outages.ts';

/**
 * The one place that turns failures into what a client sees: expected ones keep their code and message, everything else
 * becomes INTERNAL with a correlation id, and its cause goes to the log alone.
 */
export function toClientError(error: unknown): GraphQLError {
  const graphqlError = error instanceof GraphQLError ? error : undefined;
  const cause = graphqlError ? graphqlError.originalError : error;
  if (cause instanceof ExpectedError) return withCode(cause, graphqlError);
  if (graphqlError?.extensions['code'] === 'REQUEST_ENTITY_TOO_LARGE') return bodyTooLarge();
  // A GraphQLError without a cause comes from the engine: a syntax error, an unknown field, a variable of a wrong type.
  if (graphqlError && !(cause instanceof Error && !(cause instanceof GraphQLError)))
    return asInvalidInput(graphqlError);
  return mask(cause, graphqlError);
}

/** The refusal of a body that is larger than requests may be. */
export const bodyTooLarge = (): GraphQLError =>
  new GraphQLError('This request is too large. Send it in parts, and files over a link of their own.', {
    extensions: { code: 'TOO_COSTLY', http: { status: 413 } },
  });

function withCode(cause: ExpectedError, at: GraphQLError | undefined): GraphQLError {
  const { code, message, details } = cause;
  return new GraphQLError(message, { ...placeOf(at), extensions: { code, ...details, ...overHttp(code, details) } });
}

/** Seconds after which it is worth asking again when the service was not available. */
const retrySeconds = 2;

/** What is also said as a status, which proxies and clients understand without reading the body. */
function overHttp(code: ErrorCode, { retryAfterSeconds = retrySeconds }: Record<string, unknown> = {}) {
  const headers = { 'retry-after': String(retryAfterSeconds) };
  if (code === 'UNAUTHENTICATED') return { http: { status: 401 } };
  if (code === 'RATE_LIMITED') return { http: { status: 429, headers } };
  return code === 'UNAVAILABLE' ? { http: { status: 503, headers } } : {};
}

/**
 * An error beside something that was given: not a reason to ask for all of it again, so its status and Retry-After go. A
 * missing session stays one.
 */
export function besideData(error: GraphQLError): GraphQLError {
  const http = error.extensions['http'] as { headers?: object } | undefined;
  if (http?.headers) delete (error.extensions as Record<string, unknown>)['http'];
  return error;
}

/** The engine has codes of its own, which vary with its version; a client meets those of our list. */
function asInvalidInput(error: GraphQLError): GraphQLError {
  const { code, issues = [{ path: [], message: error.message }], ...rest } = error.extensions;
  // It has been here before.
  if (code !== 'INVALID_INPUT' && errorCodes.some((each) => each === code)) return error;
  return new GraphQLError(error.message, { ...placeOf(error), extensions: { ...rest, code: 'INVALID_INPUT', issues } });
}

function mask(cause: unknown, at: GraphQLError | undefined): GraphQLError {
  const correlationId = randomUUID();
  if (isOutage(cause)) {
    if (isDiskFull(cause)) log.error({ err: cause, correlationId }, 'the disk of the database is full');
    else log.warn({ err: cause, correlationId }, 'the database is not available');
    return new GraphQLError('The service is not available at the moment. Try again shortly.', {
      ...placeOf(at),
      extensions: { code: 'UNAVAILABLE', correlationId, ...overHttp('UNAVAILABLE') },
    });
  }
  log.error({ err: cause, correlationId }, 'an operation failed');
  return new GraphQLError('Something went wrong on our side.', {
    ...placeOf(at),
    extensions: { code: 'INTERNAL', correlationId },
  });
}

const placeOf = (error: GraphQLError | undefined) => ({
  nodes: error?.nodes,
  source: error?.source,
  positions: error?.positions,
  path: error?.path,
});
