import { isEmbedded, sql } from './database.ts';

/**
 * Has the database forget what was deleted. Deleted rows lie in its files until their place is used again, and samples of
 * them among its statistics. The embedded database writes its tables anew, which takes its one connection (three seconds of
 * processor time for 100,000 entries and their changes, measured), and drops the old part of its write-ahead log. A server does
 * the first by its own autovacuum, in its own time; here it only takes new samples.
 */
export async function scrubDatabase(): Promise<void> {
  if (!isEmbedded()) return void (await sql.query('ANALYZE'));
  // The samples first: they are rows of a table too, and of a table that has become empty no new ones are taken.
  await sql.query('DELETE FROM pg_statistic');
  await sql.query('ANALYZE');
  await sql.query('VACUUM FULL');
  await sql.query('SELECT pg_switch_wal()');
  await sql.query('CHECKPOINT');
}
