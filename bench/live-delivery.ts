import { requireEqualDatabases } from './database-state.ts';
import { readLatencies, readSent, requireOrder, type Sent } from './deliveries.ts';
import { Devices } from './devices.ts';
import { requireEqual } from './equality.ts';
import { laneCount, sendLanes, toLanes, type Lanes, type LoadOptions } from './load.ts';
import { createEntryCall, devicesPerPerson, type CreateCall, type Person } from './people.ts';
import { printRatio, quantile, type Measurements } from './report.ts';
import { sideNames, type Side, type SideName, type Sides } from './sides.ts';

const rounds = 3;
/** Writes at a bounded rate show how long a delivery takes; as fast as 16 connections can, how many there can be. */
const paced = { writes: 320, rate: 160 } as const;
const burst = { writes: 960 } as const;

type Figure = 'p50' | 'p99' | 'perSecond';
type Workload = Record<'warmUp' | 'paced' | 'burst', Lanes>;
type Round = Record<Figure, number> & { sent: Map<string, Sent>[] };

/** Live delivery: an entry created over HTTP reaches all devices of its person, each on a socket. */
export async function compareLiveDelivery(sides: Sides, people: readonly Person[]): Promise<void> {
  const sockets = people.length * devicesPerPerson;
  console.log(`live delivery: ${people.length} people with ${devicesPerPerson} devices each, ${sockets} sockets`);
  const measured = { p50: newMeasurements(), p99: newMeasurements(), perSecond: newMeasurements() };
  for (let round = 0; round < rounds; round += 1) {
    const workload = makeWorkload(people);
    const results = {} as Record<SideName, Round>;
    for (const name of sideNames) results[name] = await runRound(sides[name], people, workload);
    requireEqualSent(results);
    for (const name of sideNames) {
      for (const figure of ['p50', 'p99', 'perSecond'] as const) measured[figure][name].push(results[name][figure]);
    }
  }
  await requireEqualDatabases(sides);
  print(measured);
}

const newMeasurements = (): Measurements => ({ product: [], floor: [] });

function print(measured: Record<Figure, Measurements>): void {
  printRatio(`sent to received, ${paced.rate} writes/s: p50`, measured.p50, 'ms', 'less');
  printRatio(`sent to received, ${paced.rate} writes/s: p99`, measured.p99, 'ms', 'less');
  printRatio(`deliveries per second, ${laneCount} writers`, measured.perSecond, 'per second', 'more');
  console.log('  equal: every frame of every device, in order, exactly once, in content and in length\n');
}

function makeWorkload(people: readonly Person[]): Workload {
  const turns = (count: number) => count * laneCount * Math.ceil(people.length / laneCount);
  return {
    // One entry of each metric: what a socket costs when it is new is not what is measured.
    warmUp: toLanes(people, turns(3), createEntryCall),
    paced: toLanes(people, paced.writes, createEntryCall),
    burst: toLanes(people, burst.writes, createEntryCall),
  };
}

/** Connects all devices of one side, measures, and disconnects them: the idle side must not disturb the other. */
async function runRound(side: Side, people: readonly Person[], workload: Workload): Promise<Round> {
  const devices = new Devices();
  try {
    await devices.connect(side, people);
    const warmUp = await send(side, devices, workload.warmUp);
    const { latencies, ...steady } = await send(side, devices, workload.paced, { rate: paced.rate });
    const { perSecond, ...full } = await send(side, devices, workload.burst);
    const sent = [warmUp.sent, steady.sent, full.sent];
    return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), perSecond, sent };
  } finally {
    devices.close();
  }
}

/** Sends writes, waits for all their deliveries, and checks these once the clock has stopped. */
async function send(side: Side, devices: Devices, lanes: Lanes, options: LoadOptions = {}) {
  const sentAt = new Map<string, number>();
  const expected = lanes.flat().length * devicesPerPerson;
  const start = performance.now();
  const end = await devices.expect(expected, async () => {
    const run = await sendLanes(side, lanes, options);
    for (const [lane, calls] of (lanes as CreateCall[][]).entries()) {
      calls.forEach(({ variables }, i) => sentAt.set(variables.input.id, run.sentAt[lane]![i]!));
    }
  });
  requireOrder(devices.all, lanes);
  const latencies = readLatencies(devices.all, sentAt);
  return { latencies, perSecond: (expected * 1000) / (end - start), sent: readSent(devices.all) };
}

function requireEqualSent({ product, floor }: Record<SideName, Round>): void {
  for (const [phase, sent] of product.sent.entries()) {
    for (const [token, frames] of sent) requireEqual('what a device was sent', frames, floor.sent[phase]!.get(token));
  }
}
