import { randomBytes, randomUUID } from 'node:crypto';
import { sql, transaction, type Sql } from '../../src/platform/database/database.ts';
import { seal, unseal, type SealedPlace } from '../../src/platform/secrets/vault.ts';

/** A key of an installation, as a setting holds it. */
export const newEncryptionKey = (): string => randomBytes(32).toString('base64');

/** A table of sealed things for tests: two columns, so that things can be swapped within a row as well. */
export const createNotes = (): Promise<unknown> =>
  sql.query('CREATE TABLE sealed_notes (user_id uuid, id uuid, body bytea, title bytea, PRIMARY KEY (user_id, id))');

export const placeOf = (rowId: string, column: 'body' | 'title' = 'body'): SealedPlace => ({
  table: 'sealed_notes',
  column,
  rowId,
});

/** Seals and keeps a body and a title. @returns the row's id */
export const addNote = (userId: string, body: string, title = 'a title'): Promise<string> =>
  transaction(async (tx) => {
    const id = randomUUID();
    const sealed = [await seal(tx, userId, placeOf(id), body), await seal(tx, userId, placeOf(id, 'title'), title)];
    await tx.query(
      `INSERT INTO sealed_notes VALUES ($1::uuid, $2::uuid, decode($3::text, 'hex'), decode($4::text, 'hex'))`,
      [userId, id, ...sealed.map((each) => each.toString('hex'))],
    );
    return id;
  });

export async function readNote(
  userId: string,
  id: string,
  column: 'body' | 'title' = 'body',
  on: Sql = sql,
): Promise<string> {
  const text = 'SELECT body, title FROM sealed_notes WHERE user_id = $1::uuid AND id = $2::uuid';
  const [row] = await on.query<{ body: Buffer; title: Buffer }>(text, [userId, id]);
  return unseal(on, userId, placeOf(id, column), row![column]);
}
