import { Client } from 'pg';
import { requireEqual } from './equality.ts';
import type { Side } from './sides.ts';

const digest = (text: string, order: string) => `md5(string_agg(md5(${text}), '' ORDER BY ${order}))`;
const timeless = (snapshot: string) => `(${snapshot} - 'createdAt' - 'updatedAt')::text`;

/** Of what was written since $1: counts, gaps in the numbering, and digests of all rows without their instants; the jobs. */
const stateQuery = `
  SELECT
    (SELECT count(*) FROM changes WHERE at > $1) AS changes,
    (SELECT ${digest(`concat_ws('|', user_id, seq, kind, entity_type, entity_id, ${timeless('snapshot')}, device_id)`, 'user_id, seq')}
     FROM changes WHERE at > $1) AS log,
    (SELECT count(*) FROM entries WHERE created_at > $1) AS entries,
    (SELECT ${digest(`concat_ws('|', user_id, ${timeless('entry_snapshot(e)')})`, 'user_id, id')} FROM entries e WHERE created_at > $1) AS rows,
    (SELECT count(*) FROM change_heads h WHERE user_id IN (SELECT user_id FROM changes WHERE at > $1)
       AND seq <> (SELECT count(*) FROM changes c WHERE c.user_id = h.user_id)) AS "logsWithGaps",
    (SELECT ${digest('singleton_key', 'singleton_key')} FROM pgboss.job WHERE singleton_key IS NOT NULL) AS jobs`;

/**
 * All databases must hold the same entries, numbered changes and waiting jobs: equal answers could hide that one side did
 * not write all it said.
 * @param since when they still were one
 * @returns how many entries have been written since
 */
export async function requireEqualDatabases(sides: readonly Side[], since: string): Promise<number> {
  const [first, ...others] = await Promise.all(sides.map((side) => readState(side, since)));
  for (const other of others) requireEqual('what their databases hold', first, other);
  requireEqual('the numbering of changes', first!['logsWithGaps'], '0');
  return Number(first!['entries']);
}

async function readState(side: Side, since: string): Promise<Record<string, unknown>> {
  return (await queryOnce(side.databaseUrl, stateQuery, [since]))[0]!;
}

/** Runs one statement on a connection of its own. */
export async function queryOnce(
  databaseUrl: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
