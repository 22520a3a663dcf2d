import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import {
  closeDatabase,
  openDatabase,
  sql,
  transaction,
  type Sql,
  type Transaction,
} from '../../../src/platform/database/database.ts';
import { isOutage } from '../../../src/platform/database/outages.ts';
import { createDatabase, hasServers, queryDatabase, type TestDatabase } from '../../setup/database.ts';

describe.skipIf(!hasServers())('a transaction whose connection is cut', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
    await openDatabase(readConfig({ DATABASE_URL: database.url }));
    await queryDatabase(database.url, slowToCommit);
  });
  afterAll(async () => {
    await closeDatabase();
    await database?.drop();
  });

  const cut = () =>
    queryDatabase(
      database.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );

  const stages: Record<string, (tx: Transaction) => Promise<unknown>> = {
    'in plain SQL': (tx) => Promise.all([tx.query('SELECT pg_sleep(20)::text'), cut()]),
    'before plain SQL': (tx) => cut().then(() => tx.query('SELECT 1 AS one')),
    'before a statement of the ORM': (tx) => cut().then(() => tx.prisma.user.count()),
    'before COMMIT': (tx) => tx.query('SELECT 1 AS one').then(cut),
    'in COMMIT': async (tx) => {
      await tx.query('INSERT INTO slow_to_commit VALUES (1) RETURNING 1 AS one');
      setTimeout(() => void cut(), 200);
    },
  };

  it.each(Object.keys(stages))('says %s that the database is away, and goes on', async (stage) => {
    const failure = await transaction(stages[stage]!).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(isOutage(failure)).toBe(true);
    // The ORM puts a connection back that was lost in COMMIT; the pool hears of it a moment later.
    const next = await vi.waitFor(() => transaction((tx) => tx.query('SELECT 1 AS one')));
    expect(next).toEqual([{ one: 1 }]);
  });

  it('has so long for a statement on a server, and one that was given more has that', async () => {
    const limitOf = async (runner: Sql) =>
      (await runner.query<{ limit: string }>(`SELECT current_setting('statement_timeout') AS limit`))[0]!.limit;
    expect(await limitOf(sql)).toBe('30s');
    expect(await transaction(limitOf)).toBe('30s');
    expect(await transaction(limitOf, { timeoutSeconds: 600 })).toBe('10min');
    expect(await limitOf(sql)).toBe('30s');
    const ended = await transaction(async (tx) => {
      await tx.query(`SELECT set_config('statement_timeout', '50', true)`);
      return tx.query('SELECT pg_sleep(5)::text');
    }).catch((error: unknown) => error);
    expect(isOutage(ended)).toBe(true);
  });

  it('is told from one that fails by its own statement', async () => {
    const failure = await transaction((tx) => tx.query('SELECT 1 / 0')).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(isOutage(failure)).toBe(false);
  });
});

/** A table whose rows are looked at with COMMIT, for a long time. */
const slowToCommit = `
  CREATE TABLE slow_to_commit (id int);
  CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER take_long AFTER INSERT ON slow_to_commit DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION take_long()`;
