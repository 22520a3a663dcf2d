import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';

/** Whether the servers that `*.pg.test.ts` need are there. Without them the tests are skipped; the set-up says why. */
export const hasServers = (): boolean => inject('postgresUrl') !== '' && inject('redisUrl') !== '';

export type TestDatabase = { url: string; drop: () => Promise<void> };

/** An empty database of the test's own. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  await runOnServer(`CREATE DATABASE ${name}`);
  return { url: url.href, drop: () => runOnServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Rows of one statement, for looking behind the API. */
export async function queryDatabase<Row extends object>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

const runOnServer = async (text: string): Promise<void> => void (await queryDatabase(inject('postgresUrl'), text));
