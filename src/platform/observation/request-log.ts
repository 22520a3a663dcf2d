import { log, writeLines } from './log.ts';
import type { RequestNotes } from './requests.ts';

/** What has been served: a request, an operation of a socket, or a whole socket. */
export type Served = {
  msg: 'request' | 'operation' | 'socket';
  /** Method and first part of the path: what follows may be a token. */
  route?: string;
  /** Of HTTP, or with which a socket was closed; null when the client was gone before its answer. */
  status?: number | null;
  milliseconds: number;
  bytesIn?: number;
  bytesOut?: number;
};

/** Milliseconds, and characters, for which lines are gathered: to write each by itself takes longer than to make it. */
const gathering = { time: 100, length: 32 * 1024 } as const;

let isOn = false;
let lines = '';
let timer: NodeJS.Timeout | undefined;

/** Begins to write a line for each request. Nothing in it was written by a person or a client. */
export function openRequestLog({ isOff }: { isOff: boolean }): void {
  isOn = !isOff && log.isLevelEnabled('info');
}

export function closeRequestLog(): void {
  isOn = false;
  flush();
}

/** Whether requests get lines. */
export const isLogging = (): boolean => isOn;

/** Writes the line of what has been served. Past the logger, whose redaction would take longer than an operation. */
export function logServed({ id, operation, viewer, codes }: RequestNotes, served: Served): void {
  if (!isOn) return;
  const { milliseconds, ...rest } = served;
  const line = {
    level: 30,
    time: Date.now(),
    requestId: id,
    ...rest,
    ms: Math.round(milliseconds * 10) / 10,
    ...operation,
    codes,
    userId: viewer?.userId,
    deviceId: viewer?.deviceId ?? undefined,
  };
  lines += `${JSON.stringify(line)}\n`;
  if (lines.length > gathering.length) flush();
  else timer ??= setTimeout(flush, gathering.time).unref();
}

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  if (lines !== '') writeLines(lines);
  lines = '';
}
