import { pino, type Logger } from 'pino';
import { currentRequest } from './requests.ts';

/** Paths that could carry what a person wrote, or a secret; none of them reaches a log line. */
const secretPaths = ['password', 'token', 'authorization', 'refreshToken', 'email', 'value', 'notes', 'text'];

export let log: Logger = pino({ level: 'silent' });
let destination: ReturnType<typeof pino.destination> | undefined;

/** Starts logging JSON lines on standard error. Standard output stays free for what a person reads. */
export function openLog(level: string): void {
  const redact = secretPaths.flatMap((path) => [path, `*.${path}`, `*.*.${path}`]);
  destination = pino.destination({ dest: 2, sync: false });
  log = pino({ level, base: null, redact, mixin: describeRequest, serializers: { err: describeError } }, destination);
}

/** Writes what is a line, or several, already. */
export const writeLines = (text: string): void => void destination?.write(text);

/** Which request a line belongs to. Whoever has been told the id of one finds all that was said about it. */
function describeRequest(): object {
  const request = currentRequest();
  return request ? { requestId: request.id } : {};
}

/**
 * Name, code and stack of an error, without its message's data: database drivers put rows into `detail` and values into
 * messages.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error };
  const { code, routine, constraint } = error as Error & { code?: string; routine?: string; constraint?: string };
  const frames = error.stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 8);
  return { name: error.name, code, routine, constraint, frames };
}
