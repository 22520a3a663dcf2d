import { sql } from '../../src/platform/database/database.ts';

/** As a backup of that number would leave a person's data, where nothing came later but new entries. */
export async function restoreTo(userId: string, seq: number): Promise<void> {
  const later = 'FROM changes WHERE user_id = $1::uuid AND seq > $2::int';
  for (const statement of [
    `DELETE FROM entries WHERE user_id = $1::uuid AND id IN (SELECT entity_id ${later})`,
    'DELETE FROM operations WHERE user_id = $1::uuid AND seq > $2::int',
    `DELETE ${later}`,
    'UPDATE change_heads SET seq = $2::int WHERE user_id = $1::uuid',
  ]) {
    await sql.query(statement, [userId, seq]);
  }
}
