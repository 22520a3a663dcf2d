import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { PoolClient } from 'pg';

const folder = new URL('../../../prisma/migrations/', import.meta.url);
/** Any number, as long as every process takes the same: it lets one of them migrate while the others wait. */
const advisoryLock = 7_201_911;

type Migration = { name: string; sql: string };

/**
 * Brings the database to the newest schema. Each migration is one transaction with its own record, so one that was cut
 * off half-way simply runs again. Kept in Prisma's own layout and table: `prisma migrate deploy` agrees with it.
 */
export async function migrate(client: PoolClient): Promise<void> {
  await lockSchema(client, async () => {
    await createRecordTable(client);
    const applied = await readApplied(client);
    for (const migration of readMigrations()) {
      if (!applied.has(migration.name)) await apply(client, migration);
    }
  });
}

/** Runs `work` while no other process does so; the connection keeps the lock. */
export async function lockSchema<Result>(client: PoolClient, work: () => Promise<Result>): Promise<Result> {
  // Another process, or a large table, may take longer than the statements of a request.
  await client.query('SET statement_timeout = 0');
  await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
  try {
    return await work();
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [advisoryLock]);
    await client.query('RESET statement_timeout');
  }
}

function readMigrations(): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({ name, sql: readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8') }));
}

async function apply(client: PoolClient, { name, sql }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), createHash('sha256').update(sql).digest('hex'), name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

async function readApplied(client: PoolClient): Promise<Set<string>> {
  const { rows } = await client.query<{ migration_name: string }>(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Set(rows.map((row) => row.migration_name));
}

/** The table as Prisma creates it. */
async function createRecordTable(client: PoolClient): Promise<void> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id varchar(36) PRIMARY KEY NOT NULL,
      checksum varchar(64) NOT NULL,
      finished_at timestamptz,
      migration_name varchar(255) NOT NULL,
      logs text,
      rolled_back_at timestamptz,
      started_at timestamptz NOT NULL DEFAULT now(),
      applied_steps_count integer NOT NULL DEFAULT 0
    )`);
}
