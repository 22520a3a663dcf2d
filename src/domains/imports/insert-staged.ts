import { appendBrought, takeNumbers, type HotStatement } from '../../changes/hot-write.ts';
import type { ChangeTransaction } from '../../changes/write-changes.ts';
import { readLastPlace, type StagingKey } from './staging.ts';

/** Staged rows that one statement looks at: it holds what it writes. */
const span = 20_000;

/** Writes the staged entries that the person does not have yet, and their changes, in the order of the file. */
export async function insertStaged(tx: ChangeTransaction, key: StagingKey): Promise<void> {
  const last = await readLastPlace(tx, key);
  for (let from = 1; from <= last; from += span) await tx.write(insertSpan, [key.importId, from, from + span]);
}

/**
 * A hot write (changes/hot-write.ts) from the staging table, within the transaction that holds the log. $5 the import, $6 and $7
 * the places. Nothing happens when none of them is new.
 */
const insertSpan: HotStatement = {
  name: 'insert-staged-entries',
  entityType: 'Entry',
  text: `
  WITH written AS MATERIALIZED (
    SELECT item_id AS id, row_number() OVER (ORDER BY ordinal)::int AS rank, r.* FROM import_rows r
    WHERE user_id = $1::uuid AND import_id = $5::uuid AND ordinal >= $6::int AND ordinal < $7::int AND kind = 'ENTRY' AND status = 'NEW'
  ),
  ${takeNumbers('(SELECT count(*)::int FROM written)', 'EXISTS (SELECT FROM written)')},
  inserted AS (
    INSERT INTO entries (user_id, id, metric_id, date, time, number, text, notes, tags, source, import_id, import_version, version, created_at, updated_at)
    SELECT $1::uuid, id, metric_id, date, time, number, text, notes, tags, coalesce(source, 'csv'), $5::uuid,
           coalesce((payload->>'version')::int, 1), coalesce((payload->>'version')::int, 1),
           coalesce((payload->>'createdAt')::timestamptz, now()), coalesce((payload->>'updatedAt')::timestamptz, now())
    FROM head, written ORDER BY rank
  ),
  ${appendBrought('Entry')}`,
};
