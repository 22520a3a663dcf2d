import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { errorCodes, ExpectedError } from '../kernel/errors.ts';
import { log } from '../platform/log.ts';
import { isOutage } from '../platform/outages.ts';

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
  // Over HTTP a missing or dead token is also a status, which proxies and clients understand without reading the body.
  const http = code === 'UNAUTHENTICATED' ? { http: { status: 401 } } : {};
  return new GraphQLError(message, { ...placeOf(at), extensions: { code, ...details, ...http } });
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
    log.warn({ err: cause, correlationId }, 'the database is not available');
    return new GraphQLError('The service is not available at the moment. Try again shortly.', {
      ...placeOf(at),
      extensions: { code: 'UNAVAILABLE', correlationId },
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
