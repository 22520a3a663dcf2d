import { setTimeout as sleep } from 'node:timers/promises';
import { createEntryCall, type Person } from '../content/people.ts';
import { requireEqual } from '../equality.ts';
import { Devices } from '../generator/devices.ts';
import { sendLanes, toLanes, type Lanes } from '../generator/load.ts';
import type { Installation, RunningNode } from '../installation.ts';
import { printRatio, quantile } from '../report.ts';
import type { Side } from '../sides.ts';
import { readSent, requireOrder, type Sent } from './deliveries.ts';

const probe = new URL('../memory-probe.ts', import.meta.url).href;
/** The share of the sockets that are open when memory is first measured: what the first ones find free is the program's. */
const firstShare = 0.2;
/** Changes delivered to one of the sockets each, one after the other. */
const singles = 50;
/** Milliseconds for what opening has begun to come to its end. */
const settling = 3000;
const bytesOfGigabyte = 2 ** 30;
const names = ['product', 'floor'] as const;

/** Bytes: what the system has given, and what is in use of it (JavaScript's heap, and buffers beside it). */
type Memory = { resident: number; used: number };
type Idle = { residentPerGigabyte: number; usedPerGigabyte: number; p50: number; sent: Map<string, Sent>[] };

/** Sockets that only wait, each of another person: what they weigh, and whether each still is awake. */
export async function compareIdleSockets(
  installation: Installation,
  people: readonly Person[],
  rounds: number,
): Promise<void> {
  const measured: Record<(typeof names)[number], Idle[]> = { product: [], floor: [] };
  const workload = makeWorkload(people);
  for (let round = 0; round < rounds; round += 1) {
    // In the last round everybody is written to.
    const lanes = round === rounds - 1 ? [...workload.singles, workload.everybody] : workload.singles;
    for (const name of names) {
      const idle = await runRound(installation, await installation.sideOf(name), people, lanes);
      measured[name].push(idle);
    }
    const [product, floor] = names.map((name) => measured[name].at(-1)!.sent);
    requireEqual('what the sockets were sent', product, floor);
    for (const name of names) measured[name].at(-1)!.sent = [];
    // An entry of the same id would be no second one.
    Object.assign(workload, makeWorkload(people));
  }
  print(measured, people.length);
}

function print({ product, floor }: Record<(typeof names)[number], Idle[]>, sockets: number): void {
  console.log(`idle sockets: ${sockets} people, a socket each, on one node; beside ws`);
  const ratio = (label: string, read: (idle: Idle) => number, unit: string, wish: 'more' | 'less') =>
    printRatio({ label, product: product.map(read), peer: floor.map(read), peerName: 'floor', unit, wish });
  ratio('sockets per GB, resident', (idle) => idle.residentPerGigabyte, 'per GB', 'more');
  ratio('sockets per GB, heap and external', (idle) => idle.usedPerGigabyte, 'per GB', 'more');
  ratio('one change to one of them: p50', (idle) => idle.p50, 'ms', 'less');
  console.log('  equal: what each socket was sent when all people were written to, exactly once\n');
}

type Workload = { singles: Lanes[]; everybody: Lanes };

const makeWorkload = (people: readonly Person[]): Workload => ({
  singles: people.slice(-singles).map((person) => [[createEntryCall(person, 0)]]),
  everybody: toLanes(people, people.length, createEntryCall),
});

/** A node of its own holds the sockets: memory that a server has used before says nothing. */
async function runRound(
  { startNode }: Installation,
  side: Side,
  people: readonly Person[],
  workload: readonly Lanes[],
): Promise<Idle> {
  const node = await startNode(side.name, { NODE_OPTIONS: `--import ${probe}` });
  const devices = new Devices();
  try {
    const [first, later] = splitAt(people, people.length * firstShare);
    await devices.connect(node.url, first);
    const before = await readMemory(node);
    await devices.connect(node.url, later);
    const after = await readMemory(node);
    const perGigabyte = (kind: keyof Memory) => (bytesOfGigabyte * later.length) / (after[kind] - before[kind]);
    const sent = await deliver(side, devices, workload);
    return {
      residentPerGigabyte: perGigabyte('resident'),
      usedPerGigabyte: perGigabyte('used'),
      p50: quantile(
        sent
          .slice(0, singles)
          .map(({ milliseconds }) => milliseconds)
          .sort((a, b) => a - b),
        0.5,
      ),
      sent: sent.map((each) => each.sent),
    };
  } finally {
    devices.close();
    await node.child.kill();
  }
}

const splitAt = (people: readonly Person[], count: number) => [people.slice(0, count), people.slice(count)] as const;

async function deliver(side: Side, devices: Devices, workload: readonly Lanes[]) {
  const deliveries: { milliseconds: number; sent: Map<string, Sent> }[] = [];
  for (const lanes of workload) {
    let sentAt = 0;
    const last = await devices.expect(lanes.flat().length, async () => {
      sentAt = (await sendLanes(side, lanes)).sentAt[0]![0]!;
    });
    devices.readFrames();
    const addressed = devices.all.filter(({ frames }) => frames.length > 0);
    requireOrder(addressed, lanes);
    deliveries.push({ milliseconds: last - sentAt, sent: readSent(addressed) });
  }
  return deliveries;
}

async function readMemory({ child, pid }: RunningNode): Promise<Memory> {
  await sleep(settling);
  const seen = child.output().length;
  process.kill(pid, 'SIGUSR2');
  for (let waits = 0; waits < 100; waits += 1) {
    await sleep(100);
    const text = /memory (\{.*\})/.exec(child.output().slice(seen))?.[1];
    if (text) return JSON.parse(text) as Memory;
  }
  throw new Error('a server did not say how much memory it uses');
}
