import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operationRetention, changeRetention } from '../../../src/changes/retention.ts';
import { readConfig } from '../../../src/config.ts';
import { domains } from '../../../src/domains.ts';
import type { Retention } from '../../../src/kernel/define-domain.ts';
import { sql } from '../../../src/platform/database/database.ts';
import { previewRetention, runRetention } from '../../../src/platform/forgetting/retention.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { makeFolder } from '../../setup/pair.ts';
import { startServer } from '../../setup/process.ts';
import { startChild } from '../../setup/spawn.ts';
import { importCsv, readImport } from '../../domains/imports/transfer.ts';

const kinds = [...domains.flatMap((domain) => domain.retention ?? []), operationRetention, changeRetention([])];
const { retentionDays } = readConfig({ DATA_DIR: 'memory://' });
let app: App;
let me: Client;

beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());
beforeEach(async () => {
  me = await Client.register(app.url);
});

/** What is left of the kind is counted, what would go is previewed, and it goes: once, and nothing else. */
async function lose(name: string): Promise<number[]> {
  const read = async () => (await previewRetention(kinds, retentionDays)).find((each) => each.name === name)!.rows;
  const would = await read();
  const gone = (await runRetention(kinds, retentionDays))[name]!;
  return [would, gone, await read(), (await runRetention(kinds, retentionDays))[name]!];
}
const count = async (text: string) => (await sql.query(text, [me.userId])).length;

describe('62: what is kept for a time', () => {
  it('are ended sessions with their tokens, and those that nothing can continue; open ones stay', async () => {
    const { email } = me.session!.user;
    const [ended, dead] = [await Client.login(app.url, email), await Client.login(app.url, email)];
    await ended.graphql('mutation { logout }');
    const age = `last_seen_at = now() - interval '31 days', ended_at = ended_at - interval '31 days'`;
    await sql.query(`UPDATE sessions SET ${age} WHERE user_id = $1`, [me.userId]);
    await sql.query(`UPDATE refresh_tokens SET expires_at = now() - interval '1 hour' WHERE session_id = $1`, [
      dead.session!.device.id,
    ]);
    expect(await lose('ended sessions')).toEqual([2, 2, 0, 0]);
    expect(await sql.query('SELECT id FROM sessions WHERE user_id = $1', [me.userId])).toEqual([
      { id: me.session!.device.id },
    ]);
    expect(await me.refresh()).toBeTruthy();
  });

  it('are refresh tokens after their own end; spent ones stay until then, and still give a thief away', async () => {
    const first = me.session!.refreshToken;
    const second = await me.refresh();
    await sql.query(`UPDATE refresh_tokens SET spent_at = now() - interval '59 days' WHERE spent_at IS NOT NULL`);
    expect(await lose('expired refresh tokens')).toEqual([0, 0, 0, 0]);
    await expect(me.refresh(first)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(me.refresh(second.refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await sql.query(`UPDATE refresh_tokens SET expires_at = now() - interval '31 days' WHERE user_id = $1`, [
      me.userId,
    ]);
    expect(await lose('expired refresh tokens')).toEqual([2, 2, 0, 0]);
  });

  it('are finished jobs, and not those that wait', async () => {
    await me.createMetric();
    await sql.query(
      `INSERT INTO pgboss.job (name, data, state, completed_on) SELECT name, data, 'completed', now() - interval '8 days'
       FROM pgboss.job WHERE data->>'userId' = $1::text LIMIT 1`,
      [me.userId],
    );
    await sql.query(`UPDATE pgboss.job SET created_on = now() - interval '8 days'`);
    expect(await lose('finished jobs')).toEqual([1, 1, 0, 0]);
    expect(await count(`SELECT 1 AS one FROM pgboss.job WHERE data->>'userId' = $1::text AND state = 'created'`)).toBe(
      1,
    );
  });

  it('are outcomes of operations, as many as there are', async () => {
    await sql.query(
      `INSERT INTO operations (user_id, id, at) SELECT $1::uuid, gen_random_uuid(), now() - n * interval '1 day'
       FROM generate_series(1, 2500) n`,
      [me.userId],
    );
    expect(await lose('outcomes of operations')).toEqual([2101, 2101, 0, 0]);
    expect(await count('SELECT 1 AS one FROM operations WHERE user_id = $1::uuid')).toBe(399);
  });

  it('are uploads that nobody applies, with a word to who waits', async () => {
    const { id } = await importCsv(me, 'date,metric,value\n2026-01-01,Steps,1\n2026-01-02,Steps,2\n', false);
    await sql.query(`UPDATE imports SET updated_at = now() - interval '8 days' WHERE user_id = $1`, [me.userId]);
    const staged = await count('SELECT 1 AS one FROM import_rows WHERE user_id = $1::uuid');
    expect(await lose('uploads not applied')).toEqual([staged, staged, 0, 0]);
    expect(await readImport(me, id)).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('7 days') as string,
    });
  });

  it('are changes that newer ones have superseded', async () => {
    const metric = await me.createMetric();
    const entry = await me.createEntry({ metricId: metric.id });
    for (const value of [2, 3]) await me.updateEntry(entry.id, { value });
    await sql.query(`UPDATE changes SET at = now() - interval '500 days' WHERE user_id = $1`, [me.userId]);
    await me.createMetric({ name: 'Another' });
    expect(await lose('superseded changes')).toEqual([2, 2, 0, 0]);
  });

  it('is kept for ever with 0 days', async () => {
    await sql.query(`INSERT INTO operations (user_id, id, at) VALUES ($1, $2, '2000-01-01')`, [
      me.userId,
      randomUUID(),
    ]);
    const forever = readConfig({ DATA_DIR: 'memory://', OPERATION_DAYS: '0' }).retentionDays;
    expect(await runRetention([operationRetention], forever)).toEqual({});
    expect(await previewRetention([operationRetention], forever)).toMatchObject([{ rows: 0, days: 0 }]);
    expect(await lose('outcomes of operations')).toEqual([1, 1, 0, 0]);
  });

  it('goes although another kind fails, and the failure is heard of', async () => {
    await sql.query(`INSERT INTO operations (user_id, id, at) VALUES ($1, $2, '2000-01-01')`, [
      me.userId,
      randomUUID(),
    ]);
    const broken: Retention = { ...operationRetention, name: 'broken', forget: () => Promise.reject(new Error('no')) };
    await expect(runRetention([broken, operationRetention], retentionDays)).rejects.toThrow('no');
    expect(await count('SELECT 1 AS one FROM operations WHERE user_id = $1::uuid')).toBe(0);
  });
});

describe('npm run retention', () => {
  it('says with --dry-run what would go, and changes nothing; without, it goes', { timeout: 120_000 }, async () => {
    const folder = makeFolder();
    const env = { DATA_DIR: folder.path, PATH: process.env['PATH']!, AUDIT_DAYS: '0.00001' };
    const run = async (...args: string[]) => {
      const child = startChild(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', 'src/retention.ts', ...args],
        {
          env,
        },
      );
      expect(await child.exited).toBe(0);
      return child.output();
    };
    const server = await startServer(env);
    await Client.register(server.url);
    const refused = startChild(process.execPath, ['src/retention.ts', '--dry-run'], { env });
    expect(await refused.exited).toBe(1);
    expect(refused.output()).toContain('in use by process');
    await server.kill();
    expect(await run('--dry-run')).toMatch(/ended sessions \(kept for 30 days\): 0 would go/);
    expect(await run('--dry-run')).toMatch(/audit events .*: 1 would go, the oldest of 20/);
    expect(await run()).toMatch(/ended sessions: 0 gone[^]*audit events: 1 gone/);
    expect(await run('--dry-run')).toMatch(/audit events .*: 0 would go/);
    folder.remove();
  });
});
