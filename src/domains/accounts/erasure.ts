import { LRUCache } from 'lru-cache';
import { isId } from '../../kernel/ids.ts';
import { sql, transaction, type Transaction } from '../../platform/database/database.ts';
import {
  appendToJournal,
  openJournal,
  readJournal,
  type ErasureNote,
} from '../../platform/forgetting/erasure-journal.ts';
import { announceErasure, onErasure } from '../../platform/forgetting/erasures.ts';
import { forgetJobsOf } from '../../platform/jobs/finished-jobs.ts';
import { log } from '../../platform/observation/log.ts';
import { scrubDatabase } from '../../platform/database/scrubbing.ts';
import type { Actor } from '../audit/audit-event.ts';
import { recordEvent } from '../audit/record.ts';
import { eraseBelongings, sweepBelongings } from './belongings.ts';
import { announceSessionEnd } from './sessions.ts';

/** Seconds that erasing an account may take: all entries go with it. */
const timeoutSeconds = 600;
/** Erasures compared with the journal at a time. */
const batch = 10_000;
/** Who has been written into the journal just now: an erasure is told twice. */
const noted = new LRUCache<string, Promise<void>>({ max: 1000 });

/**
 * Erases a person: all rows, all jobs, what lies outside of the database, and what the processes remember. Who it was is noted in the database and in this
 * process's journal, by the id alone.
 * @param actor the person, and from which device; from none when somebody who was erased has come back
 */
export async function erasePerson(actor: Actor): Promise<void> {
  const { userId } = actor;
  const isGone = await transaction((tx) => erase(tx, actor), { timeoutSeconds });
  announceSessionEnd(userId);
  announceErasure(userId);
  if (isGone) await noteErasure(userId);
}

async function erase(tx: Transaction, actor: Actor): Promise<boolean> {
  const { userId } = actor;
  // Writers lock the log first; who does not would wait for them while they wait for it.
  await tx.query('SELECT 1 AS one FROM change_heads WHERE user_id = $1::uuid FOR UPDATE', [userId]);
  const gone = await tx.query('DELETE FROM users WHERE id = $1::uuid RETURNING 1 AS one', [userId]);
  await forgetJobsOf(tx, userId);
  if (gone.length === 0) return false;
  await tx.query(
    `INSERT INTO erasures (user_id) VALUES ($1::uuid)
     ON CONFLICT (user_id) DO UPDATE SET is_scrubbed = false RETURNING 1 AS one`,
    [userId],
  );
  await recordEvent(tx, actor, 'ACCOUNT_ERASED');
  return true;
}

/**
 * Begins to keep the journal of erasures, and makes true what it says: whoever is in it or in the table, and exists, has come
 * back with a backup and is erased again. Before anybody is served.
 * @returns a function that ends it
 */
export async function openErasures(dataDir: string): Promise<() => void> {
  openJournal(dataDir);
  const stop = onErasure((userId) => void noteErasure(userId));
  await settleErasures();
  return stop;
}

/**
 * Compares journal and table, completes each from the other, and erases who has come back, as well as what lies outside of
 * the database still of people who are gone.
 * @returns how many had come back
 */
export async function settleErasures(): Promise<number> {
  const journal = await readJournal();
  for (let start = 0; start < journal.length; start += batch) await addToTable(journal.slice(start, start + batch));
  await completeJournal(new Set(journal.map(({ userId }) => userId)));
  const revived = await sql.query<{ id: string }>('SELECT u.id FROM erasures e JOIN users u ON u.id = e.user_id');
  for (const { id: userId } of revived) await erasePerson({ userId, deviceId: null });
  if (revived.length > 0)
    log.warn({ revived: revived.length }, 'people who had come back with a backup are erased again');
  await sweepBelongings();
  return revived.length;
}

/** Has the database forget the rows of those erased since the last time. */
export async function scrubErased(): Promise<void> {
  const left = await sql.query<{ id: string }>('SELECT user_id AS id FROM erasures WHERE NOT is_scrubbed');
  if (left.length === 0) return;
  await scrubDatabase();
  await sql.query('UPDATE erasures SET is_scrubbed = true WHERE user_id = ANY($1::uuid[])', [left.map(({ id }) => id)]);
}

/** Writes into the journal who has been erased, and takes away what they have at this process. The table is asked: a message from another process is not enough to have somebody erased for ever. */
function noteErasure(userId: string): Promise<void> {
  const known = noted.get(userId);
  if (known || !isId(userId)) return known ?? Promise.resolve();
  const noting = writeNote(userId);
  noted.set(userId, noting);
  return noting;
}

async function writeNote(userId: string): Promise<void> {
  try {
    const text = 'SELECT user_id AS "userId", at FROM erasures WHERE user_id = $1::uuid';
    const found = await sql.query<ErasureNote>(text, [userId]);
    if (found.length === 0) return void noted.delete(userId);
    await eraseBelongings(userId);
    await appendToJournal(found);
  } catch (err) {
    // The table has it: the journal gets it at the next start, or with the next retention.
    noted.delete(userId);
    log.error({ err }, 'an erasure was not written into the journal');
  }
}

const addToTable = (notes: readonly ErasureNote[]): Promise<object[]> =>
  sql.query(
    `INSERT INTO erasures (user_id, at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) ON CONFLICT DO NOTHING`,
    [notes.map(({ userId }) => userId), notes.map(({ at }) => at)],
  );

async function completeJournal(known: ReadonlySet<string>): Promise<void> {
  for (let after: string | null = null; ;) {
    const page: ErasureNote[] = await sql.query<ErasureNote>(
      `SELECT user_id AS "userId", at FROM erasures WHERE $1::uuid IS NULL OR user_id > $1::uuid ORDER BY user_id LIMIT $2::int`,
      [after, batch],
    );
    await appendToJournal(page.filter(({ userId }) => !known.has(userId)));
    if (page.length < batch) return;
    after = page.at(-1)!.userId;
  }
}
