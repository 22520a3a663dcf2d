import { createEntryCall, entriesCall, type Person } from '../content/people.ts';
import { requireEqualDatabases } from '../database-state.ts';
import { parseTimeless, requireEqual } from '../equality.ts';
import { laneCount, sendLanes, toLanes, type Lanes, type Run } from '../generator/load.ts';
import { processesOf, type Installation } from '../installation.ts';
import { measureProcessorTime, type ProcessorTime } from '../processor-time.ts';
import { printProcessorTime, printRatio } from '../report.ts';
import type { SideName } from '../sides.ts';

/** Twice: compiling goes on for some seconds, and what the product manages while it does says little. */
const warmUpRequests = 12_000;
/** Seconds that a round of the product shall take; the floor is sent just as many requests. */
const roundSeconds = 2.5;
const names = ['product', 'floor'] as const;

type MakeLanes = (requests: number, round: number) => Lanes;
type Measured = { perSecond: number; time: ProcessorTime; units: number };
type Outcome = { measured: Record<(typeof names)[number], Measured[]>; requests: number };

/** Writes: entries created over 16 connections, each one transaction of row, number, change, and job if none waits. */
export async function compareCreateEntry(
  installation: Installation,
  people: readonly Person[],
  rounds: number,
): Promise<void> {
  const outcome = await measure(installation, rounds, (requests) => toLanes(people, requests, createEntryCall));
  const sides = await Promise.all(names.map(installation.sideOf));
  const entries = await requireEqualDatabases(sides, installation.filledAt, people);
  print('createEntry', outcome);
  console.log(
    `  equal: every answer, and both databases with all ${entries} entries, their numbered changes and jobs\n`,
  );
}

/** Reads: the newest 50 entries with their metrics, of one person after the other. */
export async function compareEntries(
  installation: Installation,
  people: readonly Person[],
  rounds: number,
): Promise<void> {
  const outcome = await measure(installation, rounds, (requests, round) =>
    toLanes(people, requests, (person, turn) => entriesCall(person, round * requests + turn)),
  );
  print('entries, 50 with their metric', outcome);
  console.log('  equal: every answer, deeply\n');
}

function print(label: string, { measured: { product, floor }, requests }: Outcome): void {
  console.log(`${label}: ${laneCount} connections, ${requests} requests to each side in a round`);
  printRatio({
    label: 'requests per second',
    product: product.map(({ perSecond }) => perSecond),
    peer: floor.map(({ perSecond }) => perSecond),
    peerName: 'floor',
    unit: 'per second',
    wish: 'more',
  });
  printProcessorTime('CPU microseconds a request, product', product);
  printProcessorTime('CPU microseconds a request, floor', floor);
}

/** Warms both sides up, and lets them take turns. @throws DifferenceError unless all answers are equal */
async function measure(installation: Installation, rounds: number, makeLanes: MakeLanes): Promise<Outcome> {
  await runRound(installation, makeLanes(warmUpRequests, 0));
  const warm = await runRound(installation, makeLanes(warmUpRequests, 1));
  const requests = laneCount * Math.ceil((warm.product.perSecond * roundSeconds) / laneCount);
  const measured: Outcome['measured'] = { product: [], floor: [] };
  for (let round = 2; round < rounds + 2; round += 1) {
    const results = await runRound(installation, makeLanes(requests, round));
    for (const name of names) measured[name].push(results[name]);
  }
  return { measured, requests };
}

/** Sends the same requests to one side after the other. */
async function runRound(installation: Installation, lanes: Lanes): Promise<Record<'product' | 'floor', Measured>> {
  const units = lanes.flat().length;
  const send = async (name: SideName) => {
    const side = await installation.sideOf(name);
    const { follower: _, ...processes } = processesOf(installation, side);
    const { result, time } = await measureProcessorTime(processes, () => sendLanes(side, lanes));
    return { run: result, measured: { perSecond: units / result.seconds, time, units } };
  };
  const product = await send('product');
  const floor = await send('floor');
  requireEqualAnswers(product.run, floor.run);
  return { product: product.measured, floor: floor.measured };
}

function requireEqualAnswers(product: Run, floor: Run): void {
  for (const [lane, answers] of product.answers.entries()) {
    for (const [i, answer] of answers.entries()) {
      requireEqual('an answer', parseTimeless(answer.body), parseTimeless(floor.answers[lane]![i]!.body));
    }
  }
}
