/** An operation as a client sends it. */
export type Parameters = {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
  extensions?: Record<string, unknown> | null;
};

const isText = (value: unknown): boolean => typeof value === 'string';
const isNothing = (value: unknown): boolean => value === null || value === undefined;
const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What each parameter must be; there are no others. */
const shapes = new Map<string, (value: unknown) => boolean>([
  ['query', isText],
  ['operationName', (value) => isNothing(value) || isText(value)],
  ['variables', (value) => isNothing(value) || isRecord(value)],
  ['extensions', (value) => isNothing(value) || isRecord(value)],
]);

/** The parameters in a request's body, or null when it is anything but one operation. */
export function readParameters(body: Buffer): Parameters | null {
  const value = parse(body);
  if (!isRecord(value) || !('query' in (value as object))) return null;
  const isFit = Object.entries(value as object).every(([name, part]) => shapes.get(name)?.(part));
  return isFit ? (value as Parameters) : null;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}
