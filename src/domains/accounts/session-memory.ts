import { LRUCache } from 'lru-cache';
import type { Viewer } from '../../kernel/viewer.ts';
import { isBusHeard } from '../../platform/bus.ts';

/** Who an access token speaks for, and until when. */
export type Authentication = { viewer: Viewer; expiresAt: Date };

/**
 * What this process remembers of tokens and sessions, so that not every request asks the database who it comes from.
 *
 * A session is forgotten with the message that it ended, which its own process handles before the end is acknowledged. Such
 * a message may get lost, so no read relies on what is older than the heartbeat, and nothing is recalled while other
 * processes cannot be heard. See docs/decisions/0010.
 */
const tokens = new LRUCache<string, Authentication>({ max: 20_000 });
/** By person and device: when the database was last asked and the session was open, by `performance.now()`. */
const openAt = new LRUCache<string, Map<string, number>>({ max: 20_000 });
/** Milliseconds that a session is remembered; 0 as long as nobody has asked for it. */
let lifeLength = 0;
/** Rises with every end of a session. */
let ends = 0;

/** Forgets all, and from now on remembers for so many milliseconds; not at all with 0. */
export function openMemory(milliseconds: number): void {
  lifeLength = milliseconds;
  ends += 1;
  tokens.clear();
  openAt.clear();
}

/** What a token was found to say. Signatures do not change: it holds until the token's own end. */
export function recallToken(accessToken: string): Authentication | undefined {
  const known = tokens.get(accessToken);
  if (!known || known.expiresAt.getTime() > Date.now()) return known;
  tokens.delete(accessToken);
  return undefined;
}

export function rememberToken(accessToken: string, authentication: Authentication): void {
  if (lifeLength > 0) tokens.set(accessToken, authentication);
}

/** How long ago a session may have been found open: a read relies on it alone, a write looks again. */
export type Reliance = 'reads' | 'writes';

/** Milliseconds that a session is remembered for writes: as often as it is noted that a device was seen. */
const writesLife = 60_000;

/** Whether the session was found open lately, and nothing has been heard of its end. */
export function recallOpen({ userId, deviceId }: Viewer, reliance: Reliance): boolean {
  const at = openAt.get(userId)?.get(deviceId ?? '');
  if (at === undefined || lifeLength === 0 || !isBusHeard()) return false;
  return performance.now() < at + (reliance === 'writes' ? writesLife : lifeLength);
}

/**
 * To be called before the database is asked.
 * @returns a function that remembers the session as open, unless one has ended meanwhile: the answer may be older than that
 */
export function beginLookUp({ userId, deviceId }: Viewer): () => void {
  const endsBefore = ends;
  const at = performance.now();
  return () => {
    if (lifeLength === 0 || ends !== endsBefore) return;
    const devices = openAt.get(userId) ?? new Map<string, number>();
    openAt.set(userId, devices.set(deviceId ?? '', at));
  };
}

/** Forgets the sessions of a person, and what is being looked up of them. */
export function forgetSessions(userId: string): void {
  ends += 1;
  openAt.delete(userId);
}
