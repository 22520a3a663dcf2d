/** The server answered, and refused. `code` is of the closed list in the schema's documentation. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly extensions: Record<string, unknown>;

  constructor(message: string, extensions: Record<string, unknown> = {}) {
    super(message);
    this.code = String(extensions['code'] ?? 'INTERNAL');
    this.extensions = extensions;
  }
}

/** No answer, or none of the server's: the network, a proxy, a timeout. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** There is no session, or it has ended: somebody has to sign in. */
export class SignedOutError extends Error {
  override readonly name = 'SignedOutError';

  constructor() {
    super('This device is signed out. What is queued stays until the same person signs in.');
  }
}

/** The client was closed while something was under way. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';

  constructor() {
    super('The client was closed. What was queued will be sent when it is opened again.');
  }
}

/** Another tab sent the operation, and told how it went while this one was not listening. */
export class OutcomeMissedError extends Error {
  override readonly name = 'OutcomeMissedError';

  constructor() {
    super('The operation has been answered, but this tab did not hear how. What is shown is right.');
  }
}

/** Failures of the moment. */
const passing = new Set(['UNAVAILABLE', 'INTERNAL', 'RATE_LIMITED', 'UNAUTHENTICATED']);

/** Whether the same request may well succeed later. */
export const isPassing = (error: unknown): boolean => !(error instanceof ApiError) || passing.has(error.code);

/** Why the log cannot go on from our number: it is compacted beyond it, or another log altogether. A snapshot does. */
export type SnapshotReason = 'COMPACTED' | 'REPLACED';

/** @returns null when it is nothing of the kind */
export function snapshotReasonOf(error: ApiError): SnapshotReason | null {
  if (error.extensions['reason'] === 'LOG_COMPACTED') return 'COMPACTED';
  const issues = (error.extensions['issues'] ?? []) as { path?: unknown[] }[];
  const isAtAfter = error.code === 'INVALID_INPUT' && issues.some(({ path }) => path?.includes('after'));
  return isAtAfter ? 'REPLACED' : null;
}
