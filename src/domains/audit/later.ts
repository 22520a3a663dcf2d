import { log } from '../../platform/observation/log.ts';
import type { Actor, AuditAction, AuditDetails } from './audit-event.ts';
import { recordAlone } from './record.ts';

/** Milliseconds that something waits to be recorded. */
const delay = 250;
/** Events that wait in one process, at most. Each has cost its sender a hash, so it takes a database that is away. */
const waitingMax = 1000;

/** Times that an event is tried. */
const triesMax = 20;

type Note = { actor: Actor; action: AuditAction; details: AuditDetails; tries: number };

let waiting: Note[] = [];
let timer: NodeJS.Timeout | undefined;
let writing: Promise<void> = Promise.resolve();

/**
 * Records something a little later, without anybody waiting for it: the answer to a wrong password takes as long for an
 * account that exists as for one that does not. What waits is lost with a process that is killed.
 */
export function recordLater(actor: Actor, action: AuditAction, details: AuditDetails): void {
  if (waiting.length >= waitingMax) return log.error({ action }, 'an event is missing in the audit log: too many wait');
  waiting.push({ actor, action, details, tries: 0 });
  timer ??= setTimeout(() => void writeDown(), delay);
}

/** Writes down what waits. For the end of the process, while the database is still open. */
export async function closeAuditLog(): Promise<void> {
  await writeDown();
  clearTimeout(timer);
  timer = undefined;
  if (waiting.length > 0) log.error({ events: waiting.length }, 'events are missing in the audit log: no database');
  waiting = [];
}

function writeDown(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  return (writing = writing.then(writeAll));
}

async function writeAll(): Promise<void> {
  const notes = waiting;
  waiting = [];
  for (const note of notes) await recordAlone(note.actor, note.action, note.details).catch(putOff(note));
  if (waiting.length > 0) timer ??= setTimeout(() => void writeDown(), 10 * delay);
}

const putOff = (note: Note) => (err: unknown) => {
  const tries = note.tries + 1;
  const isGivenUp = tries >= triesMax || waiting.length >= waitingMax;
  log.warn({ err, action: note.action, isGivenUp }, 'an event could not be written to the audit log');
  if (!isGivenUp) waiting.push({ ...note, tries });
};
