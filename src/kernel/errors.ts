/** Every code a client can meet in `extensions.code`. The list is closed: clients may switch over it. */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'INVALID_INPUT',
  'CONFLICT',
  'RATE_LIMITED',
  'TOO_COSTLY',
  'UNAVAILABLE',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What is wrong with one place of an input; `path` leads to it: ["input", 3, "date"]. */
export type InputIssue = { path: (string | number)[]; message: string };

/** A failure the caller can understand and act on. Anything else that is thrown is a defect of ours. */
export class ExpectedError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export class UnauthenticatedError extends ExpectedError {
  constructor(message = 'Sign in first: the access token is missing, expired or no longer valid.') {
    super('UNAUTHENTICATED', message);
  }
}

/** Says the same for an id that does not exist and for one that belongs to somebody else. */
export class NotFoundError extends ExpectedError {
  constructor(what: string) {
    super('NOT_FOUND', `There is no such ${what}.`);
  }
}

export class InvalidInputError extends ExpectedError {
  readonly issues: InputIssue[];

  constructor(issues: InputIssue[]) {
    super('INVALID_INPUT', issues[0]?.message ?? 'The input is not valid.', { issues });
    this.issues = issues;
  }
}

/**
 * The state has moved on; `current` is what it is now, and `differingFields` names what of the caller's input is another
 * there, so that the client can merge and try again.
 */
export class ConflictError extends ExpectedError {
  readonly differingFields: readonly string[];

  constructor(message: string, current: unknown, differingFields: readonly string[] = []) {
    super('CONFLICT', message, { current, differingFields });
    this.differingFields = differingFields;
  }
}

/** The log no longer reaches back to the number asked for; a snapshot takes its place. */
export class LogCompactedError extends ExpectedError {
  /** The newest number of the log. */
  readonly seq: number;

  constructor(compactedTo: number, seq: number) {
    super('CONFLICT', 'The log no longer reaches back to this number. Take a snapshot, and go on after its number.', {
      reason: 'LOG_COMPACTED',
      compactedTo,
      seq,
    });
    this.seq = seq;
  }
}

/** Too much of something in too short a time; what was asked for has not been looked at. */
export class RateLimitedError extends ExpectedError {
  constructor(retryAfterSeconds: number) {
    const unit = retryAfterSeconds === 1 ? 'second' : 'seconds';
    super('RATE_LIMITED', `Too many requests. Try again in ${retryAfterSeconds} ${unit}.`, { retryAfterSeconds });
  }
}

export class TooCostlyError extends ExpectedError {
  constructor(message: string) {
    super('TOO_COSTLY', message);
  }
}

export class UnavailableError extends ExpectedError {
  constructor(message: string) {
    super('UNAVAILABLE', message);
  }
}
