import { createEntryOfOneMetricCall, type CreateCall, type Person } from '../content/people.ts';
import { requireEqualDatabases } from '../database-state.ts';
import { requireEqual } from '../equality.ts';
import { Devices } from '../generator/devices.ts';
import { laneCount, sendLanes, toLanes, type Lanes, type LoadOptions } from '../generator/load.ts';
import { processesOf, type Installation } from '../installation.ts';
import { measureProcessorTime, type ProcessorTime } from '../processor-time.ts';
import { printProcessorTime, printRatio, quantile } from '../report.ts';
import { sideNames, type Side, type SideName } from '../sides.ts';
import { readLatencies, readSent, requireOrder, type Sent } from './deliveries.ts';

/** Writes at a bounded rate show how long a delivery takes; as fast as 16 connections can, how many there can be. */
const paced = { writes: 480, rate: 160 } as const;
const burst = { writes: 2000 } as const;

type Workload = Record<'warmUp' | 'paced' | 'burst', Lanes>;
type Delivered = {
  latencies: number[];
  perSecond: number;
  time: ProcessorTime;
  units: number;
  sent: Map<string, Sent>;
};
type Round = { p50: number; p99: number; burst: Delivered; sent: Map<string, Sent>[] };

/** Live delivery: an entry created at one node reaches all devices of its person, each on a socket at the other node. */
export async function compareLiveDelivery(
  installation: Installation,
  people: readonly Person[],
  rounds: number,
): Promise<void> {
  const [product, stock, floor] = await Promise.all(sideNames.map(installation.sideOf));
  const sides = { product: product!, stock: stock!, floor: floor! };
  const devices = people.flatMap(({ tokens }) => tokens).length;
  console.log(`live delivery: ${people.length} people, ${devices} sockets at the node that is not written at`);
  const measured: Record<SideName, Round[]> = { product: [], stock: [], floor: [] };
  for (let round = 0; round < rounds; round += 1) {
    const workload = makeWorkload(people);
    const results = {} as Record<SideName, Round>;
    for (const name of sideNames) results[name] = await runRound(installation, sides[name], people, workload);
    requireEqualSent(results);
    for (const name of sideNames) measured[name].push(results[name]);
  }
  await requireEqualDatabases(Object.values(sides), installation.filledAt, people);
  for (const peer of ['stock', 'floor'] as const) print(measured, peer);
  for (const name of sideNames) {
    printProcessorTime(
      `CPU microseconds a delivery, ${name}`,
      measured[name].map((round) => round.burst),
    );
  }
  console.log(
    '  equal: every frame of every device, in order, exactly once, in content and in length; the databases\n',
  );
}

function print(measured: Record<SideName, Round[]>, peerName: 'stock' | 'floor'): void {
  const of = (read: (round: Round) => number) => ({
    product: measured.product.map(read),
    peer: measured[peerName].map(read),
    peerName,
  });
  const perSecond = of((round) => round.burst.perSecond);
  printRatio({ ...perSecond, label: `deliveries, ${laneCount} writers`, unit: 'per second', wish: 'more' });
  printRatio({ ...of((round) => round.p50), label: `${paced.rate} writes/s: p50`, unit: 'ms', wish: 'less' });
  printRatio({ ...of((round) => round.p99), label: `${paced.rate} writes/s: p99`, unit: 'ms', wish: 'less' });
}

function makeWorkload(people: readonly Person[]): Workload {
  return {
    // Everybody once: what a socket, or a metric, costs when it is new is not what is measured.
    warmUp: toLanes(people, laneCount * Math.ceil(people.length / laneCount), createEntryOfOneMetricCall),
    paced: toLanes(people, paced.writes, createEntryOfOneMetricCall),
    burst: toLanes(people, burst.writes, createEntryOfOneMetricCall),
  };
}

/** Connects all devices of one side, measures, and disconnects them: the idle side must not disturb the others. */
async function runRound(
  installation: Installation,
  side: Side,
  people: readonly Person[],
  workload: Workload,
): Promise<Round> {
  const devices = new Devices();
  try {
    await devices.connect(side.follower.url, people);
    const send = (lanes: Lanes, options?: LoadOptions) => deliver(installation, side, devices, lanes, options);
    const warmUp = await send(workload.warmUp);
    const steady = await send(workload.paced, { rate: paced.rate });
    const full = await send(workload.burst);
    const [p50, p99] = [quantile(steady.latencies, 0.5), quantile(steady.latencies, 0.99)];
    return { p50, p99, burst: full, sent: [warmUp.sent, steady.sent, full.sent] };
  } finally {
    devices.close();
  }
}

/** Sends writes, waits for all their deliveries, and checks these once the clock has stopped. */
async function deliver(
  installation: Installation,
  side: Side,
  devices: Devices,
  lanes: Lanes,
  options: LoadOptions = {},
): Promise<Delivered> {
  const sentAt = new Map<string, number>();
  const units = lanes.flat().length * (devices.all.length / new Set(devices.all.map(({ person }) => person)).size);
  const start = performance.now();
  const { result: end, time } = await measureProcessorTime(processesOf(installation, side), () =>
    devices.expect(units, async () => {
      const run = await sendLanes(side, lanes, options);
      for (const [lane, calls] of (lanes as CreateCall[][]).entries()) {
        calls.forEach(({ variables }, i) => sentAt.set(variables.input.id, run.sentAt[lane]![i]!));
      }
    }),
  );
  devices.readFrames();
  requireOrder(devices.all, lanes);
  const latencies = readLatencies(devices.all, sentAt);
  return { latencies, perSecond: (units * 1000) / (end - start), time, units, sent: readSent(devices.all) };
}

function requireEqualSent(results: Record<SideName, Round>): void {
  for (const peer of ['stock', 'floor'] as const) {
    for (const [phase, sent] of results.product.sent.entries()) {
      for (const [token, frames] of sent)
        requireEqual(`what a device was sent (${peer})`, frames, results[peer].sent[phase]!.get(token));
    }
  }
}
