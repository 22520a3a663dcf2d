import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from '../../src/platform/database/database.ts';

/** All rows of all tables, of every schema but the server's own, as text: what a dump of the database holds. */
export async function dumpTables(query: typeof sql.query = sql.query): Promise<Map<string, string>> {
  const tables = await query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const dump = new Map<string, string>();
  for (const { name } of tables) {
    const rows = await query<{ text: string }>(`SELECT t::text AS text FROM ONLY ${name} t`);
    dump.set(name, rows.map((row) => row.text).join('\n'));
  }
  return dump;
}

/** All files below a folder, by path. */
export const readFiles = (folder: string): Map<string, Buffer> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path)]),
  );

/** Where a text lies, as it is or in one of the ways in which bytes are written as text. */
export function findPlaces(data: ReadonlyMap<string, string | Buffer>, planted: string): string[] {
  const bytes = Buffer.from(planted);
  // Base64 shifts with the position: the middle of each of the three ways to cut it is looked for.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(4, -4),
  );
  const forms = [planted, bytes.toString('hex'), ...base64, bytes.toString('utf16le')];
  return [...data].filter(([, held]) => forms.some((form) => held.includes(form))).map(([place]) => place);
}
