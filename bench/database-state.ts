import { Client } from 'pg';
import type { Person } from './content/people.ts';
import { requireEqual } from './equality.ts';
import type { Side } from './sides.ts';

const digest = (text: string, order: string) => `md5(string_agg(md5(${text}), '' ORDER BY ${order}))`;
const timeless = (snapshot: string) => `(${snapshot} - 'createdAt' - 'updatedAt')::text`;

/** Of what people ($2) have been given since $1: counts, gaps in the numbering, digests of all rows without instants, jobs. */
const stateQuery = `
  WITH given AS (SELECT * FROM changes WHERE user_id = ANY($2::uuid[]) AND at > $1),
  written AS (SELECT e.user_id, e.id, entry_snapshot(e) AS snapshot FROM entries e WHERE user_id = ANY($2::uuid[]) AND created_at > $1)
  SELECT
    (SELECT count(*) FROM given) AS changes,
    (SELECT ${digest(`concat_ws('|', user_id, seq, kind, entity_type, entity_id, ${timeless('snapshot')}, device_id)`, 'user_id, seq')} FROM given) AS log,
    (SELECT count(*) FROM written) AS entries,
    (SELECT ${digest(`concat_ws('|', user_id, ${timeless('snapshot')})`, 'user_id, id')} FROM written) AS rows,
    (SELECT count(*) FROM change_heads h WHERE user_id = ANY($2::uuid[])
       AND seq <> (SELECT count(*) FROM changes c WHERE c.user_id = h.user_id)) AS "logsWithGaps",
    (SELECT ${digest('singleton_key', 'singleton_key')} FROM pgboss.job WHERE singleton_key = ANY($2::text[])) AS jobs`;

/**
 * All databases must hold the same entries, numbered changes and waiting jobs of some people: equal answers could hide that
 * one side did not write all it said.
 * @param since when the databases still were one
 * @returns how many entries have been written since
 */
export async function requireEqualDatabases(
  sides: readonly Side[],
  since: string,
  people: readonly Person[],
): Promise<number> {
  const parameters = [since, people.map(({ userId }) => userId)];
  const states = await Promise.all(sides.map((side) => queryOnce(side.databaseUrl, stateQuery, parameters)));
  const [first, ...others] = states.map(([row]) => row!);
  for (const other of others) requireEqual('what their databases hold', first, other);
  requireEqual('the numbering of changes', first!['logsWithGaps'], '0');
  return Number(first!['entries']);
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
