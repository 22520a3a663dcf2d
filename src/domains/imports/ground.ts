import type { Sql } from '../../platform/database/database.ts';

/** What a look at staged rows rests on: the person's newest change, and the state of their metrics (metrics/definitions.ts). */
export type Ground = { seq: number; definitions: number };

/** To be read before the look: what is written meanwhile then counts as later. */
export async function readGround(sql: Sql, userId: string): Promise<Ground> {
  const [ground] = await sql.query<Ground>(
    'SELECT seq, definitions_version AS definitions FROM change_heads WHERE user_id = $1::uuid',
    [userId],
  );
  return ground!;
}

/** Whether an entry or a metric has been written since, or nobody can say. */
export async function hasMoved(sql: Sql, userId: string, ground: Ground): Promise<boolean> {
  const [row] = await sql.query<{ hasMoved: boolean }>(
    `SELECT definitions_version <> $3::int OR compacted_seq > $2::int OR EXISTS (
       SELECT FROM changes WHERE user_id = $1::uuid AND seq > $2::int AND entity_type = 'Entry') AS "hasMoved"
     FROM change_heads WHERE user_id = $1::uuid`,
    [userId, ground.seq, ground.definitions],
  );
  return row!.hasMoved;
}
