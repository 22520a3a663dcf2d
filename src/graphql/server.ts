import { createYoga, type Plugin, type YogaServerInstance, type YogaServerOptions } from 'graphql-yoga';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import { authenticate } from '../domains/accounts/sessions.ts';
import { InvalidInputError, UnauthenticatedError } from '../kernel/errors.ts';
import type { Viewer } from '../kernel/viewer.ts';
import { createContext, type Context } from './context.ts';
import { toClientError } from './errors.ts';

/**
 * Bytes of a request's body: the fullest batch of entries (1000, each with 10,000 characters of notes and 3,000 of tags) in a
 * Latin script, and some to spare. Files are not sent here but to a link of their own.
 */
export const bodyMax = 16 * 1024 * 1024;

/**
 * What a transport knows before the operation runs. A socket brings its visitor, the lane the Authorization header; Yoga's
 * own request is asked for it.
 */
export type Transport = { visitor?: Viewer | null; authorization?: string };

export type GraphqlServer = YogaServerInstance<Transport, Context>;

/**
 * The one execution pipeline. The HTTP lane and the sockets run their operations through `getEnveloped`; what is neither, Yoga
 * serves itself.
 */
export function createGraphqlServer(schema: GraphQLSchema, isProduction: boolean): GraphqlServer {
  return createYoga<Transport, Context>({
    schema,
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
    plugins: [codedErrors, jsonOnly, subscriptionsOnSockets],
    maxRequestBodySize: bodyMax,
    parserAndValidationCache: { errorCache: noCache },
    context: async ({ visitor, request, authorization }) => {
      if (visitor !== undefined) return createContext(visitor);
      // A socket and the lane have no Request, whatever the type says.
      const header = (request as Request | undefined)?.headers.get('authorization') ?? authorization;
      return createRequestContext(header);
    },
  });
}

/**
 * GraphiQL with everything in it: by default the page would fetch its scripts from somebody else's server. Megabytes, so
 * loaded when somebody looks at it.
 */
const renderGraphiQL: NonNullable<YogaServerOptions<Transport, Context>['renderGraphiQL']> = async (options) =>
  (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options);

/**
 * Documents are kept, syntax errors are not: Yoga adds the status to them where a request is parsed, so that one which a
 * socket met first would reach HTTP without.
 */
const noCache = { get: () => undefined, set: () => undefined };

/** Syntax and validation errors get a code of the closed list too; the engine reports them before the masking. */
const codedErrors: Plugin = {
  onParse:
    () =>
    ({ result, replaceParseResult }) => {
      if (result instanceof Error) replaceParseResult(toClientError(result));
    },
  onValidate:
    () =>
    ({ valid, result, setResult }) => {
      if (!valid) setResult((result as GraphQLError[]).map(toClientError));
    },
};

/** A body is JSON and says so: no form of a foreign page can send that without the browser asking us first. */
const jsonOnly: Plugin = {
  onRequest: ({ request, fetchAPI, endResponse }) => {
    const isJson = /^application\/(graphql\+)?json\b/i.test(request.headers.get('content-type') ?? '');
    if (request.method !== 'POST' || isJson) return;
    const error = new InvalidInputError([{ path: [], message: 'The content type of a request is application/json.' }]);
    endResponse(fetchAPI.Response.json({ errors: [toClientError(error)] }, { status: 415 }));
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
async function createRequestContext(authorization: string | undefined): Promise<Context> {
  const token = readBearer(authorization);
  if (token === null) return createContext(null);
  try {
    return createContext((await authenticate(token)).viewer);
  } catch (error) {
    if (error instanceof UnauthenticatedError) return createContext(null, true);
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
