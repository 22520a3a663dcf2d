import { isDeepStrictEqual } from 'node:util';

/** The two sides differ: a ratio between them would mean nothing. */
export class DifferenceError extends Error {}

/** @throws DifferenceError naming the first place where the two differ */
export function requireEqual(what: string, product: unknown, peer: unknown): void {
  if (isDeepStrictEqual(product, peer)) return;
  throw new DifferenceError(`The two sides differ in ${what}: ${describeDifference(product, peer, '')}`);
}

function describeDifference(product: unknown, peer: unknown, path: string): string {
  if (isObject(product) && isObject(peer)) {
    const keys = new Set([...Object.keys(product), ...Object.keys(peer)]);
    for (const key of keys) {
      if (!isDeepStrictEqual(product[key], peer[key]))
        return describeDifference(product[key], peer[key], `${path}.${key}`);
    }
  }
  return `at ${path || 'the top'} the product has ${shorten(product)}, the peer ${shorten(peer)}`;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const shorten = (value: unknown): string => String(JSON.stringify(value)).slice(0, 200);

/** Instants are each server's own. */
const clockFields = new Set(['createdAt', 'updatedAt', 'at']);

/** The value of a JSON text without what depends on the clock, every instant checked to be one. */
export const parseTimeless = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) =>
    clockFields.has(key) ? /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(value)) : value,
  );
