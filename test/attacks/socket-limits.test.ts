import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEntries } from '../../src/domains/entries/entries.ts';
import { Connection } from '../../src/graphql/sockets/connection.ts';
import { operationsPerSocket, socketsPerPerson } from '../../src/graphql/sockets/limits.ts';
import { startApp, type App } from '../setup/app.ts';
import { numbersTo } from '../setup/changes.ts';
import { Client } from '../setup/client.ts';
import { Device } from '../setup/device.ts';

// How many there may be is as it is everywhere; how long a device may take is shortened.
const { bufferMax, chunkSize } = vi.hoisted(() => ({ bufferMax: 256 * 1024, chunkSize: 64 * 1024 }));
vi.mock('../../src/graphql/sockets/limits.ts', async (original) => ({
  ...(await original<object>()),
  bufferMax,
  chunkSize,
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

  it('25: of which a person has so many at a time: of hundreds the others are closed (4429), and nobody else', async () => {
    const somebody = await connect(await Client.register(app.url));
    const all: Device[] = [];
    for (let i = 0; i < 20; i += 1) all.push(...(await Promise.all(Array.from({ length: 15 }, () => connect()))));
    const refused = all.filter(({ socket }) => socket.readyState !== WebSocket.OPEN);
    expect(all.length - refused.length).toBe(socketsPerPerson);
    for (const device of refused) expect(await device.closed).toEqual({ code: 4429, reason: 'Too many sockets' });
    somebody.subscribe('1', '{ me { seq } }');
    await expect.poll(() => somebody.answers('1'), patient).toEqual([{ id: '1', type: 'complete' }]);
    expect(await isIn(await connect(await Client.register(app.url)))).toBe(true);
    // One that goes makes room for one.
    all.find((device) => !refused.includes(device))!.close();
    await expect.poll(async () => isIn(await connect()), patient).toBe(true);
  });

  it('25: of whose five hundred operations a few are under way; the others are RATE_LIMITED, and the socket lives', async () => {
    const [device, other] = [await connect(), await connect(await Client.register(app.url))];
    other.subscribe('1', changes, { after: 0 });
    const ids = Array.from({ length: 500 }, (_, i) => `${i}`);
    for (const id of ids) device.subscribe(id, changes, { after: 0 });
    const [served, refused] = [ids.slice(0, operationsPerSocket), ids.slice(operationsPerSocket)];
    for (const id of refused)
      await expect
        .poll(() => device.answers(id), patient)
        .toMatchObject([{ type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] }]);
    // Those before are under way, and no longer being prepared.
    for (const id of served) await expect.poll(() => device.numbers(id), patient).toEqual([1]);
    await expect.poll(() => other.numbers('1'), patient).toEqual([1]);
    device.complete('0');
    device.subscribe('again', changes, { after: 0 });
    await expect.poll(() => device.numbers('again'), patient).toEqual([1]);
  });

  it('25: which count requests under way, even those the device does not wait for', async () => {
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

  it('26: which close (4410) a device that does not read, hold little for it, and let it resume without loss', async () => {
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

  it('26: which drop a device that no longer answers pings, and keep one that does', async () => {
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
