import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { keepDevicesSeen, noteSeen } from '../../../src/domains/accounts/devices.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { sql } from '../../../src/platform/database/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { refusalOf } from '../../setup/refusals.ts';

type Device = { id: string; name: string | null; isCurrent: boolean; lastSeenAt: string; createdAt: string };

let app: App;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
afterEach(() => vi.restoreAllMocks());

const list = async (client: Client) =>
  (await client.graphql<{ devices: Device[] }>('{ devices { id name isCurrent lastSeenAt createdAt } }')).devices;
const end = (client: Client, id: string) =>
  client.graphql<{ endDevice: string }>('mutation ($id: ID!) { endDevice(id: $id) }', { id });
const idOf = (client: Client) => client.session!.device.id;
const age = (client: Client, interval: string) =>
  sql.query(`UPDATE sessions SET last_seen_at = now() - $2::interval WHERE id = $1::uuid`, [idOf(client), interval]);
const secondsSinceSeen = async (client: Client) => {
  const [row] = await sql.query<{ at: Date }>('SELECT last_seen_at AS at FROM sessions WHERE id = $1::uuid', [
    idOf(client),
  ]);
  return (Date.now() - row!.at.getTime()) / 1000;
};
const viewerOf = (client: Client) => ({ userId: client.userId, deviceId: idOf(client) });

describe('the list of devices', () => {
  it('has those that are signed in, the most recently seen first, and says which one asks', async () => {
    const phone = await Client.register(app.url, { deviceName: 'Phone' });
    const laptop = await Client.login(app.url, phone.session!.user.email);
    await age(phone, '3 days');
    const expected = [
      { id: idOf(laptop), name: null, isCurrent: true },
      { id: idOf(phone), name: 'Phone', isCurrent: false },
    ];
    const devices = await list(laptop);
    expect(devices).toMatchObject(expected);
    for (const { createdAt } of devices) expect(Math.abs(Date.now() - Date.parse(createdAt))).toBeLessThan(60_000);
    expect(Date.parse(devices[0]!.lastSeenAt) - Date.parse(devices[1]!.lastSeenAt)).toBeGreaterThan(2 * 86_400_000);
  });

  it('leaves out those of others, those signed out, and those whose refresh token has run out', async () => {
    const phone = await Client.register(app.url);
    const others = await Promise.all([1, 2].map(() => Client.login(app.url, phone.session!.user.email)));
    await Client.register(app.url);
    await others[0]!.graphql('mutation { logout }');
    await sql.query(`UPDATE refresh_tokens SET expires_at = now() WHERE session_id = $1::uuid`, [idOf(others[1]!)]);
    expect((await list(phone)).map((device) => device.id)).toEqual([idOf(phone)]);
  });

  it('keeps a device that has refreshed its session', async () => {
    const phone = await Client.register(app.url);
    await phone.refresh();
    expect(await list(phone)).toMatchObject([{ id: idOf(phone), isCurrent: true }]);
  });

  it('says at the sign-in that the new device is the asking one, whoever asks', async () => {
    const phone = await Client.register(app.url);
    const query = `mutation ($input: LoginInput!) { login(input: $input) { device { id isCurrent } } }`;
    const input = { email: phone.session!.user.email, password: 'correct horse battery staple' };
    expect(await phone.graphql(query, { input })).toMatchObject({ login: { device: { isCurrent: true } } });
  });
});

describe('signing another device out', () => {
  const isSignedIn = async (client: Client) => (await client.raw('{ metrics { edges { cursor } } }')).status === 200;

  it('is at once: for requests, refreshes and the open socket of that device alone', async () => {
    const phone = await Client.register(app.url);
    const laptop = await Client.login(app.url, phone.session!.user.email);
    expect(await Promise.all([phone, laptop].map(isSignedIn))).toEqual([true, true]);
    const sockets = [phone.follow(0), laptop.follow(0)];
    await Promise.all(sockets.map((socket) => socket.take(1)));
    expect(await end(phone, idOf(laptop))).toEqual({ endDevice: idOf(laptop) });
    expect(await isSignedIn(laptop)).toBe(false);
    expect(await sockets[1]!.closed).toMatchObject({ code: 4401 });
    expect(await refusalOf(laptop.refresh())).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await list(phone)).map((device) => device.id)).toEqual([idOf(phone)]);
    await phone.createMetric();
    expect((await sockets[0]!.take(1))[0]!.changes.seq).toBe(2);
    await sockets[0]!.close();
  });

  it('may be the asking device', async () => {
    const phone = await Client.register(app.url);
    await end(phone, idOf(phone));
    expect(await isSignedIn(phone)).toBe(false);
  });

  it('answers the same for somebody else’s device, an unknown, an ended one, and what is no id', async () => {
    const phone = await Client.register(app.url);
    const stranger = await Client.register(app.url);
    const laptop = await Client.login(app.url, phone.session!.user.email);
    await end(phone, idOf(laptop));
    const query = 'mutation ($id: ID!) { endDevice(id: $id) }';
    const expected = await phone.raw(query, { id: newId() });
    expect(expected).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    for (const id of [idOf(stranger), idOf(laptop), '', 'x', idOf(stranger).toUpperCase()])
      expect(await phone.raw(query, { id }), `${id}`).toEqual(expected);
    expect(await isSignedIn(stranger)).toBe(true);
  });
});

describe('a device', () => {
  it('notes when it was last seen, at most once a minute', async () => {
    const client = await Client.register(app.url);
    const read = async () =>
      (
        await sql.query<{ at: Date }>('SELECT last_seen_at AS at FROM sessions WHERE id = $1::uuid', [
          client.session!.device.id,
        ])
      )[0]!.at;
    const before = await read();
    await client.seq();
    expect(await read()).toEqual(before);
    await sql.query(`UPDATE sessions SET last_seen_at = now() - interval '5 minutes' WHERE id = $1::uuid`, [
      client.session!.device.id,
    ]);
    // Not while the session is remembered as open; with the look-up after that.
    const sinceSeen = async () => (await client.seq(), Date.now() - (await read()).getTime());
    await expect.poll(sinceSeen, { timeout: 5000 }).toBeLessThan(60_000);
  });
});

describe('the devices behind open sockets', () => {
  it('count as seen once a minute, although they say nothing', async () => {
    const everyMinute: (() => void)[] = [];
    const setReal = globalThis.setInterval;
    vi.spyOn(globalThis, 'setInterval').mockImplementation(((run: () => void, milliseconds: number) => {
      if (milliseconds === 60_000) everyMinute.push(run);
      return setReal(run, milliseconds);
    }) as typeof setInterval);
    await app.stop();
    app = await startApp();
    const [phone, laptop] = [await Client.register(app.url), await Client.register(app.url)];
    const socket = phone.follow(0);
    await socket.take(1);
    for (const client of [phone, laptop]) await age(client, '5 minutes');
    for (const run of everyMinute) run();
    await expect.poll(() => secondsSinceSeen(phone)).toBeLessThan(60);
    expect(await secondsSinceSeen(laptop)).toBeGreaterThan(240);
    await socket.close();
  });

  it('are noted in one statement, and only those that are signed in and not just seen', async () => {
    const clients = await Promise.all([1, 2, 3, 4].map(() => Client.register(app.url)));
    const [one, two, ended, fresh] = clients as [Client, Client, Client, Client];
    await ended.graphql('mutation { logout }');
    for (const client of [one, two, ended]) await age(client, '5 minutes');
    await age(fresh, '20 seconds');
    const query = vi.spyOn(sql, 'query');
    await noteSeen([...clients, one].map(viewerOf));
    expect(query).toHaveBeenCalledTimes(1);
    const seconds = await Promise.all(clients.map(secondsSinceSeen));
    expect(seconds.map((each) => each < 10)).toEqual([true, true, false, false]);
    await noteSeen([]);
    expect(query).toHaveBeenCalledTimes(5);
  });

  it('are no longer noted once that has ended', () => {
    vi.useFakeTimers();
    const read = vi.fn<() => []>(() => []);
    const stop = keepDevicesSeen(read);
    vi.advanceTimersByTime(120_000);
    stop();
    vi.advanceTimersByTime(120_000);
    vi.useRealTimers();
    expect(read).toHaveBeenCalledTimes(2);
  });
});
