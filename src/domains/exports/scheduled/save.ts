import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { toDay } from '../../../kernel/civil-time.ts';
import { UnavailableError } from '../../../kernel/errors.ts';
import { jobViewer } from '../../../kernel/viewer.ts';
import { sql } from '../../../platform/database/database.ts';
import { log } from '../../../platform/observation/log.ts';
import { writeJson } from '../write-json.ts';
import { readBeginning, writeCompressed } from './compressed-file.ts';
import { eraseFiles, fileOf, listDays, removeLeftovers } from './files.ts';
import { chooseKept, type Keep } from './rotation.ts';

/** People who are looked up at a time. */
const batch = 500;

/** A person, the number of their newest change, and when that was; null when the log does not have its line any more. */
type Head = { userId: string; seq: number; at: Date | null };

/** Where the files are, and how many of them stay. */
export type Shelf = { folder: string; keep: Keep };

/**
 * Writes the file of the day of everybody who has changed something since their last one. May be interrupted, and run twice:
 * who has their file is passed over. One that fails does not keep the others.
 * @throws UnavailableError when some could not be written; what was there before is there still
 */
export async function savePeople(shelf: Shelf, signal?: AbortSignal): Promise<void> {
  const counts: Record<Outcome, number> = { saved: 0, passed: 0, failed: 0 };
  for (let after: string | null = null; ;) {
    const heads = await readHeadsAfter(after);
    for (const head of heads) {
      if (signal?.aborted) return;
      counts[await trySave(shelf, head, signal)] += 1;
    }
    if (heads.length < batch) break;
    after = heads.at(-1)!.userId;
  }
  if (counts.saved > 0) log.info(counts, 'exports were saved');
  if (counts.failed > 0) throw new UnavailableError(`${counts.failed} exports could not be saved.`);
}

type Outcome = 'saved' | 'passed' | 'failed';

async function trySave(shelf: Shelf, head: Head, signal?: AbortSignal): Promise<Outcome> {
  try {
    return (await savePerson(shelf, head, signal)) ? 'saved' : 'passed';
  } catch (err) {
    if (signal?.aborted) return 'passed';
    log.error({ err, userId: head.userId }, 'an export could not be saved');
    return 'failed';
  }
}

/** @returns whether a file was written */
async function savePerson(shelf: Shelf, head: Head, signal?: AbortSignal): Promise<boolean> {
  const { userId } = head;
  const today = toDay(new Date());
  if (await isUpToDate(shelf, head, today)) return false;
  const texts = inPeace(writeJson(jobViewer(userId), { format: 'JSON' }));
  const writing = writeCompressed(fileOf(shelf.folder, userId, today), texts, signal);
  const failure = await writing.then(() => null).catch((error: unknown) => ({ error }));
  if (!(await isThere(userId))) {
    // They have left while it was written: whoever erased them may have looked before it was there.
    await eraseFiles(shelf.folder, userId);
    return false;
  }
  if (failure) throw failure.error;
  await rotate(shelf, userId, today);
  return true;
}

/** Whether there is nothing to write: the file of the day is there, or the last one has all that is to say. */
async function isUpToDate({ folder }: Shelf, { userId, seq, at }: Head, today: string): Promise<boolean> {
  await removeLeftovers(folder, userId);
  const days = await listDays(folder, userId);
  if (days.includes(today)) return true;
  // One of a day to come was written while the clock was wrong.
  const newest = days.findLast((day) => day < today);
  // A log that was restored from a backup may have come to the same number again, by other changes.
  if (!newest || (at && toDay(at) > newest)) return false;
  const beginning = await readBeginning(fileOf(folder, userId, newest));
  return /^\{[^{}]*?"seq":(\d+)[,}]/.exec(beginning)?.[1] === String(seq);
}

/** Milliseconds of the longest rest. */
const longestRest = 1000;

/** Rests after each page for as long as it took: the embedded database has one connection, and nobody waits for these files. */
async function* inPeace(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let began = performance.now();
  for await (const text of texts) {
    yield text;
    await sleep(Math.min(performance.now() - began, longestRest));
    began = performance.now();
  }
}

/** Only after a new file is whole; that one stays, whatever the clock has said to those before. */
async function rotate({ folder, keep }: Shelf, userId: string, today: string): Promise<void> {
  const days = await listDays(folder, userId);
  const kept = chooseKept(days, keep).add(today);
  for (const day of days) if (!kept.has(day)) await rm(fileOf(folder, userId, day), { force: true });
}

const readHeadsAfter = (after: string | null): Promise<Head[]> =>
  sql.query<Head>(
    `SELECT h.user_id AS "userId", h.seq, c.at FROM change_heads h
     LEFT JOIN changes c ON c.user_id = h.user_id AND c.seq = h.seq
     WHERE $1::uuid IS NULL OR h.user_id > $1::uuid ORDER BY h.user_id LIMIT $2::int`,
    [after, batch],
    'read-heads-after',
  );

async function isThere(userId: string): Promise<boolean> {
  const found = await sql.query('SELECT 1 AS one FROM users WHERE id = $1::uuid', [userId], 'is-person-there');
  return found.length > 0;
}
