import type { Page } from '../kernel/page.ts';
import { sql, type Sql } from '../platform/database/database.ts';
import type { Change } from './change.ts';
import { changeColumns } from './replay.ts';

/** What the log holds of one entity, the newest change first. The page's key is the number. */
export async function readHistory(
  userId: string,
  entityTypes: readonly string[],
  entityId: string,
  page: Page,
): Promise<Change[]> {
  const rows = await sql.query<Change>(
    `SELECT ${changeColumns} FROM change_log c
     WHERE c.user_id = $1::uuid AND c.entity_type = ANY($2::text[]) AND c.entity_id = $3::uuid
       AND ($4::int IS NULL OR c.seq < $4::int) AND ($5::int IS NULL OR c.seq > $5::int)
     ORDER BY c.seq ${page.fromEnd ? 'ASC' : 'DESC'} LIMIT $6::int`,
    [userId, entityTypes, entityId, page.after?.[0] ?? null, page.before?.[0] ?? null, page.limit],
    page.fromEnd ? 'read-history-from-end' : 'read-history',
  );
  return page.fromEnd ? rows.toReversed() : rows;
}

/** One line of the log, or null. */
export async function readChange(reader: Sql, userId: string, seq: number): Promise<Change | null> {
  const [change] = await reader.query<Change>(
    `SELECT ${changeColumns} FROM change_log c WHERE c.user_id = $1::uuid AND c.seq = $2::int`,
    [userId, seq],
  );
  return change ?? null;
}

/** The newest change of an entity before a number; without a number, of all. */
export async function readNewest(
  reader: Sql,
  userId: string,
  { entityType, entityId }: Pick<Change, 'entityType' | 'entityId'>,
  before: number | null = null,
): Promise<Change | null> {
  const [change] = await reader.query<Change>(
    `SELECT ${changeColumns} FROM change_log c
     WHERE c.user_id = $1::uuid AND c.entity_type = $2::text AND c.entity_id = $3::uuid
       AND ($4::int IS NULL OR c.seq < $4::int)
     ORDER BY c.seq DESC LIMIT 1`,
    [userId, entityType, entityId, before],
  );
  return change ?? null;
}

/** Whether the log has been compacted up to a number or beyond. */
export async function isCompacted(reader: Sql, userId: string, seq: number): Promise<boolean> {
  const compacted = await reader.query(
    'SELECT 1 AS one FROM change_heads WHERE user_id = $1::uuid AND compacted_seq >= $2::int',
    [userId, seq],
  );
  return compacted.length > 0;
}

/**
 * What was deleted together with an entity because it belonged to it, as it was: the lines before the deletion that the
 * very same transaction wrote.
 * @param owned the type of what belongs to the entity, and the field of its snapshot that says so
 * @param after only numbers above this one
 */
export async function readDeletedAlong(
  reader: Sql,
  userId: string,
  deletion: Change,
  owned: { entityType: string; field: string },
  after: number,
  limit: number,
): Promise<{ seq: number; state: object }[]> {
  return reader.query(
    `SELECT d.seq, last.snapshot AS state
     FROM changes own
     JOIN changes d ON d.user_id = own.user_id AND d.seq < own.seq AND d.seq > $6::int AND d.kind = 'DELETED'
       AND d.entity_type = $4::text AND d.at = own.at AND d.xmin = own.xmin
     CROSS JOIN LATERAL (
       SELECT c.snapshot FROM change_log c WHERE c.user_id = d.user_id AND c.entity_type = d.entity_type
         AND c.entity_id = d.entity_id AND c.seq < d.seq ORDER BY c.seq DESC LIMIT 1
     ) last
     WHERE own.user_id = $1::uuid AND own.seq = $2::int AND last.snapshot->>$5::text = $3::text
     ORDER BY d.seq LIMIT $7::int`,
    [userId, deletion.seq, deletion.entityId, owned.entityType, owned.field, after, limit],
  );
}
