/**
 * How often noise makes a finding and how often an effect is found, as docs/algorithms.md has it: `npm run calibrate`, or
 * `npm run calibrate -- --histories 20` for a quick look, `--table methods` for one table. The same numbers each time.
 */
import { parseArgs } from 'node:util';
import { closeThreads } from '../src/platform/thread-pool.ts';
import {
  compareLevels,
  compareMethods,
  comparePermutations,
  comparePower,
  followLengths,
} from './calibration/tables.ts';

const tables: Record<string, [title: string, print: (histories: number) => Promise<void>, share: number]> = {
  methods: ['Histories of 8 unrelated metrics with any finding', compareMethods, 1],
  levels: ['Level of the single test, in percent', compareLevels, 0.3],
  lengths: ['The method in use, histories with any finding, and level of the single test in percent', followLengths, 1],
  power: ['A planted effect found at its lag', comparePower, 0.5],
  permutation: ['Permutation beside the method in use', comparePermutations, 5],
};

const { values } = parseArgs({ options: { histories: { type: 'string', default: '100' }, table: { type: 'string' } } });
process.exitCode = await run(Number(values.histories), values.table).finally(closeThreads);

async function run(histories: number, wanted: string | undefined): Promise<number> {
  if (!(histories >= 5) || (wanted !== undefined && !Object.hasOwn(tables, wanted))) {
    console.error(
      `Give --histories of 5 or more, and one --table of ${Object.keys(tables).join(', ')}, or none for all.`,
    );
    return 1;
  }
  for (const [name, [title, print, share]] of Object.entries(tables)) {
    if (wanted !== undefined && wanted !== name) continue;
    const start = performance.now();
    const count = Math.max(5, Math.round(histories * share));
    console.log(`\n${title} (${count} histories each)\n`);
    await print(count);
    console.error(`${name}: ${Math.round((performance.now() - start) / 1000)} s`);
  }
  return 0;
}
