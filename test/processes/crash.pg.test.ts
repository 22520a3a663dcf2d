import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbersTo, readEverything, rebuildFromLog } from '../setup/changes.ts';
import { ApiError, Client } from '../setup/client.ts';
import { hasServers } from '../setup/database.ts';
import { applyOperations, operationOf, type Operation } from '../setup/operations.ts';
import { startPair, type Pair } from '../setup/pair.ts';
import { startServer } from '../setup/process.ts';
import { findFreePort } from '../setup/spawn.ts';
import { newId } from '../../src/kernel/ids.ts';

const kills = 12;
const batchSize = 5;
const writers = 6;

describe.skipIf(!hasServers())('two servers that are killed in turn while devices write', () => {
  let pair: Pair;
  const servers: { url: string; kill: (signal: NodeJS.Signals) => Promise<unknown> }[] = [];

  beforeAll(async () => {
    pair = await startPair();
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.kill('SIGKILL')));
    await pair?.stop();
  });

  it(
    'lose nothing that was acknowledged, write nothing by half or twice, and no number',
    { timeout: 400_000 },
    async () => {
      const settings = pair.env;
      for (const server of [pair.here, pair.there]) await server.kill('SIGKILL');
      const ports = [await findFreePort(), await findFreePort()];
      const start = async (index: number) =>
        void (servers[index] = await startServer({ ...settings, PORT: String(ports[index]) }));
      await Promise.all([start(0), start(1)]);
      const urls = ports.map((port) => `http://127.0.0.1:${port}`);
      const owner = await Client.register(urls[0]!);
      const metric = await owner.createMetric();
      const devices = Array.from({ length: writers }, (_, i) => new Device(owner, urls, metric.id, i));
      const running = Promise.all(devices.map((device) => device.run()));
      for (let kill = 0; kill < kills; kill++) {
        const before = devices.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
        await servers[kill % 2]!.kill('SIGKILL');
        await start(kill % 2);
        await expect
          .poll(() => devices.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0), { timeout: 60_000 })
          .toBeGreaterThan(before);
      }
      for (const device of devices) device.isDone = true;
      await running;

      const rows = await readEverything(owner.at(urls[1]!));
      const rebuilt = await rebuildFromLog(owner.at(urls[0]!));
      expect(rebuilt.numbers).toEqual(numbersTo(rebuilt.numbers.length));
      expect(rebuilt.entries).toEqual(rows);
      const there = new Map(rows.map((row) => [row.id, row as unknown as { version: number }]));
      const acknowledged = devices.flatMap((device) => device.acknowledged);
      expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
      for (const batch of devices.flatMap((device) => device.batches)) {
        const found = batch.filter((id) => there.has(id)).length;
        expect([0, batchSize], `of ${batch}`).toContain(found);
      }
      // Each queue made an entry and changed it once, however often it was sent.
      for (const id of devices.flatMap((device) => device.changedOnce)) expect(there.get(id)?.version).toBe(2);
    },
  );
});

/** Writes in the three ways there are, at whichever server answers. */
class Device {
  isDone = false;
  readonly acknowledged: string[] = [];
  readonly batches: string[][] = [];
  readonly changedOnce: string[] = [];
  private readonly clients: Client[];
  private readonly metricId: string;
  private turn: number;

  constructor(owner: Client, urls: readonly string[], metricId: string, turn: number) {
    this.clients = urls.map((url) => owner.at(url));
    this.metricId = metricId;
    this.turn = turn;
  }

  async run(): Promise<void> {
    while (!this.isDone) {
      await this.attempt(async (client) => {
        this.acknowledged.push((await client.createEntry({ metricId: this.metricId })).id);
      });
      const batch = Array.from({ length: batchSize }, newId);
      this.batches.push(batch);
      await this.attempt(async (client) => {
        await client.createEntries(batch.map((id) => ({ id, metricId: this.metricId })));
        this.acknowledged.push(...batch);
      });
      await this.sendQueue();
    }
  }

  /** Until it is answered, as a device's queue. */
  private async sendQueue(): Promise<void> {
    const id = newId();
    const entry = { id, metricId: this.metricId, date: '2026-11-21', value: 1 };
    const queue: Operation[] = [
      operationOf({ createEntry: entry }),
      operationOf({ updateEntry: { id, input: { value: 2 } } }),
    ];
    while (!(await this.attempt(async (client) => void (await applyOperations(client, queue)))));
    this.changedOnce.push(id);
    this.acknowledged.push(id);
  }

  /** At one server, next time at the other. @returns whether it was answered */
  private async attempt(write: (client: Client) => Promise<void>): Promise<boolean> {
    this.turn += 1;
    try {
      await write(this.clients[this.turn % this.clients.length]!);
      return true;
    } catch (error) {
      if (error instanceof ApiError && !['UNAVAILABLE', 'INTERNAL'].includes(error.code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
      return false;
    }
  }
}
