/**
 * What Lifegraph costs: `npm run bench`, or `npm run bench -- createEntry spearman` for some comparisons, `--rounds=1` for
 * a quick look at the server's, `--profile=folder` for CPU profiles of its nodes.
 *
 * The server stands beside its peers: PostgreSQL, Redis, the product and the peers are started, each with a database of the
 * same content, and asked the same in turns. The analysis stands beside Python's libraries, in one run on the same numbers.
 * Ratios are printed once every answer has turned out equal. No ratio fails it; a difference does.
 */
import { parseArgs } from 'node:util';
import { compareIncremental } from './analysis/incremental.ts';
import { comparePearsonMatrix, compareSpearmanLags } from './analysis/correlations.ts';
import { comparePipeline } from './analysis/pipeline.ts';
import { compareRefresh } from './analysis/refresh.ts';
import { compareTheilSen } from './analysis/theil-sen.ts';
import { compareCatchUp } from './comparisons/catch-up.ts';
import { compareIdleSockets } from './comparisons/idle-sockets.ts';
import { compareLiveDelivery } from './comparisons/live-delivery.ts';
import { measureOverload } from './comparisons/overload.ts';
import { compareCreateEntry, compareEntries } from './comparisons/requests.ts';
import { measureSignIns } from './comparisons/sign-ins.ts';
import { followers, idlers, keepers, nobody, signIn, writers, type Group, type Person } from './content/people.ts';
import { DifferenceError } from './equality.ts';
import { install, NoPostgresError, type Installation } from './installation.ts';
import { printHead } from './report.ts';
import { compareExportCsv } from './transfers/export-csv.ts';
import { compareImportCsv } from './transfers/import-csv.ts';
import { compareImportHealth } from './transfers/import-health.ts';

/** A comparison of the server, and whom it needs. */
type OfServer = {
  group: Group;
  compare: (installation: Installation, people: readonly Person[], rounds: number) => Promise<void>;
};

const ofServer: Record<string, OfServer> = {
  createEntry: { group: writers, compare: compareCreateEntry },
  entries: { group: writers, compare: compareEntries },
  liveDelivery: { group: followers, compare: compareLiveDelivery },
  catchUp: { group: keepers, compare: compareCatchUp },
  overload: { group: writers, compare: measureOverload },
  signIns: { group: writers, compare: measureSignIns },
  idleSockets: { group: idlers, compare: compareIdleSockets },
  importCsv: { group: nobody, compare: compareImportCsv },
  exportCsv: { group: nobody, compare: compareExportCsv },
  importHealth: { group: nobody, compare: compareImportHealth },
};
const ofAnalysis = {
  spearman: compareSpearmanLags,
  pearson: comparePearsonMatrix,
  pipeline: comparePipeline,
  theilSen: compareTheilSen,
  incremental: compareIncremental,
  refresh: () => compareRefresh(stops),
};

const options = { rounds: { type: 'string', default: '3' }, profile: { type: 'string' } } as const;
const stops: (() => unknown)[] = [];
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void interrupt());
process.exitCode = await run(process.argv.slice(2)).catch(explain).finally(stopAll);

async function run(given: string[]): Promise<number> {
  const { values, positionals: wanted } = parseArgs({ args: given, options, allowPositionals: true });
  const names = [...Object.keys(ofServer), ...Object.keys(ofAnalysis)];
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown) {
    console.error(`There is no comparison "${unknown}"; there are ${names.join(', ')}.`);
    return 1;
  }
  const isWanted = ([name]: [string, unknown]) => wanted.length === 0 || wanted.includes(name);
  const comparisons = Object.entries(ofServer).filter(isWanted);
  await runOfServer(
    comparisons.map(([, comparison]) => comparison),
    Number(values.rounds),
    values.profile ?? null,
  );
  for (const [, compare] of Object.entries(ofAnalysis).filter(isWanted)) await compare();
  return 0;
}

async function runOfServer(
  comparisons: readonly OfServer[],
  rounds: number,
  profileFolder: string | null,
): Promise<void> {
  if (comparisons.length === 0) return;
  const groups = [...new Set(comparisons.map(({ group }) => group))];
  const installation = await install(stops, groups, profileFolder);
  await printHead((await installation.sideOf('product')).databaseUrl, rounds);
  const peopleOf = new Map(groups.map((group) => [group, signIn(group)]));
  for (const { group, compare } of comparisons) await compare(installation, peopleOf.get(group)!, rounds);
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
