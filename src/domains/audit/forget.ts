import { sql, transaction, type Transaction } from '../../platform/database/database.ts';
import { log } from '../../platform/observation/log.ts';
import type { Head } from './chain.ts';
import { isGenuine, lockHead, signHead } from './heads.ts';
import { readHash } from './links.ts';
import { checkChain } from './verify.ts';

/** People looked for at a time. */
const batch = 500;
/** Seconds that one person's log may take. */
const timeoutSeconds = 120;

/** How many events are older than a day given, and from when the oldest is. */
export async function countEvents(before: Date): Promise<{ rows: number; oldest: Date | null }> {
  const text = 'SELECT count(*)::int AS rows, min(at) AS oldest FROM audit_events WHERE at < $1::timestamptz';
  const [amount] = await sql.query<{ rows: number; oldest: Date | null }>(text, [before]);
  return amount!;
}

/**
 * Cuts the events that are older than a day given off the beginning of each chain, and notes in its head where it begins from
 * then on: what is left can be checked as before. A chain that is broken stays as it is, whatever its age: cut, nobody could
 * see any more that something was done to it. The last that is left of somebody whose account is erased goes as a whole.
 * @returns how many events were cut
 */
export async function forgetEvents(before: Date, signal?: AbortSignal): Promise<number> {
  let cut = 0;
  for (let after: string | null = null; ;) {
    const people: { id: string }[] = await sql.query<{ id: string }>(
      `SELECT h.user_id AS id FROM audit_heads h JOIN audit_events e ON e.user_id = h.user_id AND e.seq = h.first_seq
       WHERE e.at < $1::timestamptz AND ($2::uuid IS NULL OR h.user_id > $2::uuid) ORDER BY h.user_id LIMIT ${batch}`,
      [before, after],
    );
    for (const { id } of people) {
      if (signal?.aborted) return cut;
      cut += await forgetOf(id, before);
    }
    if (people.length < batch) return cut;
    after = people.at(-1)!.id;
  }
}

async function forgetOf(userId: string, before: Date): Promise<number> {
  const { broken } = await checkChain(userId);
  if (!broken) return transaction((tx) => cutBeginning(tx, userId, before), { timeoutSeconds });
  log.error({ userId, ...broken }, 'an audit log is broken, and is kept as it is');
  return 0;
}

async function cutBeginning(tx: Transaction, userId: string, before: Date): Promise<number> {
  const head = await lockHead(tx, userId, null);
  const upTo = await findLastOld(tx, head, before);
  const hashBefore = await readHash(tx, userId, upTo);
  if (upTo < head.firstSeq || !hashBefore || !isGenuine(head)) return 0;
  const [cut] = await tx.query<{ count: number }>('SELECT forget_audit_events($1::uuid, $2::int) AS count', [
    userId,
    upTo,
  ]);
  await moveBeginning(tx, signHead({ ...head, firstSeq: upTo + 1, hashBefore }));
  if (upTo === head.seq) await tx.query('SELECT forget_audit_head($1::uuid) AS count', [userId]);
  return cut!.count;
}

/** The number before the first event that is not old. */
async function findLastOld(tx: Transaction, { userId, seq }: Head, before: Date): Promise<number> {
  const [first] = await tx.query<{ seq: number }>(
    'SELECT seq FROM audit_events WHERE user_id = $1::uuid AND at >= $2::timestamptz ORDER BY seq LIMIT 1',
    [userId, before],
  );
  return (first?.seq ?? seq + 1) - 1;
}

const moveBeginning = (tx: Transaction, head: Head): Promise<object[]> =>
  tx.query(
    `UPDATE audit_heads SET first_seq = $2::int, hash_before = decode($3::text, 'hex'), key_generation = $4::smallint,
       mac = decode($5::text, 'hex') WHERE user_id = $1::uuid RETURNING 1 AS one`,
    [head.userId, head.firstSeq, head.hashBefore, head.keyGeneration, head.mac],
  );
