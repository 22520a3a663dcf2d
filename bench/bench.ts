/**
 * What Lifegraph costs: `npm run bench`, or `npm run bench -- createEntry spearman` for some comparisons.
 *
 * The server stands beside a raw floor: PostgreSQL, the product and the floor are started, each with a database of the same
 * content, and asked the same in turns. The analysis stands beside Python's libraries, in one run on the same numbers.
 * Ratios are printed once every answer has turned out equal. No ratio fails it; a difference does.
 */
import { compareIncremental } from './analysis/incremental.ts';
import { comparePearsonMatrix, compareSpearmanLags } from './analysis/correlations.ts';
import { comparePipeline } from './analysis/pipeline.ts';
import { compareRefresh } from './analysis/refresh.ts';
import { compareTheilSen } from './analysis/theil-sen.ts';
import { DifferenceError } from './equality.ts';
import { install, NoPostgresError } from './installation.ts';
import { compareLiveDelivery } from './live-delivery.ts';
import { printHead } from './report.ts';
import { compareCreateEntry, compareEntries } from './requests.ts';

const ofServer = { createEntry: compareCreateEntry, entries: compareEntries, liveDelivery: compareLiveDelivery };
const ofAnalysis = {
  spearman: compareSpearmanLags,
  pearson: comparePearsonMatrix,
  pipeline: comparePipeline,
  theilSen: compareTheilSen,
  incremental: compareIncremental,
  refresh: () => compareRefresh(stops),
};

const stops: (() => unknown)[] = [];
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void interrupt());
process.exitCode = await run(process.argv.slice(2)).catch(explain).finally(stopAll);

async function run(wanted: string[]): Promise<number> {
  const names = [...Object.keys(ofServer), ...Object.keys(ofAnalysis)];
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown) {
    console.error(`There is no comparison "${unknown}"; there are ${names.join(', ')}.`);
    return 1;
  }
  const isWanted = ([name]: [string, unknown]) => wanted.length === 0 || wanted.includes(name);
  await runOfServer(Object.entries(ofServer).filter(isWanted));
  for (const [, compare] of Object.entries(ofAnalysis).filter(isWanted)) await compare();
  return 0;
}

async function runOfServer(comparisons: [string, (typeof ofServer)[keyof typeof ofServer]][]): Promise<void> {
  if (comparisons.length === 0) return;
  const { sides, people } = await install(stops);
  await printHead(sides.product.databaseUrl);
  for (const [, compare] of comparisons) await compare(sides, people);
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
