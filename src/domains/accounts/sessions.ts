import { UnauthenticatedError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { publish, subscribe } from '../../platform/bus.ts';
import { sql } from '../../platform/database/database.ts';
import { verifyToken, signToken } from '../../platform/secrets/signed-tokens.ts';
import {
  beginLookUp,
  forgetSessions,
  openMemory,
  recallOpen,
  recallToken,
  rememberToken,
  type Authentication,
  type Reliance,
} from './session-memory.ts';

export type { Authentication, Reliance } from './session-memory.ts';

/** Seconds an access token lives. */
const accessTokenSeconds = 600;

export const signAccessToken = (viewer: Viewer): { token: string; expiresAt: Date } =>
  signToken('access-token', { sub: viewer.userId, sid: viewer.deviceId }, accessTokenSeconds);

/**
 * The person and device behind an access token. The signature alone is not enough: the session must still be open, so
 * that a logout counts from the next request on.
 * @param reliance 'writes' for what answers nothing unless its own write finds the session open
 * @throws UnauthenticatedError
 */
export async function authenticate(accessToken: string, reliance: Reliance = 'reads'): Promise<Authentication> {
  const authentication = recallToken(accessToken) ?? readToken(accessToken);
  if (!recallOpen(authentication.viewer, reliance) && !(await isSessionOpen(authentication.viewer)))
    throw new UnauthenticatedError();
  return authentication;
}

/** Seconds after which a token of a device that was once signed in shows nothing any more. */
const formerSeconds = 90 * 24 * 3600;

/**
 * The device that an access token was made for, whether or not it still is signed in. No proof of anything but that it once
 * was: it is good for guesses of its own, and for nothing else.
 */
export function formerDevice(accessToken: string | null): Viewer | null {
  return accessToken ? readViewer(verifyToken('access-token', accessToken, formerSeconds)) : null;
}

function readViewer(claims: ReturnType<typeof verifyToken>): Viewer | null {
  if (typeof claims?.sub !== 'string' || typeof claims['sid'] !== 'string') return null;
  return { userId: claims.sub, deviceId: claims['sid'] };
}

function readToken(accessToken: string): Authentication {
  const claims = verifyToken('access-token', accessToken);
  const viewer = readViewer(claims);
  if (!claims || !viewer) throw new UnauthenticatedError();
  const authentication = { viewer, expiresAt: new Date(claims.exp * 1000) };
  rememberToken(accessToken, authentication);
  return authentication;
}

/** Whether a token is one of ours and not past its time; its session may have ended. Asks nobody. */
export function isSigned(accessToken: string): boolean {
  try {
    return Boolean(recallToken(accessToken) ?? readToken(accessToken));
  } catch {
    return false;
  }
}

/**
 * Whether the viewer's session has neither been ended nor erased. May come from memory (see session-memory.ts): good
 * enough for reads; every write looks again.
 */
export async function isSessionOpen(viewer: Viewer): Promise<boolean> {
  if (recallOpen(viewer, 'reads')) return true;
  const remember = beginLookUp(viewer);
  const isOpen = await isSessionOpenNow(viewer);
  if (isOpen) remember();
  return isOpen;
}

/** For what must not happen once the session has ended. @throws UnauthenticatedError */
export async function requireOpenSession(viewer: Viewer): Promise<void> {
  if (!(await isSessionOpenNow(viewer))) throw new UnauthenticatedError();
}

/** As isSessionOpen, from the database alone. Notes that the device was seen, once a minute. */
export async function isSessionOpenNow(viewer: Viewer): Promise<boolean> {
  const [session] = await sql.query<{ isStale: boolean }>(
    `SELECT last_seen_at < now() - interval '1 minute' AS "isStale" FROM sessions
     WHERE user_id = $1::uuid AND id = $2::uuid AND ended_at IS NULL`,
    [viewer.userId, viewer.deviceId],
    'is-session-open',
  );
  if (session?.isStale) await touch(viewer);
  return session !== undefined;
}

/**
 * Of the viewers' sessions, those that are still open, by id. For sockets, which outlive many requests. Plain SQL: with
 * thousands of sockets the ORM was seen to hold the process up for tenths of a second.
 */
export async function findOpenSessions(viewers: readonly Viewer[]): Promise<Set<string>> {
  const rows = await sql.query<{ id: string }>(
    `SELECT s.id FROM sessions s JOIN unnest($1::uuid[], $2::uuid[]) AS v(user_id, id) USING (user_id, id)
     WHERE s.ended_at IS NULL`,
    [viewers.map((viewer) => viewer.userId), viewers.map((viewer) => viewer.deviceId)],
    'find-open-sessions',
  );
  return new Set(rows.map((row) => row.id));
}

/**
 * Tells all processes that sessions of a person have ended, so that they forget them and close their sockets at once. This
 * process has forgotten them when the function returns.
 */
export function announceSessionEnd(userId: string): void {
  forgetSessions(userId);
  publish('sessions.ended', { userId });
}

export const onSessionEnd = (listen: (userId: string) => void): (() => void) =>
  subscribe<{ userId: string }>('sessions.ended', ({ userId }) => listen(userId));

async function touch({ userId, deviceId }: Viewer): Promise<void> {
  await sql.query('UPDATE sessions SET last_seen_at = now() WHERE user_id = $1::uuid AND id = $2::uuid', [
    userId,
    deviceId,
  ]);
}

/**
 * Begins to remember which sessions are open, for at most the heartbeat.
 * @returns a function that ends it, and forgets all
 */
export function rememberSessions(heartbeatSeconds: number): () => void {
  const stopListening = onSessionEnd(forgetSessions);
  openMemory(heartbeatSeconds * 1000);
  return () => {
    stopListening();
    openMemory(0);
  };
}
