import { createHash, createHmac, randomBytes, type KeyObject } from 'node:crypto';
import { UnauthenticatedError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { transaction, type Sql, type Transaction } from '../../platform/database/database.ts';
import { keysFor } from '../../platform/secrets/secrets.ts';
import { recordEvent } from '../audit/record.ts';
import { announceSessionEnd } from './sessions.ts';

/** Days a refresh token lives when it is not used. */
const lifeDays = 60;
/** Seconds in which a spent token still gets its successor: a reply may be lost on the way. */
const graceSeconds = 10;

type SpentToken = {
  userId: string;
  sessionId: string;
  isSpent: boolean;
  isInGrace: boolean;
  /** Of its successor: the hash once there is one, and whether it is spent too. */
  successorHash: string | null;
  isSuccessorSpent: boolean;
};

/** The first token of a new family. It is opaque; only its hash is kept. */
export async function issueRefreshToken(tx: Transaction, viewer: Viewer): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await store(tx, token, viewer);
  return token;
}

/**
 * Spends a token and gives its successor.
 *
 * The successor is a function of the token and a key of ours, so a retry within the grace gets the very same one and
 * nothing has to be kept in the clear. A token that comes back later, or after its successor was used, was copied: its
 * whole family ends.
 * @param address where it comes from
 * @throws UnauthenticatedError
 */
export async function rotateRefreshToken(
  token: string,
  address: string | null,
): Promise<{ viewer: Viewer; refreshToken: string }> {
  const successors = keysFor('refresh-token').map((key) => succeed(token, key));
  const { viewer, successor, isReused } = await transaction((tx) => rotate(tx, token, successors, address));
  if (!isReused) return { viewer, refreshToken: successor };
  // Only reported here: an error thrown inside the transaction would undo the ending of the family.
  announceSessionEnd(viewer.userId);
  throw new UnauthenticatedError();
}

/** @param successors by the key in use and those accepted besides: the one that was given stays the one */
async function rotate(
  tx: Transaction,
  token: string,
  successors: readonly string[],
  address: string | null,
): Promise<{ viewer: Viewer; successor: string; isReused: boolean }> {
  const found = await lockToken(tx, token, successors);
  if (!found) throw new UnauthenticatedError();
  const viewer = { userId: found.userId, deviceId: found.sessionId };
  const successor = successors.find((each) => hashOf(each) === found.successorHash) ?? successors[0]!;
  if (!found.isSpent) await spend(tx, token, successor, viewer);
  const isReused = found.isSpent && (!found.isInGrace || found.isSuccessorSpent);
  if (isReused) await endReplayed(tx, { ...viewer, address });
  return { viewer, successor, isReused };
}

async function endReplayed(tx: Transaction, viewer: Viewer): Promise<void> {
  await endSession(tx, viewer);
  await recordEvent(tx, viewer, 'TOKEN_REPLAYED');
}

/** Ends one session, or with no device all sessions of the person. @returns the devices whose session was open */
export const endSession = (runner: Sql, { userId, deviceId }: Viewer): Promise<{ id: string; name: string | null }[]> =>
  runner.query(
    `UPDATE sessions SET ended_at = now()
     WHERE user_id = $1::uuid AND ($2::uuid IS NULL OR id = $2::uuid) AND ended_at IS NULL RETURNING id, name`,
    [userId, deviceId],
  );

const succeed = (token: string, key: KeyObject): string => createHmac('sha256', key).update(token).digest('base64url');

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

async function lockToken(
  tx: Transaction,
  token: string,
  successors: readonly string[],
): Promise<SpentToken | undefined> {
  const [found] = await tx.query<SpentToken>(
    `SELECT t.user_id AS "userId", t.session_id AS "sessionId", t.spent_at IS NOT NULL AS "isSpent",
            coalesce(t.spent_at > now() - $3::int * interval '1 second', false) AS "isInGrace",
            encode(s.hash, 'hex') AS "successorHash", s.spent_at IS NOT NULL AS "isSuccessorSpent"
     FROM refresh_tokens t JOIN sessions d ON d.user_id = t.user_id AND d.id = t.session_id
     LEFT JOIN refresh_tokens s ON s.hash = ANY(ARRAY(SELECT decode(hash, 'hex') FROM unnest($2::text[]) AS given (hash)))
     WHERE t.hash = decode($1::text, 'hex') AND t.expires_at > now() AND d.ended_at IS NULL
     FOR UPDATE OF t, d`,
    [hashOf(token), successors.map(hashOf), graceSeconds],
  );
  return found;
}

async function spend(tx: Transaction, token: string, successor: string, viewer: Viewer): Promise<void> {
  await tx.query(`UPDATE refresh_tokens SET spent_at = now() WHERE hash = decode($1::text, 'hex')`, [hashOf(token)]);
  await store(tx, successor, viewer);
}

async function store(tx: Transaction, token: string, { userId, deviceId }: Viewer): Promise<void> {
  await tx.query(
    `INSERT INTO refresh_tokens (hash, user_id, session_id, expires_at)
     VALUES (decode($1::text, 'hex'), $2::uuid, $3::uuid, now() + $4::int * interval '1 day')`,
    [hashOf(token), userId, deviceId, lifeDays],
  );
}
