import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

/** A link as it lies in the database; bytes in hexadecimal, `at` in milliseconds since 1970. */
export type Link = {
  userId: string;
  seq: number;
  at: number;
  action: string;
  deviceId: string | null;
  details: string | null;
  keyGeneration: number;
  hash: string;
};

/** The two ends of a chain as they lie in the database. */
export type Head = {
  userId: string;
  /** Of the newest link; 0 and `nothingBefore` when there is none. */
  seq: number;
  hash: string;
  /** Of the first link that is left, and the hash of the one before it. */
  firstSeq: number;
  hashBefore: string;
  keyGeneration: number;
  mac: string;
};

/** What stands for the hash before the first link. */
export const nothingBefore = '00'.repeat(32);

/**
 * The hash of a link: HMAC-SHA-256 over all that is in it and the hash of the link before. Without the key nobody can make
 * one, so none can be altered, added, left out in the middle, moved, or given to somebody else.
 */
export const hashLink = (key: KeyObject, link: Omit<Link, 'hash'>, hashBefore: string): string =>
  digest(key, [
    'link',
    link.userId,
    link.seq,
    link.at,
    link.action,
    link.deviceId,
    link.details,
    link.keyGeneration,
    hashBefore,
  ]);

/** The MAC of a head: without it the last links could be cut off, or the first ones. */
export const authenticateHead = (key: KeyObject, head: Omit<Head, 'mac'>): string =>
  digest(key, ['head', head.userId, head.seq, head.hash, head.firstSeq, head.hashBefore, head.keyGeneration]);

/** Whether two hashes are the same. */
export const isSameHash = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** As JSON the parts are told apart, whatever is in them; the first says what it is, so that no head passes for a link. */
const digest = (key: KeyObject, parts: readonly (string | number | null)[]): string =>
  createHmac('sha256', key)
    .update(JSON.stringify(['lifegraph-audit-1', ...parts]))
    .digest('hex');
