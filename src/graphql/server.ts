import type { ExecutionResult } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance, type YogaServerOptions } from 'graphql-yoga';
import { authenticate, type Reliance } from '../domains/accounts/sessions.ts';
import { InvalidInputError, UnauthenticatedError } from '../kernel/errors.ts';
import { createContext, type Context } from './context.ts';
import { toClientError } from './errors.ts';
import { noteErrors } from './operation-metrics.ts';
import type { Pipeline } from './pipeline.ts';

/**
 * Bytes of a request's body: the fullest batch of entries (1000, each with 10,000 characters of notes and 3,000 of tags) in a
 * Latin script, and some to spare. Files are not sent here but to a link of their own.
 */
export const bodyMax = 16 * 1024 * 1024;

/** What Yoga is told of a request beside it. */
type Arrival = { address?: string | null };

export type GraphqlServer = YogaServerInstance<Arrival, Context>;

/**
 * Serves what takes neither the HTTP lane nor a socket: other media types, requests that cannot run, and GraphiQL. Operations go
 * through the same pipeline.
 */
export function createGraphqlServer(pipeline: Pipeline, isProduction: boolean): GraphqlServer {
  return createYoga<Arrival, Context>({
    schema: pipeline.schema,
    graphqlEndpoint: '/graphql',
    graphiql: isProduction ? false : { title: 'Lifegraph', subscriptionsProtocol: 'WS', defaultQuery: welcome },
    renderGraphiQL,
    landingPage: false,
    batching: false,
    multipart: false,
    cors: false,
    logging: false,
    healthCheckEndpoint: '/health/graphql',
    maskedErrors: { maskError: (error) => toClientError(error) },
    plugins: [throughPipeline(pipeline), jsonOnly, subscriptionsOnSockets, counted],
    maxRequestBodySize: bodyMax,
    parserAndValidationCache: false,
    context: ({ request, address }) =>
      createRequestContext(request.headers.get('authorization') ?? undefined, 'reads', address ?? null),
  });
}

/**
 * GraphiQL with everything in it: by default the page would fetch its scripts from somebody else's server. Megabytes, so
 * loaded when somebody looks at it.
 */
const renderGraphiQL: NonNullable<YogaServerOptions<Arrival, Context>['renderGraphiQL']> = async (options) =>
  (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options);

/** Yoga's own engine and cache give way to ours. What is thrown while it runs gets its code from `maskedErrors`. */
const throughPipeline = ({ parse, validate, run }: Pipeline): Plugin => ({
  onParse: ({ setParseFn }) => setParseFn(parse),
  onValidate: ({ setValidationFn }) => setValidationFn((_, document) => validate(document)),
  onExecute: ({ setExecuteFn }) => setExecuteFn(run),
});

/** A body is JSON and says so: no form of a foreign page can send that without the browser asking us first. */
const jsonOnly: Plugin = {
  onRequest: ({ request, fetchAPI, endResponse }) => {
    const isJson = /^application\/(graphql\+)?json\b/i.test(request.headers.get('content-type') ?? '');
    if (request.method !== 'POST' || isJson) return;
    const error = new InvalidInputError([{ path: [], message: 'The content type of a request is application/json.' }]);
    noteErrors([toClientError(error)]);
    endResponse(fetchAPI.Response.json({ errors: [toClientError(error)] }, { status: 415 }));
  },
};

/** Errors of answers are counted where they go out: those from before the execution too. */
const counted: Plugin = {
  onResultProcess: ({ result }) => {
    if (!(Symbol.asyncIterator in result)) noteErrors((result as ExecutionResult).errors);
  },
};

/** A subscription runs on a socket, which ends with its session and token; a plain request would go on for ever. */
const subscriptionsOnSockets: Plugin = {
  onSubscribe: ({ args, setResultAndStopExecution }) => {
    if (!('request' in (args.contextValue as object))) return;
    const error = new InvalidInputError([{ path: [], message: 'Subscribe over WebSocket (graphql-transport-ws).' }]);
    setResultAndStopExecution({ errors: [toClientError(error)] });
  },
};

/** The token of an Authorization header or of a socket's connection_init. */
export function readBearer(authorization: unknown): string | null {
  if (typeof authorization !== 'string') return null;
  return /^Bearer ([\w.-]+)$/i.exec(authorization)?.[1] ?? '';
}

/**
 * The context for a request. A dead token is not yet an error: `login` and `refreshSession` must work with one in the
 * header. Whatever asks for the viewer refuses.
 */
export async function createRequestContext(
  authorization: string | undefined,
  reliance: Reliance,
  address: string | null,
): Promise<Context> {
  const token = readBearer(authorization);
  const caller = { address, accessToken: token };
  if (token === null) return createContext(null, false, caller);
  try {
    return createContext((await authenticate(token, reliance)).viewer, false, caller);
  } catch (error) {
    if (error instanceof UnauthenticatedError) return createContext(null, true, caller);
    throw error;
  }
}

const welcome = `# Welcome to Lifegraph. Open an account:

mutation Register {
  register(input: { email: "me@example.org", password: "a long sentence is a good password" }) {
    accessToken
  }
}

# Then put {"Authorization": "Bearer <accessToken>"} under "Headers" below, and try:
#   mutation { createMetric(input: { name: "Mood", type: RATING, min: 1, max: 5 }) { id } }
#   query { changes(after: 0) { changes { seq kind entityType } } }
# Live, the same comes over WebSocket: see the README.
`;
