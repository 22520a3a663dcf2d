import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEntries } from '../../../src/domains/entries/entries.ts';
import { Connection } from '../../../src/graphql/sockets/connection.ts';
import { startApp, type App } from '../../setup/app.ts';
import { numbersTo } from '../../setup/changes.ts';
import { Client } from '../../setup/client.ts';
import { Device } from '../../setup/device.ts';

const { bufferMax, chunkSize, operationsPerSocket, socketsPerPerson } = vi.hoisted(() => ({
  bufferMax: 256 * 1024,
  chunkSize: 64 * 1024,
  operationsPerSocket: 4,
  socketsPerPerson: 5,
}));
vi.mock('../../../src/graphql/sockets/limits.ts', async (original) => ({
  ...(await original<object>()),
  bufferMax,
  chunkSize,
  operationsPerSocket,
  socketsPerPerson,
  drainTimeout: 1000,
  pingSeconds: 1,
}));

const changes = 'subscription ($after: Int) { changes(after: $after) { seq entity { ... on Entry { notes } } } }';

/** The machine may have much else to do. */
const patient = { timeout: 20_000, interval: 10 };

describe('sockets have limits', () => {
  let app: App;
  let client: Client;
  const devices: Device[] = [];

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    client = await Client.register(app.url);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    for (const device of devices.splice(0)) device.close();
  });

  const connect = async (who = client, options: object = {}) => {
    const device = await Device.connect(who, options);
    devices.push(device);
    return device;
  };
  const isIn = async (device: Device) => Promise.race([device.closed.then(() => false), sleep(200, true)]);

  it('of which a person has so many at a time; the next is closed (4429), and nobody else', async () => {
    const own = await Promise.all(Array.from({ length: socketsPerPerson }, () => connect()));
    expect(await (await connect()).closed).toEqual({ code: 4429, reason: 'Too many sockets' });
    expect(await isIn(await connect(await Client.register(app.url)))).toBe(true);
    expect(await Promise.all(own.map(isIn))).toEqual(own.map(() => true));
    own[0]!.close();
    await expect.poll(async () => isIn(await connect()), patient).toBe(true);
  });

  it('which count operations under way; one more is answered with RATE_LIMITED, and the socket lives', async () => {
    const device = await connect();
    const ids = Array.from({ length: operationsPerSocket + 1 }, (_, i) => `${i}`);
    for (const id of ids) device.subscribe(id, changes, { after: 0 });
    const last = ids.at(-1)!;
    await expect
      .poll(() => device.answers(last), patient)
      .toMatchObject([{ type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] }]);
    // Those before it are under way, and no longer being prepared.
    for (const id of ids.slice(0, -1)) await expect.poll(() => device.numbers(id), patient).toEqual([1]);
    device.complete('0');
    device.subscribe('again', changes, { after: 0 });
    await expect.poll(() => device.numbers('again'), patient).toEqual([1]);
  });

  it('which count requests under way, even those the device does not wait for', async () => {
    const device = await connect();
    for (let i = 0; i < 40; i += 1) {
      device.subscribe(`${i}`, '{ me { seq } }');
      device.complete(`${i}`);
    }
    device.subscribe('last', '{ me { seq } }');
    await expect
      .poll(() => device.answers('last'), patient)
      .toMatchObject([{ type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] }]);
    await sleep(300);
    device.subscribe('later', '{ me { seq } }');
    await expect.poll(() => device.answers('later'), patient).toEqual([{ id: 'later', type: 'complete' }]);
  });

  it('which close (4410) a device that does not read, hold little for it, and let it resume without loss', async () => {
    const metric = await client.createMetric();
    for (let i = 0; i < 15; i += 1) {
      const entry = { metricId: metric.id, date: '2026-11-21', value: 1, notes: 'x'.repeat(10_000) };
      await createEntries(
        { userId: client.userId, deviceId: null },
        Array.from({ length: 100 }, () => ({ ...entry })),
      );
    }
    const held = watchHeld();
    const [slow, quick] = [await connect(), await connect()];
    slow.subscribe('1', changes, { after: 0 });
    slow.socket.pause();
    quick.subscribe('1', changes, { after: 0 });
    await expect.poll(() => quick.texts.length, patient).toBe(1502);
    await sleep(1500);
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 4410, reason: 'Too slow: resume by number' });
    const got = slow.numbers('1');
    expect(got).toEqual(numbersTo(got.length));
    expect(got.length).toBeLessThan(1502);
    expect(held.max).toBeGreaterThan(bufferMax);
    expect(held.max).toBeLessThan(bufferMax + 2 * chunkSize);
    const again = await connect();
    again.subscribe('1', changes, { after: got.length });
    await expect.poll(() => again.texts.length, patient).toBe(1502 - got.length);
    expect([...got, ...again.numbers('1')]).toEqual(numbersTo(1502));
  });

  it('which drop a device that no longer answers pings, and keep one that does', async () => {
    const [gone, there] = [await connect(client, { autoPong: false }), await connect()];
    expect((await gone.closed).code).toBe(1006);
    expect(await isIn(there)).toBe(true);
  });
});

/** The most bytes that wait in memory for any one device. */
function watchHeld(): { max: number } {
  const held = { max: 0 };
  const write = Connection.prototype.write;
  vi.spyOn(Connection.prototype, 'write').mockImplementation(function (this: Connection, frames) {
    write.call(this, frames);
    held.max = Math.max(held.max, this.socket.bufferedAmount);
  });
  return held;
}
