import { Client } from 'pg';
import { requireEqual } from './equality.ts';
import { sideNames, type Sides } from './sides.ts';

const digest = (text: string, order: string) => `md5(string_agg(md5(${text}), '' ORDER BY ${order}))`;
const timeless = (snapshot: string) => `(${snapshot} - 'createdAt' - 'updatedAt')::text`;

/** Counts, gaps in the numbering, and digests of all rows without their instants. */
const stateQuery = `
  SELECT
    (SELECT count(*) FROM changes) AS changes,
    (SELECT ${digest(`concat_ws('|', user_id, seq, kind, entity_type, entity_id, ${timeless('snapshot')}, device_id)`, 'user_id, seq')} FROM changes) AS log,
    (SELECT count(*) FROM entries) AS entries,
    (SELECT ${digest(`concat_ws('|', user_id, ${timeless('entry_snapshot(e)')})`, 'user_id, id')} FROM entries e) AS rows,
    (SELECT count(*) FROM change_heads h WHERE seq <> (SELECT count(*) FROM changes c WHERE c.user_id = h.user_id)) AS "logsWithGaps"`;

/**
 * Both databases must hold the same entries and the same numbered changes: equal answers could hide that one side did
 * not write all it said.
 * @returns how many entries there are
 */
export async function requireEqualDatabases(sides: Sides): Promise<number> {
  const [product, floor] = await Promise.all(sideNames.map((name) => readState(sides[name].databaseUrl)));
  requireEqual('what their databases hold', product, floor);
  requireEqual('the numbering of changes', product!['logsWithGaps'], '0');
  return Number(product!['entries']);
}

async function readState(databaseUrl: string): Promise<Record<string, unknown>> {
  return (await queryOnce(databaseUrl, stateQuery))[0]!;
}

/** Runs one statement on a connection of its own. */
export async function queryOnce(databaseUrl: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
