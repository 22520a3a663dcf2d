import { isEnumType } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkLog } from '../../../src/domains/audit/audit.ts';
import { loadSchema } from '../../../src/graphql/schema.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { sql } from '../../../src/platform/database/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client, goodPassword, newEmail } from '../../setup/client.ts';
import { applyImport, download, importCsv, requestExport, settled, undoImport } from '../imports/transfer.ts';
import { readEvents, readLog, type Event } from './audit-log.ts';

let app: App;

beforeAll(async () => {
  app = await startApp({ TRUST_PROXY: '1' });
});
afterAll(() => app.stop());

const here = '127.0.0.1';
const csv = 'date,metric,value\n2026-01-01,Mood,1\n2026-01-02,Mood,2\n';
const loginText = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }';
const register = () => Client.register(app.url, { deviceName: 'Phone' });
const login = async ({ session }: Client) => Client.login(app.url, session!.user.email);
/** Without its answer: the way on is to look into the log. */
const attempt = (client: Client, query: string, variables?: Record<string, unknown>) => client.raw(query, variables);

/** What a device does, and what is found of it in the log, if that is not all. The log is read by `reader`. */
type Scenario = (client: Client) => Promise<{ reader?: Client; found: Partial<Event> }>;

const scenarios: Readonly<Record<string, Scenario>> = {
  REGISTERED: () => Promise.resolve({ found: {} }),
  SIGNED_IN: async (client) => {
    const input = { email: client.session!.user.email, password: goodPassword, deviceName: 'Laptop' };
    const query = 'mutation ($input: LoginInput!) { login(input: $input) { device { id } } }';
    const { login: signedIn } = await client.graphql<{ login: { device: { id: string } } }>(query, { input });
    return { found: { deviceId: signedIn.device.id, deviceName: 'Laptop' } };
  },
  SIGN_IN_REFUSED: async (client) => {
    const input = { email: client.session!.user.email, password: 'wrong', deviceName: 'Somebody' };
    await attempt(new Client(app.url), loginText, { input });
    return { found: { deviceId: null, deviceName: 'Somebody' } };
  },
  SIGNED_OUT: async (client) => {
    const reader = await login(client);
    await client.graphql('mutation { logout }');
    return { reader, found: {} };
  },
  SIGNED_OUT_EVERYWHERE: async (client) => {
    await login(client);
    await client.graphql('mutation { logoutEverywhere }');
    return { reader: await login(client), found: { count: 2 } };
  },
  DEVICE_ENDED: async (client) => {
    const { id } = (await login(client)).session!.device;
    await sql.query(`UPDATE sessions SET name = 'Lost' WHERE id = $1::uuid`, [id]);
    await client.graphql('mutation ($id: ID!) { endDevice(id: $id) }', { id });
    return { found: { subjectId: id, subjectName: 'Lost' } };
  },
  PASSWORD_CHANGED: async (client) => {
    const query = `mutation { changePassword(currentPassword: "${goodPassword}", newPassword: "another good one") { accessToken } }`;
    await login(client);
    await client.graphql(query);
    const reader = await Client.login(app.url, client.session!.user.email, 'another good one');
    return { reader, found: { count: 2 } };
  },
  PASSWORD_REFUSED: async (client) => {
    await attempt(client, 'mutation { deleteAccount(password: "wrong") }');
    return { found: {} };
  },
  TOKEN_REPLAYED: async (client) => {
    const reader = await login(client);
    const next = await client.refresh();
    await client.refresh(next.refreshToken);
    await client.refresh().catch(() => undefined);
    return { reader, found: {} };
  },
  SETTINGS_CHANGED: async (client) => {
    await client.graphql('mutation { updateProfile(input: { dayStartsAt: 4, timeZone: "Asia/Tokyo" }) { id } }');
    return { found: { fields: ['timeZone', 'dayStartsAt'] } };
  },
  EXPORT_REQUESTED: async (client) => {
    await requestExport(client, { format: 'CSV' });
    return { found: { format: 'CSV' } };
  },
  EXPORT_DOWNLOADED: async (client) => {
    await (await download(client, { format: 'JSON' })).text();
    return { found: { format: 'JSON' } };
  },
  IMPORT_APPLIED: async (client) => {
    const { id } = await importCsv(client, csv, false);
    await applyImport(client, id);
    await settled(client, id);
    return { found: { subjectId: id, format: 'CSV', count: 2, address: null } };
  },
  IMPORT_UNDONE: async (client) => {
    const { id } = await importCsv(client, csv);
    await undoImport(client, id);
    await settled(client, id);
    return { found: { subjectId: id, format: 'CSV', address: null } };
  },
};

/** An event of this action, once it is there. */
async function findEvent(reader: Client, action: string): Promise<Event> {
  const find = async () => (await readEvents(reader)).find((event) => event.action === action);
  await expect.poll(find, { timeout: 15_000 }).toBeDefined();
  return (await find())!;
}

describe('the audit log', () => {
  it('is tried with every action', async () => {
    const actions = (await loadSchema()).getType('AuditAction');
    const names = isEnumType(actions) ? actions.getValues().map(({ name }) => name) : [];
    expect([...Object.keys(scenarios), 'ACCOUNT_ERASED'].sort()).toEqual(names.toSorted());
  });

  it.each(Object.keys(scenarios))('says who did it, from which device and from where: %s', async (action) => {
    const client = await register();
    const { reader = client, found } = await scenarios[action]!(client);
    const event = await findEvent(reader, action);
    const { seq: _, at, ...rest } = event;
    expect(rest).toEqual({
      action,
      deviceId: client.session!.device.id,
      deviceName: 'Phone',
      address: here,
      subjectId: null,
      subjectName: null,
      fields: [],
      format: null,
      count: null,
      ...found,
    });
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
  });

  it('ends with ACCOUNT_ERASED', async () => {
    const client = await register();
    await client.graphql('mutation ($password: String!) { deleteAccount(password: $password) }', {
      password: goodPassword,
    });
    const rows = await sql.query('SELECT action, details FROM audit_events WHERE user_id = $1::uuid ORDER BY seq', [
      client.userId,
    ]);
    expect(rows.at(-1)).toEqual({ action: 'ACCOUNT_ERASED', details: null });
  });

  it('counts from 1, shows the newest first, in pages, and each person their own alone', async () => {
    const [client, stranger] = [await register(), await register()];
    for (let i = 0; i < 4; i += 1) await requestExport(client, { format: 'CSV' });
    const first = await readLog(client, { first: 3 });
    const second = await readLog(client, { first: 3, after: first.edges.at(-1)!.cursor });
    const seqs = [...first.edges, ...second.edges].map(({ node }) => node.seq);
    expect(seqs).toEqual([5, 4, 3, 2, 1]);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    expect((await readEvents(stranger)).map(({ action }) => action)).toEqual(['REGISTERED']);
  });

  it('knows settings that come from a queue or an undo as well, with the address', async () => {
    const client = await register();
    const operations = [{ id: newId(), action: { updateProfile: { dayStartsAt: 3 } } }];
    await client.graphql('mutation ($of: [OperationInput!]!) { applyOperations(operations: $of) { status } }', {
      of: operations,
    });
    await client.graphql('mutation { undo(seq: 2) { seq } }');
    const events = (await readEvents(client)).filter(({ action }) => action === 'SETTINGS_CHANGED');
    expect(events).toMatchObject([
      { fields: ['dayStartsAt'], address: here },
      { fields: ['dayStartsAt'], address: here },
    ]);
  });

  it('has the address that the proxy says', async () => {
    const client = await register();
    const from = (address: string, url: string, init: RequestInit) =>
      fetch(client.url + url, { ...init, headers: { ...(init.headers as object), 'x-forwarded-for': address } });
    await from('198.51.100.7', await requestExport(client, { format: 'CSV' }), { headers: {} });
    const body = JSON.stringify({
      query: loginText,
      variables: { input: { email: client.session!.user.email, password: 'wrong' } },
    });
    const authorization = `Bearer ${client.session!.accessToken}`;
    const headers = { 'content-type': 'application/json', authorization };
    await from('2001:db8:1:2:3::4', '/graphql', { method: 'POST', headers, body });
    expect(await findEvent(client, 'EXPORT_DOWNLOADED')).toMatchObject({ address: '198.51.100.7' });
    // A device of the account is known by its token, whether or not the password was right.
    const { id: deviceId } = client.session!.device;
    expect(await findEvent(client, 'SIGN_IN_REFUSED')).toMatchObject({ address: '2001:db8:1:2::/64', deviceId });
  });

  it('says nothing of what failed, or had happened already', async () => {
    const client = await register();
    const other = await login(client);
    await other.graphql('mutation { logout }');
    const before = (await readEvents(client)).length;
    await attempt(other, 'mutation { logout }');
    await attempt(client, 'mutation ($id: ID!) { endDevice(id: $id) }', { id: other.session!.device.id });
    await attempt(client, 'mutation { updateProfile(input: { dayStartsAt: 99 }) { id } }');
    await attempt(client, 'mutation { exportData(input: { format: CSV, metricIds: ["x"] }) { url } }');
    await attempt(new Client(app.url), loginText, { input: { email: newEmail(), password: 'wrong' } });
    await fetch(`${client.url}/exports/${client.session!.accessToken}`);
    await attempt(
      new Client(app.url),
      'mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }',
      {
        input: { email: client.session!.user.email, password: goodPassword },
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await readEvents(client)).toHaveLength(before);
  });

  it('is looked at once for many who ask at once, and anew for who asks later', async () => {
    const client = await register();
    const query = vi.spyOn(pg.Client.prototype, 'query');
    const looks = () => query.mock.calls.filter((call) => JSON.stringify(call[0]).includes('read-audit-links')).length;
    const viewer = { userId: client.userId, deviceId: null };
    const all = await Promise.all(Array.from({ length: 10 }, () => checkLog(viewer)));
    expect(all.map(({ events, isIntact }) => [events, isIntact])).toEqual(all.map(() => [1, true]));
    expect(looks()).toBe(1);
    await requestExport(client, { format: 'CSV' });
    expect(await checkLog(viewer)).toMatchObject({ events: 2, isIntact: true, head: { seq: 2 } });
    expect(looks()).toBe(2);
    query.mockRestore();
  });

  it('records nothing with a write that is rolled back, nor a write without its event', async () => {
    const client = await register();
    // The event cannot be written: its number is taken.
    await sql.query(
      `INSERT INTO audit_events SELECT user_id, 2, at, action, device_id, details, key_generation, hash FROM audit_events
       WHERE user_id = $1::uuid`,
      [client.userId],
    );
    const { errors } = await attempt(client, 'mutation { updateProfile(input: { dayStartsAt: 9 }) { id } }');
    expect(errors).toHaveLength(1);
    expect(await client.seq()).toBe(1);
    expect(await client.graphql('{ me { dayStartsAt } }')).toEqual({ me: { dayStartsAt: 0 } });
  });
});
