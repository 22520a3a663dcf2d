import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SteadyPool } from '../../../src/platform/database/steady-pool.ts';
import { createDatabase, hasServers, queryDatabase, type TestDatabase } from '../../setup/database.ts';

describe.skipIf(!hasServers())('a pool whose connections are cut', () => {
  let database: TestDatabase;
  let pool: SteadyPool;

  beforeAll(async () => {
    database = await createDatabase();
    pool = new SteadyPool({ connectionString: database.url, max: 3, application_name: 'cut me' });
    pool.on('error', () => undefined);
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });

  const cut = () =>
    queryDatabase(
      database.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut me'`,
    );

  it('fails the statements under way, goes on with new ones, and leaves the process alone', async () => {
    const uncaught = vi.fn<(error: Error) => void>();
    process.on('uncaughtException', uncaught);
    const held = await pool.connect();
    const statements = [1, 2].map(() => pool.query('SELECT pg_sleep(20)'));
    const failures = Promise.allSettled(statements);
    await expect.poll(() => pool.totalCount - pool.idleCount).toBe(3);
    await expect.poll(async () => (await cut()).length, { interval: 100 }).toBe(3);
    expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    // One that is in use while no statement is under way, as between the statements of a migration.
    await expect(held.query('SELECT 1')).rejects.toThrow(/connection|terminated/i);
    held.release(true);
    const { rows } = await pool.query('SELECT 1 AS one');
    expect(rows).toEqual([{ one: 1 }]);
    process.off('uncaughtException', uncaught);
    expect(uncaught).not.toHaveBeenCalled();
  });
});
