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
  const { code, message, cause, meta } = (failure ?? {}) as DatabaseFailure;
  const { originalCode, kind } = meta?.driverAdapterError?.cause ?? cause ?? {};
  if (goneByOrm.has(String(kind)) || lostConnection.test(String(message ?? ''))) return true;
  return [code, originalCode].some((each) => passingStates.test(String(each)) || passingCodes.test(String(each)));
}
