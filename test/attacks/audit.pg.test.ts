import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client as Database } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordAlone } from '../../src/domains/audit/record.ts';
import { rewrapDataKeys } from '../../src/platform/secrets/key-rotation.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, goodPassword, within } from '../setup/client.ts';
import { createDatabase, hasServers, queryDatabase, type TestDatabase } from '../setup/database.ts';
import { newEncryptionKey } from '../setup/sealed-notes.ts';
import { tamperings, withoutTriggers } from './audit-tampering.ts';

const [first, second] = [newEncryptionKey(), newEncryptionKey()];

describe.skipIf(!hasServers())('54: the audit log on a server', () => {
  let database: TestDatabase;
  let app: App;
  const start = (env: Record<string, string>) => startApp({ DATABASE_URL: database.url, ...env });
  const run = (text: string, values: readonly unknown[] = []) => queryDatabase(database.url, text, [...values]);

  beforeAll(async () => {
    database = await createDatabase();
    app = await start({ ENCRYPTION_KEY: first });
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  const record = ({ userId, session }: Client, times: number) =>
    Promise.all(
      Array.from({ length: times }, () => recordAlone({ userId, deviceId: session!.device.id }, 'EXPORT_REQUESTED')),
    );

  /** The verifier as an operator runs it. */
  async function runVerifier(env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
    const verifier = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/audit.ts'], {
      cwd: join(import.meta.dirname, '../..'),
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url, ENCRYPTION_KEY: first, ...env },
    });
    let output = '';
    for (const stream of [verifier.stdout, verifier.stderr]) stream.on('data', (text) => (output += String(text)));
    const [code] = (await once(verifier, 'close')) as [number];
    return { code, output };
  }

  it('has no gap and no double when many record for one person at once', async () => {
    const client = await Client.register(app.url);
    await record(client, 50);
    const rows = await run('SELECT seq FROM audit_events WHERE user_id = $1 ORDER BY seq', [client.userId]);
    expect(rows).toEqual(Array.from({ length: 51 }, (_, i) => ({ seq: i + 1 })));
    expect(await runVerifier()).toEqual({ code: 0, output: '1 people, 51 sound events, 0 broken logs.\n' });
  });

  it('cannot be changed but by who may change the tables, and a role of the application needs no right to', async () => {
    const refused = [
      `UPDATE audit_events SET action = 'SIGNED_IN'`,
      'DELETE FROM audit_events',
      'TRUNCATE audit_events',
      'DELETE FROM audit_heads',
      'TRUNCATE audit_heads',
    ];
    for (const text of refused) await expect(run(text)).rejects.toMatchObject({ code: '42501' });
    const role = `app_${Math.random().toString(36).slice(2)}`;
    const as = (text: string) => run(`BEGIN; SET LOCAL ROLE ${role}; ${text}; COMMIT`);
    await run(`CREATE ROLE ${role}; GRANT SELECT, INSERT ON audit_events TO ${role};
      GRANT SELECT, INSERT, UPDATE ON audit_heads TO ${role}`);
    for (const text of refused.slice(0, 4)) await expect(as(text)).rejects.toMatchObject({ code: '42501' });
    const cut = `SELECT forget_audit_events((SELECT user_id FROM audit_heads LIMIT 1), 1)`;
    await expect(as(cut)).rejects.toMatchObject({ code: '42501' });
    await as('SELECT FROM audit_events');
    await run(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    expect((await runVerifier()).code).toBe(0);
  });

  it('is found broken by the verifier, person by person, with the place, and without a secret it says nothing', async () => {
    const broken: string[] = [];
    for (const { statements, found } of tamperings.filter(({ what }) =>
      /middle is deleted$|last event is/.test(what),
    )) {
      const client = await Client.register(app.url);
      await record(client, 5);
      await withoutTriggers(run, async () => {
        for (const statement of statements(client.userId, '')) await run(statement);
      });
      broken.push(`BROKEN ${client.userId} at ${found.seq}: ${found.problem}`);
    }
    const { code, output } = await runVerifier();
    expect(code).toBe(1);
    expect(output.trim().split('\n').slice(0, -1).sort()).toEqual(broken.sort());
    expect(output).toContain(`${broken.length} broken logs.`);
    const without = await runVerifier({ ENCRYPTION_KEY: second });
    expect(without.code).toBe(2);
    expect(without.output).toContain('ENCRYPTION_KEYS_ACCEPTED');
  });

  it('lets nobody wait who gives a wrong password, while it cannot be written', { timeout: 60_000 }, async () => {
    const client = await Client.register(app.url);
    const { email } = client.session!.user;
    const holder = new Database({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM audit_heads WHERE user_id = $1 FOR UPDATE', [client.userId]);
    const login = (password: string) =>
      Client.login(app.url, email, password).then(
        () => 'in',
        () => 'refused',
      );
    const waiting = () => 'it waits';
    expect(await within(20_000, login('wrong password'), waiting)).toBe('refused');
    const right = login(goodPassword);
    await expect(within(1000, right, waiting)).rejects.toThrow('it waits');
    await holder.query('COMMIT');
    await holder.end();
    expect(await right).toBe('in');
    const actions = () => run('SELECT action FROM audit_events WHERE user_id = $1 ORDER BY action', [client.userId]);
    await expect
      .poll(actions, { timeout: 15_000 })
      .toEqual(['REGISTERED', 'SIGNED_IN', 'SIGN_IN_REFUSED'].map((action) => ({ action })));
  });

  it('can be checked after the key of the installation has been changed', async () => {
    const client = await Client.register(app.url);
    await app.stop();
    app = await start({ ENCRYPTION_KEY: second, ENCRYPTION_KEYS_ACCEPTED: first });
    await rewrapDataKeys();
    await app.stop();
    await expect(start({ ENCRYPTION_KEY: first })).rejects.toThrow('ENCRYPTION_KEYS_ACCEPTED');
    app = await start({ ENCRYPTION_KEY: second });
    await record(await Client.login(app.url, client.session!.user.email), 1);
    const { output } = await runVerifier({ ENCRYPTION_KEY: second });
    expect(output).not.toContain(client.userId);
    const [row] = await run('SELECT seq FROM audit_heads WHERE user_id = $1', [client.userId]);
    expect(row).toEqual({ seq: 3 });
  });
});
