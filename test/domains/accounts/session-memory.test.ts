import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeChanges } from '../../../src/changes/write-changes.ts';
import { openMemory, recallToken, rememberToken } from '../../../src/domains/accounts/session-memory.ts';
import { isSessionOpen } from '../../../src/domains/accounts/sessions.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { jobViewer, type Viewer } from '../../../src/kernel/viewer.ts';
import { closeBus, openBus } from '../../../src/platform/bus.ts';
import { sql } from '../../../src/platform/database/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client, goodPassword } from '../../setup/client.ts';
import { refusalOf } from '../../setup/refusals.ts';

let app: App;

// Longer than any of these tests: what is forgotten here is forgotten for another reason.
beforeAll(async () => {
  app = await startApp({ HEARTBEAT_SECONDS: '60' });
});
afterAll(() => app.stop());
afterEach(() => vi.restoreAllMocks());

const viewerOf = (client: Client) => ({ userId: client.userId, deviceId: client.session!.device.id });
const unauthenticated = { code: 'UNAUTHENTICATED', status: 401 };
const lookUp = 'is-session-open';
const countLookUps = () => {
  const query = vi.spyOn(sql, 'query');
  return () => query.mock.calls.filter(([, , name]) => name === lookUp).length;
};
/** Ends the session behind the server's back: as another server would whose message got lost. */
const endUnheard = (client: Client) =>
  sql.query('UPDATE sessions SET ended_at = now() WHERE id = $1::uuid', [client.session!.device.id]);
/** A device that is remembered as signed in. */
const registerRemembered = async () => {
  const client = await Client.register(app.url);
  await client.seq();
  return client;
};

describe('a session that is remembered as open', () => {
  it('is not looked up for every request, and each device is for itself', async () => {
    const phone = await registerRemembered();
    const laptop = await Client.login(app.url, phone.session!.user.email);
    const count = countLookUps();
    for (let i = 0; i < 3; i++) await phone.seq();
    expect(count()).toBe(0);
    for (let i = 0; i < 3; i++) await laptop.seq();
    expect(count()).toBe(1);
  });

  const ways: [string, (client: Client) => Promise<unknown>][] = [
    ['logout', (client) => client.graphql('mutation { logout }')],
    ['logoutEverywhere', (client) => client.graphql('mutation { logoutEverywhere }')],
    [
      'endDevice',
      (client) => client.graphql('mutation ($id: ID!) { endDevice(id: $id) }', { id: client.session!.device.id }),
    ],
    [
      'changePassword',
      (client) =>
        client.graphql(
          `mutation { changePassword(currentPassword: "${goodPassword}", newPassword: "another long sentence") { expiresAt } }`,
        ),
    ],
    ['deleteAccount', (client) => client.graphql(`mutation { deleteAccount(password: "${goodPassword}") }`)],
    [
      'a refresh token that comes back',
      async (client) => {
        await client.refresh();
        await sql.query(`UPDATE refresh_tokens SET spent_at = now() - interval '1 minute' WHERE user_id = $1::uuid`, [
          client.userId,
        ]);
        await refusalOf(client.refresh());
      },
    ],
  ];

  it.each(ways)('is forgotten with %s, before that is answered', async (_, end) => {
    const client = await registerRemembered();
    await end(client);
    expect(await refusalOf(client.seq())).toMatchObject(unauthenticated);
  });

  it('is not remembered when it ends while it is looked up', async () => {
    const [phone, laptop] = [await Client.register(app.url), await Client.register(app.url)];
    const { query } = sql;
    const held = Promise.withResolvers<void>();
    const isHeld = Promise.withResolvers<void>();
    vi.spyOn(sql, 'query').mockImplementation(async (text, values, name) => {
      const rows = await query(text, values, name);
      if (name !== lookUp || values?.[0] !== phone.userId) return rows as never;
      isHeld.resolve();
      await held.promise;
      return rows as never;
    });
    const early = isSessionOpen(viewerOf(phone));
    await isHeld.promise;
    await query('UPDATE sessions SET ended_at = now() WHERE id = $1::uuid', [phone.session!.device.id]);
    await laptop.graphql('mutation { logout }');
    held.resolve();
    expect(await early, 'it was still open when it was looked up').toBe(true);
    expect(await isSessionOpen(viewerOf(phone))).toBe(false);
  });

  it('does not count while other processes cannot be heard', async () => {
    const client = await registerRemembered();
    await endUnheard(client);
    expect(await isSessionOpen(viewerOf(client)), 'remembered').toBe(true);
    openBus('redis://127.0.0.1:1');
    try {
      expect(await isSessionOpen(viewerOf(client))).toBe(false);
    } finally {
      await closeBus();
    }
  });
});

describe('a session that has ended and nobody has said so', () => {
  const writes: [string, (metricId: string) => [string, Record<string, unknown>?]][] = [
    [
      'createEntry',
      (metricId) => [
        'mutation ($input: CreateEntryInput!) { createEntry(input: $input) { id } }',
        { input: { metricId, date: '2026-11-21', value: 1 } },
      ],
    ],
    ['createMetric', () => ['mutation { createMetric(input: { name: "x", type: NUMBER }) { id } }']],
    ['deleteMetric', (id) => ['mutation ($id: ID!) { deleteMetric(id: $id) }', { id }]],
    ['updateProfile', () => ['mutation { updateProfile(input: { dayStartsAt: 3 }) { id } }']],
    ['endDevice', () => [`mutation { endDevice(id: "${newId()}") }`]],
    ['logoutEverywhere', () => ['mutation { logoutEverywhere }']],
    [
      'changePassword',
      () => [
        `mutation { changePassword(currentPassword: "${goodPassword}", newPassword: "another long sentence") { expiresAt } }`,
      ],
    ],
    ['deleteAccount', () => [`mutation { deleteAccount(password: "${goodPassword}") }`]],
  ];

  it.each(writes)('writes nothing all the same (%s)', async (_, make) => {
    const client = await registerRemembered();
    const metric = await client.createMetric();
    await client.createEntry({ metricId: metric.id });
    const other = await Client.login(app.url, client.session!.user.email);
    await endUnheard(client);
    expect(await client.seq(), 'reads pass while it is remembered').toBe(3);
    expect(await refusalOf(client.graphql(...make(metric.id)))).toMatchObject(unauthenticated);
    expect(await other.seq()).toBe(3);
  });

  describe('after the heartbeat', () => {
    beforeAll(async () => {
      await app.stop();
      app = await startApp({ HEARTBEAT_SECONDS: '1' });
    });

    it('reads no longer', async () => {
      const client = await registerRemembered();
      await endUnheard(client);
      const status = async () => (await client.raw('{ me { id } }')).status;
      await expect.poll(status, { timeout: 1500 }).toBe(401);
    });

    const newEntry = (metricId: string) => ({ id: newId(), metricId, date: '2026-11-21', value: 1 });
    const create = 'mutation ($input: CreateEntryInput!) { createEntry(input: $input) { id } }';

    it('is not looked up before an entry is written, and is before anything else', async () => {
      const client = await registerRemembered();
      const { id: metricId } = await client.createMetric();
      await client.createEntry({ metricId });
      await sleep(1100);
      const count = countLookUps();
      await client.graphql(create, { input: newEntry(metricId) });
      expect(count()).toBe(0);
      await client.graphql(`${create.slice(0, -1)} updateProfile(input: { dayStartsAt: 3 }) { id } }`, {
        input: newEntry(metricId),
      });
      expect(count(), 'beside a mutation that does not look itself').toBe(1);
    });

    it('answers nothing to a device that writes entries', async () => {
      const client = await registerRemembered();
      const { id: metricId } = await client.createMetric();
      const { id } = await client.createEntry({ metricId });
      const given = newEntry(metricId);
      await client.graphql(create, { input: given });
      await sleep(1100);
      await endUnheard(client);
      const update = `mutation { updateEntry(id: "${id}", input: { value: 2 }, expectedVersion: 7) { notes } }`;
      const batch = 'mutation ($input: [CreateEntryInput!]!) { createEntries(input: $input) { id } }';
      const attempts: [string, Record<string, unknown>?][] = [
        [create, { input: newEntry(metricId) }],
        [create, { input: given }],
        [create, { input: { ...given, value: 9 } }],
        [batch, { input: [newEntry(metricId)] }],
        [update],
        [`mutation { deleteEntry(id: "${id}") }`],
        [`mutation { deleteEntry(id: "${newId()}") }`],
      ];
      for (const attempt of attempts) {
        expect(await refusalOf(client.graphql(...attempt)), `${attempt[0]}`).toMatchObject(unauthenticated);
      }
    });
  });
});

describe('a background job', () => {
  it('goes on in the name of a device that has signed out', async () => {
    const client = await Client.register(app.url);
    const other = await Client.login(app.url, client.session!.user.email);
    await client.graphql('mutation { logout }');
    const { userId, deviceId } = viewerOf(client);
    const change = { kind: 'UPDATED', entityType: 'User', entityId: userId, snapshot: { id: userId } } as const;
    const write = (viewer: Viewer) => writeChanges(viewer, (tx) => tx.record(change));
    await expect(write({ userId, deviceId })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await write(jobViewer(userId, deviceId));
    expect((await other.replay(1)).map((line) => [line.seq, line.deviceId])).toEqual([[2, deviceId]]);
  });
});

describe('what a token says', () => {
  it('is remembered until its own end, and only where sessions are', () => {
    vi.useFakeTimers();
    const authentication = { viewer: { userId: newId(), deviceId: newId() }, expiresAt: new Date(Date.now() + 1000) };
    openMemory(0);
    rememberToken('a', authentication);
    expect(recallToken('a')).toBeUndefined();
    openMemory(3000);
    rememberToken('a', authentication);
    vi.advanceTimersByTime(999);
    expect(recallToken('a')).toBe(authentication);
    vi.advanceTimersByTime(1);
    expect(recallToken('a')).toBeUndefined();
    vi.useRealTimers();
  });
});
