import type { GraphQLError } from 'graphql';

/** The status is for HTTP alone; a socket's errors are otherwise the same. */
export function withoutHttp(error: GraphQLError): GraphQLError {
  delete (error.extensions as Record<string, unknown>)['http'];
  return error;
}
