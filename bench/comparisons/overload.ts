import { setTimeout as sleep } from 'node:timers/promises';
import { createEntryCall, type CreateCall, type Person } from '../content/people.ts';
import { queryOnce } from '../database-state.ts';
import { requireEqual } from '../equality.ts';
import { sendLanes, toLanes } from '../generator/load.ts';
import { sendAtRate, type Outcome } from '../generator/open-load.ts';
import { withPulse } from '../generator/pulses.ts';
import type { Installation } from '../installation.ts';
import { quantile } from '../report.ts';
import type { Side } from '../sides.ts';

const warmUpRequests = 12_000;
const capacityRequests = 12_000;
/** How long, and how much of what the server can do. */
const overload = { seconds: 15, factor: 2 } as const;
/** Milliseconds after the load until a request is sent to see whether all is as before. */
const pause = 1000;

/**
 * Twice as much as one node can take: what it still does, what it refuses, and whether everything it acknowledged is there.
 * The peer is the same node at its capacity.
 */
export async function measureOverload(installation: Installation, people: readonly Person[]): Promise<void> {
  const side = await installation.sideOf('product');
  const lanesOf = (requests: number) => toLanes(people, requests, createEntryCall);
  await sendLanes(side, lanesOf(warmUpRequests));
  const { seconds } = await sendLanes(side, lanesOf(capacityRequests));
  const capacity = capacityRequests / seconds;
  const rate = capacity * overload.factor;
  const calls = makeCalls(people, Math.ceil(rate * overload.seconds));
  const load = () => sendAtRate(side, calls, { rate, seconds: overload.seconds });
  const { result: outcomes, pulse } = await withPulse(side.writer.url, load);
  await sleep(pause);
  const after = await sendLanes(side, lanesOf(1600));
  print({ capacity, outcomes, pulse, after: 1600 / after.seconds });
  await requireKept(side, calls, outcomes);
}

const makeCalls = (people: readonly Person[], count: number): CreateCall[] =>
  Array.from({ length: count }, (_, i) => createEntryCall(people[i % people.length]!, i));

type Measured = { capacity: number; outcomes: Outcome[]; pulse: number[]; after: number };

function print({ capacity, outcomes, pulse, after }: Measured): void {
  const done = outcomes.filter(isDone);
  const refused = outcomes.filter(isRefused);
  const perSecond = done.length / overload.seconds;
  const offered = outcomes.length / overload.seconds;
  console.log(`overload: createEntry at one node for ${overload.seconds} s; beside the same node at its capacity`);
  const line = (label: string, text: string) => console.log(`  ${label.padEnd(36)} ${text}`);
  line('offered', `${(offered / capacity).toFixed(2)} of the capacity, ${offered.toFixed(0)} per second`);
  line('done', `${(perSecond / capacity).toFixed(2)} of the capacity, ${times(done)}`);
  line('refused: RATE_LIMITED, UNAVAILABLE', `${refused.length} of ${outcomes.length}, ${times(refused)}`);
  line('neither', describeOthers(outcomes.filter((each) => !isDone(each) && !isRefused(each))));
  line('/health/live meanwhile', `median ${quantile(pulse, 0.5).toFixed(1)} ms, most ${pulse.at(-1)!.toFixed(0)} ms`);
  line(`${pause / 1000} s later, done`, `${(after / capacity).toFixed(2)} of the capacity, none refused`);
}

const isDone = ({ answer }: Outcome): boolean => answer?.status === 200 && answer.body.startsWith('{"data"');
const isRefused = ({ answer }: Outcome): boolean =>
  answer !== null && /"code":"(RATE_LIMITED|UNAVAILABLE)"/.test(answer.body);

/** How many there are of each kind. */
function describeOthers(outcomes: readonly Outcome[]): string {
  const kinds = Object.groupBy(outcomes, ({ answer, failure }) => failure ?? `${answer?.status} ${answer?.body}`);
  const counted = Object.entries(kinds).map(([kind, each]) => `${each!.length} times ${kind.slice(0, 120)}`);
  return counted.length === 0 ? '0' : counted.join('; ');
}

function times(outcomes: readonly Outcome[]): string {
  const sorted = outcomes.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  if (sorted.length === 0) return 'none';
  return `median ${quantile(sorted, 0.5).toFixed(0)} ms, 99 % within ${quantile(sorted, 0.99).toFixed(0)} ms`;
}

/** All that was acknowledged is there, and nothing of what was refused. @throws DifferenceError */
async function requireKept(side: Side, calls: readonly CreateCall[], outcomes: readonly Outcome[]): Promise<void> {
  const idsOf = (is: (outcome: Outcome) => boolean) =>
    calls.filter((_, i) => outcomes[i] && is(outcomes[i])).map(({ variables }) => variables.input.id);
  const count = async (ids: string[]) => {
    const text = 'SELECT count(*)::int AS count FROM entries WHERE id = ANY($1::uuid[])';
    return (await queryOnce(side.databaseUrl, text, [ids]))[0]!['count'];
  };
  const acknowledged = idsOf(isDone);
  requireEqual('acknowledged entries', await count(acknowledged), acknowledged.length);
  requireEqual('refused entries', await count(idsOf(isRefused)), 0);
  console.log(`  equal: all ${acknowledged.length} acknowledged entries are there, and none of those refused\n`);
}
