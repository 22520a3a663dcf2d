import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../src/platform/database/database.ts';
import { eraseAccount } from '../attacks/planted-life.ts';
import { applyImport, settled } from '../domains/imports/transfer.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, goodPassword } from '../setup/client.ts';
import { makeFolder } from '../setup/pair.ts';
import { startServer, type ServerProcess } from '../setup/process.ts';
import { startChild } from '../setup/spawn.ts';
import { fillLife, readLife, type WholeLife } from './whole-life.ts';

const root = join(import.meta.dirname, '../..');
const data = makeFolder();
const store = makeFolder();
const env = { DATA_DIR: data.path, INSIGHTS_DEBOUNCE_SECONDS: '0' };
/** What docs/backups.md says to keep apart from the copy. */
const apart = ['encryption-key', 'erasures.journal'];

/** A command as the documentation gives it. */
async function run(...command: string[]): Promise<void> {
  const child = startChild('npm', ['run', ...command], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  expect([await child.exited, child.output()]).toEqual([0, expect.stringContaining('The database is ')]);
}

const servers: ServerProcess[] = [];
async function start(): Promise<ServerProcess> {
  const server = await startServer(env);
  servers.push(server);
  return server;
}

let life: WholeLife;
let before: Awaited<ReturnType<typeof readLife>>;
let app: App;
let restored: Client;

/** Lives, keeps a copy, loses everything, brings it back. */
beforeAll(async () => {
  let server = await start();
  life = await fillLife(server.url);
  before = await readLife(life.client);
  // So that there is a journal.
  await eraseAccount({ client: await Client.register(server.url), password: goodPassword });
  await server.kill();

  await run('backup', '--', join(store.path, 'copy'));
  for (const name of apart) cpSync(join(data.path, name), join(store.path, name));
  rmSync(data.path, { recursive: true });

  for (const name of apart) cpSync(join(store.path, name), join(data.path, name));
  await run('restore', '--', join(store.path, 'copy'));
  server = await start();
  restored = await Client.login(server.url, life.email, life.password);
  await server.kill();
  // From here on nothing but the tests changes anything.
  app = await startApp({ ...env, EXPORT_SCHEDULE: 'off', INSIGHTS_DEBOUNCE_SECONDS: '3600' });
  restored = restored.at(app.url);
}, 300_000);
afterAll(async () => {
  await app?.stop();
  for (const server of servers) await server.kill();
  for (const folder of [data, store]) folder.remove();
});

describe('48: a life whose data directory was lost', () => {
  it('is there again, byte for byte, with its log', async () => {
    expect(before.log.length).toBeGreaterThan(600);
    const { user, ...lists } = JSON.parse(before.json) as { user: object } & Record<string, object[]>;
    expect(user).toMatchObject({ dayStartsAt: 4, timeZone: 'Europe/Vienna' });
    for (const name of ['metrics', 'entries', 'insights']) expect(lists[name]!.length).toBeGreaterThan(0);
    expect(await readLife(restored)).toEqual(before);
  });

  it('has its audit log, and the file that waited to be applied', async () => {
    const query = 'query ($since: AuditHeadInput) { auditCheck(since: $since) { isIntact isSinceIncluded } }';
    expect((await restored.graphql<{ auditCheck: object }>(query, { since: life.auditHead })).auditCheck).toEqual({
      isIntact: true,
      isSinceIncluded: true,
    });
    await applyImport(restored, life.waitingImport);
    expect((await settled(restored, life.waitingImport)).state).toBe('APPLIED');
  });

  it('has to sign in again where the secret was not kept, and only there', async () => {
    await expect(life.client.at(app.url).seq()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await restored.seq()).toBeGreaterThan(0);
  });
});

describe('the drill itself', () => {
  /** Something that a restore could lose, as it would be lost: behind the back of everything else. */
  const losses: [what: string, statement: string][] = [
    ['an entry', `DELETE FROM entries WHERE id = (SELECT id FROM entries WHERE user_id = $1 ORDER BY id LIMIT 1)`],
    [
      'a tag',
      `UPDATE entries SET tags = '{}' WHERE id = (SELECT id FROM entries WHERE user_id = $1 AND tags <> '{}' LIMIT 1)`,
    ],
    ['the unit of a metric', `UPDATE metrics SET unit = NULL WHERE user_id = $1 AND unit = 'ml'`],
    ['an insight', `DELETE FROM insights WHERE id = (SELECT id FROM insights WHERE user_id = $1 LIMIT 1)`],
    ['a setting', `UPDATE users SET day_starts_at = 0 WHERE id = $1`],
    ['the time of a change', `UPDATE changes SET at = at - interval '1 second' WHERE user_id = $1 AND seq = 3`],
  ];

  it.each(losses)('notices when %s is lost', async (_, statement) => {
    const whole = await readLife(restored);
    expect(await readLife(restored)).toEqual(whole);
    expect(await sql.query(`${statement} RETURNING 1 AS one`, [restored.userId])).toHaveLength(1);
    expect(await readLife(restored)).not.toEqual(whole);
  });
});

it('exports that were scheduled are so no more once they are switched off', async () => {
  expect(await sql.query(`SELECT 1 AS one FROM pgboss.schedule WHERE name = 'exports.save'`)).toEqual([]);
  expect(await sql.query(`SELECT 1 AS one FROM pgboss.schedule WHERE name = 'retention'`)).toHaveLength(1);
  expect(await sql.query(`SELECT 1 AS one FROM pgboss.job WHERE name = 'exports.save'`)).not.toEqual([]);
});
