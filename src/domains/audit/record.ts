import { transaction, type Transaction } from '../../platform/database/database.ts';
import { log } from '../../platform/observation/log.ts';
import { seal, type SealedPlace } from '../../platform/secrets/vault.ts';
import type { Actor, AuditAction, AuditDetails } from './audit-event.ts';
import { hashLink, type Head, type Link } from './chain.ts';
import { isGenuine, lockHead, moveHead, type LockedHead } from './heads.ts';
import { newestAuditKey } from './keys.ts';

/** Where the details of an event are sealed for. */
export const placeOf = (seq: number): SealedPlace => ({
  table: 'audit_events',
  column: 'details',
  rowId: String(seq),
});

/**
 * Records what somebody does, in the transaction that does it: both happen, or neither. To be called last in it (see
 * lockHead). The name of the device is looked up, and the address taken from who acts, unless the details say otherwise.
 */
export async function recordEvent(
  tx: Transaction,
  { userId, deviceId, address }: Actor,
  action: AuditAction,
  details: AuditDetails = {},
): Promise<void> {
  const head = await lockHead(tx, userId, deviceId);
  if (!isGenuine(head)) log.error({ userId, seq: head.seq }, 'the head of an audit log has been altered');
  const seq = head.seq + 1;
  const all = { deviceName: head.deviceName, address: address ?? null, ...details };
  // The key that would seal them goes with the account.
  const sealed = action === 'ACCOUNT_ERASED' ? null : await seal(tx, userId, placeOf(seq), JSON.stringify(all));
  await append(tx, head, { userId, seq, action, deviceId, details: sealed?.toString('hex') ?? null });
}

/**
 * Records something that nothing else is written with, in a transaction of its own, if the account still exists.
 */
export const recordAlone = (actor: Actor, action: AuditAction, details: AuditDetails = {}): Promise<void> =>
  transaction(async (tx) => {
    // Whoever erases the account waits, and what comes later finds it gone.
    const user = await tx.query('SELECT 1 AS one FROM users WHERE id = $1::uuid FOR KEY SHARE', [actor.userId]);
    if (user.length > 0) await recordEvent(tx, actor, action, details);
  });

type NewLink = Omit<Link, 'at' | 'keyGeneration' | 'hash'>;

async function append(tx: Transaction, head: LockedHead, event: NewLink): Promise<void> {
  const { generation: keyGeneration, key } = newestAuditKey();
  const link = { ...event, at: head.now, keyGeneration };
  const hash = hashLink(key, link, head.hash);
  await tx.query(appendText, toValues({ ...link, hash }, moveHead(head, { seq: link.seq, hash })));
}

const appendText = `
  WITH appended AS (
    INSERT INTO audit_events (user_id, seq, at, action, device_id, details, key_generation, hash)
    VALUES ($1::uuid, $2::int, to_timestamp($3::float8 / 1000), $4::text, $5::uuid, decode($6::text, 'hex'), $7::smallint,
      decode($8::text, 'hex'))
  )
  UPDATE audit_heads SET seq = $2::int, hash = decode($8::text, 'hex'), key_generation = $9::smallint, mac = decode($10::text, 'hex')
  WHERE user_id = $1::uuid RETURNING 1 AS one`;

const toValues = (link: Link, head: Head): unknown[] => [
  link.userId,
  link.seq,
  link.at,
  link.action,
  link.deviceId,
  link.details,
  link.keyGeneration,
  link.hash,
  head.keyGeneration,
  head.mac,
];
