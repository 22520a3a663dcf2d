import { ApiError } from './client.ts';

/** The API's refusal of an operation that must fail. */
export async function refusalOf(operation: Promise<unknown>): Promise<ApiError> {
  const outcome = await operation.then(
    (value) => new Error(`it should have been refused, and gave ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof ApiError) return outcome;
  throw outcome;
}

/** The refusal of an input for one place in it. */
export const invalidAt = (...path: (string | number)[]) => ({
  code: 'INVALID_INPUT',
  extensions: { issues: [{ path }] },
});
