import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { closeDatabase, openDatabase, sql, transaction } from '../../../src/platform/database/database.ts';
import { createDatabase, hasServers, type TestDatabase } from '../../setup/database.ts';

/** Milliseconds in which a process has to have closed it, of the 30,000 after which supervisors kill. */
const limit = 6000;

describe.skipIf(!hasServers())('closing the database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database?.drop());

  it('does not wait for a transaction under way that does not end', { timeout: 60_000 }, async () => {
    await openDatabase(readConfig({ DATABASE_URL: database.url }));
    const started = Promise.withResolvers<void>();
    const endless = transaction(async (tx) => {
      await tx.query('SELECT 1 AS one');
      started.resolve();
      await tx.query('SELECT pg_sleep(25)::text');
    });
    const failure = endless.catch((error: Error) => error.message);
    await started.promise;
    const begun = performance.now();
    await closeDatabase();
    expect(performance.now() - begun).toBeLessThan(limit);
    expect(await failure).toMatch(/terminated/);
  });

  it('lets one end that is about to', { timeout: 60_000 }, async () => {
    await openDatabase(readConfig({ DATABASE_URL: database.url }));
    await sql.query('CREATE TABLE kept (id int)');
    const started = Promise.withResolvers<void>();
    const brief = transaction(async (tx) => {
      await tx.query('INSERT INTO kept VALUES (1) RETURNING id');
      started.resolve();
      await tx.query('SELECT pg_sleep(1)::text');
    });
    await started.promise;
    await closeDatabase();
    await brief;
    await openDatabase(readConfig({ DATABASE_URL: database.url }));
    expect(await sql.query('SELECT id FROM kept')).toEqual([{ id: 1 }]);
    await closeDatabase();
  });
});
