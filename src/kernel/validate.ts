import type { ZodType } from 'zod';
import { InvalidInputError } from './errors.ts';

/**
 * The input in its parsed shape.
 * @param root where the input stands in the caller's arguments, e.g. ["input"]; issue paths begin with it.
 * @throws InvalidInputError naming every issue
 */
export function validate<Output>(
  shape: ZodType<Output>,
  input: unknown,
  root: (string | number)[] = ['input'],
): Output {
  const result = shape.safeParse(input);
  if (result.success) return result.data;
  throw new InvalidInputError(
    result.error.issues.map((issue) => ({ path: [...root, ...issue.path.map(toPathPart)], message: issue.message })),
  );
}

const toPathPart = (part: PropertyKey): string | number => (typeof part === 'number' ? part : String(part));
