import { takeNumbers, type HotStatement } from '../../changes/hot-write.ts';
import type { ChangeTransaction } from '../../changes/write-changes.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { readLastPlace, type StagingKey } from './staging.ts';

/** Staged rows that one statement looks at: it holds what it writes. */
const span = 20_000;

/** Writes the staged entries that the person does not have yet, and their changes, in the order of the file. */
export async function insertStaged(tx: ChangeTransaction, { userId }: Viewer, key: StagingKey): Promise<void> {
  const [head] = await tx.query<{ mark: number }>(
    'SELECT definitions_version AS mark FROM change_heads WHERE user_id = $1::uuid',
    [userId],
  );
  const last = await readLastPlace(tx, key);
  for (let from = 1; from <= last; from += span)
    await tx.write(insertSpan, [head!.mark, key.importId, from, from + span]);
}

/**
 * A hot write (changes/hot-write.ts) from the staging table, within the transaction that holds the log. $5 the state of the metrics
 * that the entries were checked against, $6 the import, $7 and $8 the places. Nothing happens when none of them is new. The lines
 * have no snapshots: the view change_log takes the entries for them, until these change.
 */
const insertSpan: HotStatement = {
  name: 'insert-staged-entries',
  entityType: 'Entry',
  text: `
  WITH input AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY ordinal)::int AS rank, r.* FROM import_rows r
    WHERE user_id = $1::uuid AND import_id = $6::uuid AND ordinal >= $7::int AND ordinal < $8::int AND kind = 'ENTRY' AND status = 'NEW'
  ),
  ${takeNumbers('(SELECT count(*)::int FROM input)', 'definitions_version = $5::int AND EXISTS (SELECT FROM input)')},
  inserted AS (
    INSERT INTO entries (user_id, id, metric_id, date, time, number, text, notes, tags, source, import_id, import_version, version, created_at, updated_at)
    SELECT $1::uuid, item_id, metric_id, date, time, number, text, notes, tags, coalesce(source, 'csv'), $6::uuid,
           coalesce((payload->>'version')::int, 1), coalesce((payload->>'version')::int, 1),
           coalesce((payload->>'createdAt')::timestamptz, now()), coalesce((payload->>'updatedAt')::timestamptz, now())
    FROM head, input ORDER BY rank
    RETURNING 1
  ),
  appended AS (
    INSERT INTO changes (user_id, seq, kind, entity_type, entity_id, device_id)
    SELECT $1::uuid, head.before + rank, 'CREATED', 'Entry', item_id, $2::uuid FROM head, input ORDER BY rank
    RETURNING 1
  )
  SELECT head.seq / (CASE WHEN (SELECT count(*) FROM inserted) = head.seq - head.before THEN 1 ELSE 0 END) AS seq,
         '[]'::jsonb AS snapshots FROM head WHERE $3::uuid IS NULL`,
};
