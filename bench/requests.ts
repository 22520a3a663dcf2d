import { requireEqualDatabases } from './database-state.ts';
import { parseTimeless, requireEqual } from './equality.ts';
import { laneCount, sendLanes, toLanes, type Lanes, type Run } from './load.ts';
import { createEntryCall, entriesCall, type Person } from './people.ts';
import { printRatio, type Measurements } from './report.ts';
import { sideNames, type SideName, type Sides } from './sides.ts';

const rounds = 3;
const warmUpRequests = 800;
/** Seconds that a round of the product shall take; the floor is sent just as many requests. */
const roundSeconds = 2.5;

type MakeLanes = (requests: number, round: number) => Lanes;
type Outcome = { measured: Measurements; requests: number };

/** Writes: entries created over 16 connections, each the session's look-up and one transaction. */
export async function compareCreateEntry(sides: Sides, people: readonly Person[]): Promise<void> {
  const outcome = await measure(sides, (requests) => toLanes(people, requests, createEntryCall));
  const entries = await requireEqualDatabases(sides);
  print('createEntry', outcome);
  console.log(`  equal: every answer, and both databases with all ${entries} entries and their numbered changes\n`);
}

/** Reads: the newest 50 entries with their metrics, of one person after the other. */
export async function compareEntries(sides: Sides, people: readonly Person[]): Promise<void> {
  const outcome = await measure(sides, (requests, round) =>
    toLanes(people, requests, (person, turn) => entriesCall(person, round * requests + turn)),
  );
  print('entries, 50 with their metric', outcome);
  console.log('  equal: every answer, deeply\n');
}

function print(label: string, { measured, requests }: Outcome): void {
  console.log(`${label}: ${laneCount} connections, ${rounds} rounds of ${requests} requests to each side`);
  printRatio('requests per second', measured, 'per second', 'more');
}

/** Warms both sides up, and lets them take turns. @throws DifferenceError unless all answers are equal */
async function measure(sides: Sides, makeLanes: MakeLanes): Promise<Outcome> {
  const warm = await runRound(sides, makeLanes(warmUpRequests, 0));
  const requests = laneCount * Math.ceil((warm.product * roundSeconds) / laneCount);
  const measured: Measurements = { product: [], floor: [] };
  for (let round = 1; round <= rounds; round += 1) {
    const rates = await runRound(sides, makeLanes(requests, round));
    for (const name of sideNames) measured[name].push(rates[name]);
  }
  return { measured, requests };
}

/** Sends the same requests to one side after the other. @returns the requests per second of each */
async function runRound(sides: Sides, lanes: Lanes): Promise<Record<SideName, number>> {
  const product = await sendLanes(sides.product, lanes);
  const floor = await sendLanes(sides.floor, lanes);
  requireEqualAnswers(product, floor);
  const count = lanes.flat().length;
  return { product: count / product.seconds, floor: count / floor.seconds };
}

function requireEqualAnswers(product: Run, floor: Run): void {
  for (const [lane, answers] of product.answers.entries()) {
    for (const [i, answer] of answers.entries()) {
      requireEqual('an answer', parseTimeless(answer.body), parseTimeless(floor.answers[lane]![i]!.body));
    }
  }
}
