/**
 * What Lifegraph costs beside a raw floor: `npm run bench`, or `npm run bench -- createEntry` for one comparison.
 *
 * It starts a PostgreSQL server, the product and the floor, each with a database of the same content, sends both the same
 * requests in turns, and prints ratios once every answer has turned out equal. No ratio fails it; a difference does.
 */
import { DifferenceError } from './equality.ts';
import { install, NoPostgresError } from './installation.ts';
import { compareLiveDelivery } from './live-delivery.ts';
import { printHead } from './report.ts';
import { compareCreateEntry, compareEntries } from './requests.ts';

const comparisons = { createEntry: compareCreateEntry, entries: compareEntries, liveDelivery: compareLiveDelivery };

const stops: (() => unknown)[] = [];
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void interrupt());
process.exitCode = await run(process.argv.slice(2)).catch(explain).finally(stopAll);

async function run(wanted: string[]): Promise<number> {
  const unknown = wanted.find((name) => !Object.hasOwn(comparisons, name));
  if (unknown) {
    console.error(`There is no comparison "${unknown}"; there are ${Object.keys(comparisons).join(', ')}.`);
    return 1;
  }
  const { sides, people } = await install(stops);
  await printHead(sides.product.databaseUrl);
  for (const [name, compare] of Object.entries(comparisons)) {
    if (wanted.length === 0 || wanted.includes(name)) await compare(sides, people);
  }
  return 0;
}

/** What a person can do something about is said in a sentence. */
function explain(error: unknown): number {
  // Servers that are being stopped make whatever is under way fail.
  if (isInterrupted) return 130;
  console.error(error instanceof DifferenceError || error instanceof NoPostgresError ? error.message : error);
  return 1;
}

async function interrupt(): Promise<void> {
  isInterrupted = true;
  await stopAll();
  process.exit(130);
}

/** The last started first. */
async function stopAll(): Promise<void> {
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
}
