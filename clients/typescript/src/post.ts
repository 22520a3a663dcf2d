import { ApiError, UnreachableError } from './failures.ts';

/** Milliseconds after which a request counts as lost; it is then made again. */
const timeout = 30_000;

/** Runs one operation over HTTP. @throws ApiError, UnreachableError */
export type Post = <Data>(document: string, variables: object, caller?: Caller) => Promise<Data>;

/** Who asks, and until when the answer matters. */
type Caller = { token?: string; signal?: AbortSignal };

type Answer<Data> = { data?: Data | null; errors?: { message: string; extensions?: Record<string, unknown> }[] };

export function postOperation(url: string, fetchImplementation: typeof fetch = globalThis.fetch): Post {
  return async <Data>(query: string, variables: object, { token, signal }: Caller = {}) => {
    const answer = await exchange<Data>(fetchImplementation, `${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])]),
    });
    const [error] = answer.errors ?? [];
    if (error) throw new ApiError(error.message, error.extensions);
    if (!answer.data) throw new UnreachableError('The answer is none of the API.');
    return answer.data;
  };
}

async function exchange<Data>(
  fetchImplementation: typeof fetch,
  url: string,
  request: RequestInit,
): Promise<Answer<Data>> {
  try {
    const response = await fetchImplementation(url, request);
    if (response.status === 413) throw new ApiError('The request is too large.', { code: 'TOO_COSTLY' });
    return (await response.json()) as Answer<Data>;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new UnreachableError('The server could not be reached.', { cause: error });
  }
}
