import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { numbersTo, readEverything, rebuildFromLog } from '../setup/changes.ts';
import { Client } from '../setup/client.ts';
import { makeFolder } from '../setup/pair.ts';
import { startServer } from '../setup/process.ts';

const entriesPerRun = 150;
const kills = 8;

describe('a server on the embedded database that is killed while it writes', () => {
  const folder = makeFolder();
  afterAll(() => folder.remove());

  it(
    'has every acknowledged entry once, and a log without gaps, after it started again',
    { timeout: 400_000 },
    async () => {
      const env = { DATA_DIR: folder.path };
      let server = await startServer(env);
      let client = await Client.register(server.url);
      const metric = await client.createMetric();
      const acknowledged: string[] = [];
      for (let run = 1; run <= kills; run++) {
        const target = run * entriesPerRun;
        const writers = Array.from({ length: 6 }, async () => {
          for (;;) acknowledged.push((await client.createEntry({ metricId: metric.id, value: run })).id);
        });
        const stopped = Promise.allSettled(writers);
        while (acknowledged.length < target) await sleep(2);
        await sleep(randomInt(20));
        await server.kill('SIGKILL');
        await stopped;

        server = await startServer(env);
        client = client.at(server.url);
        const rows = await readEverything(client);
        const ids = new Set(rows.map((row) => row.id));
        expect(ids.size).toBe(rows.length);
        expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
        const rebuilt = await rebuildFromLog(client);
        expect(rebuilt.numbers).toEqual(numbersTo(rows.length + 2));
        expect(rebuilt.entries).toEqual(rows);
      }
      expect(await server.kill('SIGTERM')).toBe(0);
    },
  );
});
