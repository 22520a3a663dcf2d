/** PostgreSQL's classes of failure that pass: lost connections, shutdown, too many connections, no space. */
const passingStates = /^(08|53|57)/;
/** What the network and the ORM call the same. */
const passingCodes =
  /^(ECONN\w+|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|P1001|P1002|P1017|P2024|P2028)$/;
/** The driver has no codes for a connection that is cut, or that the pool could not give in time. */
const lostConnection =
  /^(Connection terminated|timeout exceeded when trying to connect|Client (has encountered|was closed)|Cannot use a pool)/;
const goneByOrm = new Set(['ConnectionClosed', 'DatabaseNotReachable', 'SocketTimeout', 'TooManyConnections']);

/** What the driver's adapter knows of a failure; the ORM wraps it for statements, and hands it on bare for COMMIT. */
type AdapterCause = { originalCode?: unknown; kind?: unknown };
type DatabaseFailure = {
  code?: unknown;
  message?: unknown;
  cause?: AdapterCause;
  meta?: { driverAdapterError?: { cause?: AdapterCause } };
};

/**
 * Whether a failure says that the database is out of reach for now, and the same may succeed later. One that comes with
 * COMMIT leaves open whether the transaction happened: whoever tries again does it with the same ids.
 */
export function isOutage(failure: unknown): boolean {
  const { message, cause, meta } = (failure ?? {}) as DatabaseFailure;
  const { kind } = meta?.driverAdapterError?.cause ?? cause ?? {};
  if (goneByOrm.has(String(kind)) || lostConnection.test(String(message ?? ''))) return true;
  return codesOf(failure).some((each) => passingStates.test(each) || passingCodes.test(each));
}

/** Whether the database has found no room on its disk: nothing has been written, and reading goes on. */
export const isDiskFull = (failure: unknown): boolean => codesOf(failure).includes('53100');

function codesOf(failure: unknown): string[] {
  const { code, cause, meta } = (failure ?? {}) as DatabaseFailure;
  return [code, (meta?.driverAdapterError?.cause ?? cause)?.originalCode].map(String);
}
