import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countEvents, forgetEvents } from '../../src/domains/audit/forget.ts';
import { openAuditKeys } from '../../src/domains/audit/keys.ts';
import { recordAlone } from '../../src/domains/audit/record.ts';
import { checkAllChains, type ChainReport } from '../../src/domains/audit/verify.ts';
import { sql } from '../../src/platform/database/database.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, goodPassword } from '../setup/client.ts';
import { refusalOf } from '../setup/refusals.ts';
import { eventColumns, headColumns, tamperings, withoutTriggers, type Tampering } from './audit-tampering.ts';

let app: App;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** Somebody with six events. */
async function createPerson(): Promise<Client> {
  const client = await Client.register(app.url);
  for (let i = 0; i < 5; i += 1) await recordAlone(actorOf(client), 'EXPORT_REQUESTED', { format: 'CSV', count: i });
  return client;
}
const actorOf = ({ userId, session }: Client) => ({ userId, deviceId: session!.device.id, address: '192.0.2.7' });

const tamper = (statements: readonly string[]) =>
  withoutTriggers(sql.query, async () => {
    for (const statement of statements) await sql.query(statement);
  });

/** What the verifier says of somebody. */
async function verify(userId: string): Promise<ChainReport | undefined> {
  for await (const report of checkAllChains()) if (report.userId === userId) return report;
  return undefined;
}

type Check = {
  isIntact: boolean;
  events: number;
  brokenAt: number | null;
  problem: string | null;
  isSinceIncluded: boolean | null;
  head: { seq: number; hash: string } | null;
};
const checkFields = 'isIntact events brokenAt problem isSinceIncluded head { seq hash }';
const check = async (client: Client, since: object | null = null): Promise<Check> =>
  (
    await client.graphql<{ auditCheck: Check }>(
      `query ($since: AuditHeadInput) { auditCheck(since: $since) { ${checkFields} } }`,
      { since },
    )
  ).auditCheck;

const columnsOf = async (table: string): Promise<string[]> =>
  (
    await sql.query<{ name: string }>(
      'SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1::text',
      [table],
    )
  ).map(({ name }) => name);

describe('54: an audit log', () => {
  it('that nobody has touched is intact', async () => {
    const client = await createPerson();
    expect(await verify(client.userId)).toMatchObject({ events: 6, broken: null });
    expect(await check(client)).toMatchObject({ isIntact: true, events: 6, brokenAt: null, problem: null });
  });

  const list: Tampering[] = [...Object.values(eventColumns), ...Object.values(headColumns), ...tamperings];

  it.each(list)('names the first broken link when $what', async ({ statements, found }) => {
    const [victim, other, third] = [await createPerson(), await createPerson(), await createPerson()];
    await tamper(statements(victim.userId, other.userId));
    expect((await verify(victim.userId))?.broken).toEqual(found);
    const { isIntact, brokenAt, problem } = await check(victim);
    expect({ isIntact, brokenAt, problem }).toEqual({ isIntact: false, brokenAt: found.seq, problem: found.problem });
    // Nor is anything wrong with the log of somebody else.
    expect((await verify(third.userId))?.broken).toBeNull();
  });

  it('has no column whose change was not tried', async () => {
    expect(Object.keys(eventColumns).sort()).toEqual((await columnsOf('audit_events')).toSorted());
    expect(Object.keys(headColumns).sort()).toEqual((await columnsOf('audit_heads')).toSorted());
  });

  it('stays broken when more is recorded: what follows does not hide it', async () => {
    for (const { statements, found } of tamperings.filter(({ what }) => /last event|oldest|added/.test(what))) {
      const client = await createPerson();
      await tamper(statements(client.userId, ''));
      await recordAlone(actorOf(client), 'EXPORT_REQUESTED').catch(() => undefined);
      const broken = (await verify(client.userId))?.broken;
      expect(broken?.problem).toMatch(/MISSING|ALTERED|UNEXPECTED/);
      expect(broken!.seq).toBeGreaterThanOrEqual(found.seq!);
      await forgetEvents(new Date(Date.now() + 60_000));
      expect((await verify(client.userId))?.broken).toEqual(broken);
    }
  });

  it('put back as a whole is sound in itself, and found by a head that was noted', async () => {
    const client = await createPerson();
    const { head: early } = await check(client);
    const rows = (table: string) =>
      sql.query<{ row: object }>(`SELECT to_jsonb(t) AS row FROM ${table} t WHERE user_id = $1::uuid`, [client.userId]);
    const [head] = await rows('audit_heads');
    await recordAlone(actorOf(client), 'EXPORT_REQUESTED');
    const { head: noted } = await check(client, early);
    expect(await check(client, early)).toMatchObject({ isIntact: true, isSinceIncluded: true, head: { seq: 7 } });
    await tamper([
      `DELETE FROM audit_events WHERE user_id = '${client.userId}' AND seq = 7`,
      `DELETE FROM audit_heads WHERE user_id = '${client.userId}'`,
      `INSERT INTO audit_heads SELECT * FROM jsonb_populate_record(NULL::audit_heads, '${JSON.stringify(head!.row)}')`,
    ]);
    expect(await check(client)).toMatchObject({ isIntact: true, events: 6 });
    const rolledBack = { isIntact: false, isSinceIncluded: false, brokenAt: 7, problem: 'ROLLED_BACK' };
    expect(await check(client, noted)).toMatchObject(rolledBack);
    // And when it has gone on from there.
    await recordAlone(actorOf(client), 'EXPORT_DOWNLOADED');
    expect(await check(client, noted)).toMatchObject(rolledBack);
    expect(await check(client, early)).toMatchObject({ isIntact: true, isSinceIncluded: true });
  });

  it('does not take for a head what is none', async () => {
    const client = await createPerson();
    const { head } = await check(client);
    expect(await check(client, { ...head!, hash: '0'.repeat(64) })).toMatchObject({ problem: 'ROLLED_BACK' });
    for (const since of [
      { seq: 0, hash: head!.hash },
      { seq: 1, hash: head!.hash.toUpperCase() },
      { seq: 1, hash: '' },
    ])
      expect(await refusalOf(check(client, since))).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('whose key was taken away is not intact, and cannot be continued as if it were', async () => {
    const client = await createPerson();
    const [row] = await sql.query<{ wrapped: string }>(
      `SELECT encode(wrapped, 'hex') AS wrapped FROM installation_keys`,
    );
    await sql.query('DELETE FROM installation_keys');
    await openAuditKeys();
    expect((await verify(client.userId))?.broken).toEqual({ seq: 1, problem: 'KEY_UNKNOWN' });
    await recordAlone(actorOf(client), 'EXPORT_REQUESTED');
    expect((await verify(client.userId))?.broken).toEqual({ seq: 1, problem: 'KEY_UNKNOWN' });
    await sql.query(`UPDATE installation_keys SET generation = 1, wrapped = decode($1::text, 'hex')`, [row!.wrapped]);
    await openAuditKeys();
    expect((await verify((await createPerson()).userId))?.broken).toBeNull();
  });
});

describe('the database', () => {
  const refused = [
    `UPDATE audit_events SET action = 'SIGNED_IN'`,
    'UPDATE audit_events SET details = NULL',
    'DELETE FROM audit_events',
    'DELETE FROM audit_events WHERE seq = 6',
    'TRUNCATE audit_events',
    'DELETE FROM audit_heads',
    'TRUNCATE audit_heads',
    'TRUNCATE audit_events, audit_heads',
    'UPDATE audit_heads SET seq = seq - 1',
    'UPDATE audit_heads SET user_id = gen_random_uuid()',
    `BEGIN; SELECT set_config('lifegraph.audit_forgets', 'on', true); DELETE FROM audit_events; COMMIT`,
  ];

  it.each(refused)('refuses %s', async (statement) => {
    const client = await createPerson();
    await expect(sql.query(statement)).rejects.toMatchObject({ code: '42501' });
    await sql.query('ROLLBACK');
    expect(await check(client)).toMatchObject({ isIntact: true, events: 6 });
  });

  it('has but one way for rows to go, which takes those named and no others', async () => {
    const [client, other] = [await createPerson(), await createPerson()];
    await sql.query('SELECT forget_audit_events($1::uuid, 2)', [client.userId]);
    expect((await verify(client.userId))?.broken).toEqual({ seq: 1, problem: 'MISSING' });
    expect((await verify(other.userId))?.broken).toBeNull();
    const left = await sql.query('SELECT FROM audit_events WHERE user_id = $1::uuid', [client.userId]);
    expect(left).toHaveLength(4);
    await sql.query('SELECT forget_audit_head($1::uuid)', [other.userId]);
    expect((await verify(other.userId))?.broken).toBeNull();
  });
});

describe('retention', () => {
  const ageing = (userId: string, seq: number) =>
    `SELECT at FROM audit_events WHERE user_id = '${userId}' AND seq = ${seq}`;

  it('cuts what is old, and what is left is as sound as before', async () => {
    const client = await createPerson();
    const { head: noted } = await check(client);
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (let i = 0; i < 3; i += 1) await recordAlone(actorOf(client), 'EXPORT_DOWNLOADED');
    const [row] = await sql.query<{ at: Date }>(ageing(client.userId, 7));
    const before = await countEvents(row!.at);
    expect(before.oldest!.getTime()).toBeLessThan(row!.at.getTime());
    const cut = await forgetEvents(row!.at);
    expect(cut).toBeGreaterThanOrEqual(6);
    expect((await countEvents(row!.at)).rows).toBe(before.rows - cut);
    expect(await forgetEvents(row!.at)).toBe(0);
    expect(await check(client, noted)).toMatchObject({ isIntact: true, events: 3, isSinceIncluded: true });
    expect(await check(client, { seq: 5, hash: '0'.repeat(64) })).toMatchObject({
      isIntact: true,
      isSinceIncluded: null,
    });
    expect(await check(client, { seq: 6, hash: '0'.repeat(64) })).toMatchObject({ problem: 'ROLLED_BACK' });
    const actions = await listActions(client);
    expect(actions).toEqual(Array.from({ length: 3 }, () => 'EXPORT_DOWNLOADED'));
    // What is left is still a chain.
    await tamper([`DELETE FROM audit_events WHERE user_id = '${client.userId}' AND seq = 7`]);
    expect((await verify(client.userId))?.broken).toEqual({ seq: 7, problem: 'MISSING' });
  });

  it('leaves an empty log that goes on, and of an erased account nothing', async () => {
    const [client, erased] = [await createPerson(), await createPerson()];
    await erase(erased);
    await forgetEvents(new Date(Date.now() + 60_000));
    expect(await check(client)).toMatchObject({ isIntact: true, events: 0, head: { seq: 6 } });
    await recordAlone(actorOf(client), 'EXPORT_REQUESTED');
    expect(await check(client)).toMatchObject({ isIntact: true, events: 1, head: { seq: 7 } });
    expect(await verify(erased.userId)).toBeUndefined();
    // An empty log belongs to its person as well.
    const other = await Client.register(app.url);
    await recordAlone(actorOf(other), 'EXPORT_REQUESTED');
    await forgetEvents(new Date(Date.now() + 60_000));
    await tamper([
      `DELETE FROM audit_heads WHERE user_id = '${client.userId}'`,
      `UPDATE audit_heads SET user_id = '${client.userId}' WHERE user_id = '${other.userId}'`,
    ]);
    expect((await verify(client.userId))?.broken).toEqual({ seq: 2, problem: 'HEAD_ALTERED' });
    expect(await sql.query('SELECT FROM audit_heads WHERE user_id = $1::uuid', [erased.userId])).toEqual([]);
  });
});

const listActions = async (client: Client): Promise<string[]> =>
  (
    await client.graphql<{ auditLog: { edges: { node: { action: string } }[] } }>(
      '{ auditLog { edges { node { action } } } }',
    )
  ).auditLog.edges.map(({ node }) => node.action);

const erase = (client: Client) =>
  client.graphql('mutation ($password: String!) { deleteAccount(password: $password) }', { password: goodPassword });

describe('52: the log of an erased account', () => {
  it('can be checked, ends with the erasure, and holds nothing that can be read', async () => {
    const mark = 'Phone of Planted Name';
    const client = await Client.register(app.url, { deviceName: mark });
    await recordAlone({ ...actorOf(client), address: '203.0.113.99' }, 'EXPORT_REQUESTED', { subjectName: mark });
    const read = () =>
      sql.query<{ action: string; details: Uint8Array | null }>(
        'SELECT action, details FROM audit_events WHERE user_id = $1::uuid ORDER BY seq',
        [client.userId],
      );
    const before = await read();
    expect(before.every(({ details }) => !Buffer.from(details!).toString('latin1').includes(mark))).toBe(true);
    await erase(client);
    expect((await read()).map(({ action }) => action)).toEqual(['REGISTERED', 'EXPORT_REQUESTED', 'ACCOUNT_ERASED']);
    expect(await verify(client.userId)).toMatchObject({ events: 3, broken: null });
    expect(await sql.query('SELECT FROM data_keys WHERE user_id = $1::uuid', [client.userId])).toEqual([]);
    await recordAlone(actorOf(client), 'SIGNED_IN');
    expect(await read()).toHaveLength(3);
  });
});
