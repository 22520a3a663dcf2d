import { setTimeout as sleep } from 'node:timers/promises';
import { PubSub } from 'graphql-subscriptions';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { compactLog } from '../../../src/changes/compaction.ts';
import { startApp, type App } from '../../setup/app.ts';
import { numbersTo } from '../../setup/changes.ts';
import { Client } from '../../setup/client.ts';
import { Device } from '../../setup/device.ts';
import { holdSockets } from '../../setup/held-sockets.ts';

const changes = 'subscription ($after: Int) { changes(after: $after) { seq } }';
/** The machine may have much else to do. */
const patient = { timeout: 20_000, interval: 10 };

describe('a log that is compacted under an open subscription', () => {
  let app: App;
  let client: Client;
  let metricId: string;
  const devices: Device[] = [];

  beforeAll(async () => {
    // Nothing but wake-ups shall say that there is more.
    app = await startApp({ HEARTBEAT_SECONDS: '60', INSIGHTS_DEBOUNCE_SECONDS: '3600' });
  });
  afterAll(() => app.stop());
  /** Their account is change 1, their metric change 2. */
  beforeEach(async () => {
    client = await Client.register(app.url);
    metricId = (await client.createMetric()).id;
  });
  afterEach(() => {
    vi.restoreAllMocks();
    for (const device of devices.splice(0)) device.close();
  });

  const follow = async (after: number): Promise<Device> => {
    const device = await Device.connect(client);
    devices.push(device);
    device.subscribe('1', changes, { after });
    return device;
  };
  const createMany = async (count: number) => {
    const created: { id: string }[] = [];
    const some = Array.from({ length: 500 }, () => ({ metricId }));
    while (created.length < count) created.push(...(await client.createEntries(some)));
    return created;
  };
  /** Everything that has happened until now is old. */
  const compact = () => compactLog(client.userId, new Date(Date.now() + 60_000), ['Metric']);
  const isSent = async (device: Device, last: number) => {
    await expect.poll(() => device.numbers('1').at(-1) ?? 0, patient).toBe(last);
  };
  const isRefused = async (device: Device, compactedTo: number) => {
    const extensions = { code: 'CONFLICT', reason: 'LOG_COMPACTED', compactedTo };
    await expect.poll(() => device.answers('1'), patient).toMatchObject([{ type: 'error', payload: [{ extensions }] }]);
  };

  it('ends it with LOG_COMPACTED in the middle of catching up, even when a single line is missing far ahead', async () => {
    const entries = await createMany(4000);
    const release = holdSockets();
    const slow = await follow(0);
    await sleep(200);
    // Of all lines, only the one that created this entry goes: number 3902.
    await client.updateEntry(entries[3899]!.id, { value: 5 });
    await client.createEntry({ metricId });
    await compact();
    release();
    await isRefused(slow, 4003);
    const numbers = slow.numbers('1');
    expect(numbers).toEqual(numbersTo(numbers.length));
    expect(numbers.length).toBeLessThan(3902);

    // The socket is as good as before, and whoever has taken a snapshot goes on.
    slow.subscribe('2', changes, { after: 4004 });
    await client.createEntry({ metricId });
    await expect.poll(() => slow.numbers('2'), patient).toEqual([4005]);
    expect(slow.answers('1')).toHaveLength(1);
  });

  it('is not noticed by devices that are up to date, whether they were sent anything or not', async () => {
    const [first, second] = await client.createEntries([{ metricId }, { metricId }]);
    const [caughtUp, idle] = [await follow(0), await follow(4)];
    await isSent(caughtUp, 4);
    const statements = vi.spyOn(pg.Client.prototype, 'query');
    await compact();
    await client.updateEntry(first!.id, { value: 5 });
    await Promise.all([isSent(caughtUp, 5), isSent(idle, 5)]);
    await client.deleteEntry(first!.id);
    await Promise.all([isSent(caughtUp, 6), isSent(idle, 6)]);
    await compact();
    await compact();
    await client.updateEntry(second!.id, { value: 5 });
    await Promise.all([isSent(caughtUp, 7), isSent(idle, 7)]);
    expect(caughtUp.numbers('1')).toEqual(numbersTo(7));
    expect(idle.numbers('1')).toEqual([5, 6, 7]);
    expect([...caughtUp.answers('1'), ...idle.answers('1')]).toEqual([]);
    const names = statements.mock.calls.map(([config]) => (config as { name?: string }).name);
    expect(names).toContain('read-page');
    expect(names).not.toContain('read-log-state');
  });

  it('ends it when what no wake-up told of is compacted before the next one', async () => {
    const device = await follow(0);
    await isSent(device, 2);
    const { id } = await client.createEntry({ metricId });
    await isSent(device, 3);
    const bus = vi.spyOn(PubSub.prototype, 'publish').mockResolvedValue();
    for (const value of [2, 3, 4]) await client.updateEntry(id, { value });
    await compact();
    bus.mockRestore();
    await client.updateEntry(id, { value: 5 });
    await isRefused(device, 5);
    expect(device.numbers('1')).toEqual([1, 2, 3]);
  });
});
