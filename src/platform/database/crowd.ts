import { UnavailableError } from '../../kernel/errors.ts';
import { readPoolUse } from './database.ts';

/**
 * What makes a crowd: both at once. A few who wait long are those behind an import of the embedded database, and get their
 * turn; many who wait for a moment are a burst. Many who wait long are more than can be served: whoever comes in addition
 * would wait longer still, and those who came first would not be served any sooner.
 */
const crowd = { waiting: 100, milliseconds: 500 } as const;

/**
 * Whether so many wait for the database that new requests are to be refused before anything is done for them. So those that
 * were let in are answered within about a second at whatever load, and a refusal costs next to nothing.
 */
export function isCrowded(): boolean {
  const { waiting, longestWait } = readPoolUse();
  return waiting >= crowd.waiting && longestWait >= crowd.milliseconds;
}

/** What somebody is told who is refused in a crowd. */
export const crowded = (): UnavailableError =>
  new UnavailableError('There is more to do right now than can be done. Try again shortly.');
