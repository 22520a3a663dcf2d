import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasServers } from '../setup/database.ts';
import { runBatch, type Seen } from './batch.ts';
import { installClocks } from './clock.ts';
import { seeded } from './seeded.ts';
import { World } from './world.ts';

/** Histories that live at once. */
const people = Number(process.env['SYNC_PEOPLE'] ?? 40);
const isCi = process.env['CI'] !== undefined;
const histories = Number(process.env['SYNC_HISTORIES'] ?? (isCi ? 1000 : 200));
/** One seed for one batch; another run of it has the same histories and faults, if not the same coincidences. */
const given = process.env['SYNC_SEED'];
/** CI goes through the same histories every time; everybody else meets new ones. */
const seeds = given
  ? [Number(given)]
  : Array.from({ length: Math.ceil(histories / people) }, (_, i) => (isCi ? i + 1 : Math.floor(Math.random() * 1e9)));

describe.skipIf(!hasServers())('devices of one person', () => {
  let world: World;
  let restoreClocks: () => void;

  beforeAll(async () => {
    restoreClocks = installClocks();
    world = await World.create(seeded(seeds[0]!));
  });
  afterAll(async () => {
    await world?.stop();
    restoreClocks?.();
  });

  it(
    'come to the same state, with every acknowledged change in it once, whatever fails around them',
    { timeout: 30_000 + seeds.length * 60_000 },
    async () => {
      const total: Partial<Seen> = {};
      for (const seed of seeds) {
        const begin = performance.now();
        const { wrong, seen } = await runBatch(world, { seed, people });
        if (process.env['SYNC_VERBOSE']) {
          console.log(`seed ${seed}: ${((performance.now() - begin) / 1000).toFixed(1)} s ${JSON.stringify(seen)}`);
        }
        for (const text of wrong) console.error(text);
        expect(wrong.map((text) => text.split('\n').slice(0, 3).join('\n'))).toEqual([]);
        for (const [name, count] of Object.entries(seen) as [keyof Seen, number][]) {
          total[name] = (total[name] ?? 0) + count;
        }
      }
      // Nothing of what it is to prove may have been left out; a single batch may be without one thing or another.
      const missing = Object.entries(total).filter(([, count]) => count === 0);
      expect(given === undefined ? missing : []).toEqual([]);
    },
  );
});
