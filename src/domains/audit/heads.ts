import type { Sql, Transaction } from '../../platform/database/database.ts';
import { authenticateHead, isSameHash, nothingBefore, type Head } from './chain.ts';
import { auditKey, newestAuditKey } from './keys.ts';

const columns = `h.user_id AS "userId", h.seq, encode(h.hash, 'hex') AS hash, h.first_seq AS "firstSeq",
  encode(h.hash_before, 'hex') AS "hashBefore", h.key_generation AS "keyGeneration", encode(h.mac, 'hex') AS mac`;

/** A head that nobody else moves until the transaction ends, the time of the database, and the name of the acting device. */
export type LockedHead = Head & { now: number; deviceName: string | null };

/** The head of somebody's chain; null before the first link. */
export async function readHead(on: Sql, userId: string): Promise<Head | null> {
  const [head] = await on.query<Head>(`SELECT ${columns} FROM audit_heads h WHERE h.user_id = $1::uuid`, [userId]);
  return head ?? null;
}

/**
 * Takes the head of somebody's chain, which is begun with this when there is none. To be done last in a transaction: who
 * waits for a head holds all else they need, so nobody waits in a circle.
 */
export async function lockHead(tx: Transaction, userId: string, deviceId: string | null): Promise<LockedHead> {
  const found = await tryLock(tx, userId, deviceId);
  if (found) return found;
  await tx.query(
    `INSERT INTO audit_heads (user_id, seq, hash, first_seq, hash_before, key_generation, mac)
     VALUES ($1::uuid, 0, decode($2::text, 'hex'), 1, decode($2::text, 'hex'), $3::smallint, decode($4::text, 'hex'))
     ON CONFLICT (user_id) DO NOTHING RETURNING 1 AS one`,
    toBeginning(userId),
  );
  return (await tryLock(tx, userId, deviceId))!;
}

async function tryLock(tx: Transaction, userId: string, deviceId: string | null): Promise<LockedHead | undefined> {
  const [head] = await tx.query<LockedHead>(
    `SELECT ${columns}, floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
            (SELECT s.name FROM sessions s WHERE s.user_id = h.user_id AND s.id = $2::uuid) AS "deviceName"
     FROM audit_heads h WHERE h.user_id = $1::uuid FOR UPDATE OF h`,
    [userId, deviceId],
  );
  return head;
}

function toBeginning(userId: string): unknown[] {
  const ends = { seq: 0, hash: nothingBefore, firstSeq: 1, hashBefore: nothingBefore };
  const { keyGeneration, mac } = signHead({ userId, ...ends });
  return [userId, nothingBefore, keyGeneration, mac];
}

/** A head with its MAC, under the newest key. */
export function signHead(ends: Omit<Head, 'keyGeneration' | 'mac'>): Head {
  const { generation: keyGeneration, key } = newestAuditKey();
  return { ...ends, keyGeneration, mac: authenticateHead(key, { ...ends, keyGeneration }) };
}

/** Whether a head is one that this installation has written. */
export function isGenuine(head: Head): boolean {
  const key = auditKey(head.keyGeneration);
  return key !== undefined && isSameHash(authenticateHead(key, head), head.mac);
}

/**
 * What a head becomes. One that somebody has tampered with stays as false as it was: with a MAC of ours it would hide what was
 * done to the chain.
 */
export const moveHead = (head: Head, ends: Partial<Omit<Head, 'keyGeneration' | 'mac'>>): Head => {
  const { userId, seq, hash, firstSeq, hashBefore } = { ...head, ...ends };
  const moved = { userId, seq, hash, firstSeq, hashBefore };
  return isGenuine(head) ? signHead(moved) : { ...moved, keyGeneration: head.keyGeneration, mac: head.mac };
};
