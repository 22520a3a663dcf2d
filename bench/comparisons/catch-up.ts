import { once } from 'node:events';
import { connect } from 'node:net';
import { keepers, metrics, type Person } from '../content/people.ts';
import { requireEqual } from '../equality.ts';
import { DeviceSocket } from '../generator/device-socket.ts';
import { readFrames, type Received } from '../generator/frames.ts';
import type { Installation } from '../installation.ts';
import { toShown, type Snapshot } from '../peers/floor-entries.ts';
import { measureProcessorTime, type ProcessorTime, type Processes } from '../processor-time.ts';
import { printProcessorTime, printRatio } from '../report.ts';

/** A line of the log, in so far as both sides can say it. */
type Line = {
  seq: number;
  kind: string;
  entityType: string;
  entityId: string;
  deviceId: string | null;
  at: number;
  entity: object | null;
};
type CatchUp = { perSecond: number; time: ProcessorTime; units: number; megabytes: number; received: Received[] };

/** A device that comes back after long reads the whole change log over one socket; beside it, PostgreSQL's COPY of the log. */
export async function compareCatchUp(
  { sideOf, shared, startCopyServer }: Installation,
  [keeper]: readonly Person[],
  rounds: number,
): Promise<void> {
  const [product, copies] = await Promise.all([sideOf('product'), startCopyServer()]);
  const { redis: _, ...processes } = shared;
  const measured: Record<'product' | 'peer', CatchUp[]> = { product: [], peer: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const ofProduct = await follow(product.follower.url, keeper!, { ...processes, server: product.follower.pid });
    const ofPeer = await copy(copies.url, keeper!, { ...processes, server: copies.pid });
    const lines = readFrames(ofProduct.received).map(({ text }) => toLine(text));
    requireEqual('the lines of a catch-up', lines, readCopy(ofPeer.received, keeper!));
    requireEqual('how many lines there are', lines.length, logLength);
    ofProduct.received = ofPeer.received = [];
    // The first round warms up.
    if (round === 0) continue;
    measured.product.push(ofProduct);
    measured.peer.push(ofPeer);
  }
  print(measured);
}

/** Lines of the keeper's log. */
const logLength = 1 + metrics.length + keepers.entries;

function print({ product, peer }: Record<'product' | 'peer', CatchUp[]>): void {
  const [ofProduct, ofPeer] = [product, peer].map((rounds) => rounds[0]!.megabytes.toFixed(1));
  console.log(
    `catch-up: ${logLength} changes over one socket, ${ofProduct} MB; beside COPY into a socket, ${ofPeer} MB`,
  );
  printRatio({
    label: 'changes per second',
    product: product.map(({ perSecond }) => perSecond),
    peer: peer.map(({ perSecond }) => perSecond),
    peerName: 'COPY',
    unit: 'per second',
    wish: 'more',
  });
  printProcessorTime('CPU microseconds a change, product', product);
  printProcessorTime('CPU microseconds a change, COPY', peer);
  console.log('  equal: every line, in number, content and instant\n');
}

async function follow(url: string, keeper: Person, processes: Processes): Promise<CatchUp> {
  const reached = Promise.withResolvers<void>();
  let count = 0;
  const device = await DeviceSocket.open(url, keeper.tokens[0]!, (texts) => {
    count += texts;
    if (count >= logLength) reached.resolve();
  });
  try {
    return await measure(processes, async () => {
      device.subscribe(0);
      await reached.promise;
      return device.received;
    });
  } finally {
    device.close();
  }
}

async function copy(url: string, { userId }: Person, processes: Processes): Promise<CatchUp> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  const received: Received[] = [];
  socket.on('data', (chunk: Buffer) => received.push({ chunk, at: performance.now() }));
  return measure(processes, async () => {
    socket.write(`${userId}\n`);
    await once(socket, 'end');
    return received;
  });
}

async function measure(processes: Processes, read: () => Promise<Received[]>): Promise<CatchUp> {
  const start = performance.now();
  const { result: received, time } = await measureProcessorTime(processes, async () => {
    const chunks = await read();
    return { chunks, seconds: (performance.now() - start) / 1000 };
  });
  const { chunks, seconds } = received;
  const megabytes = chunks.reduce((sum, { chunk }) => sum + chunk.length, 0) / 1_000_000;
  return { perSecond: logLength / seconds, time, units: logLength, megabytes, received: chunks };
}

type ChangeFrame = { payload: { data: { changes: Omit<Line, 'at'> & { at: string } } } };

function toLine(text: string): Line {
  const { changes } = (JSON.parse(text) as ChangeFrame).payload.data;
  const { entity } = changes as { entity: Record<string, unknown> };
  const { __typename, ...fields } = entity;
  return { ...changes, at: Date.parse(changes.at), entity: fields };
}

/** The lines of a COPY in text format. */
const readCopy = (received: readonly Received[], keeper: Person): Line[] =>
  Buffer.concat(received.map(({ chunk }) => chunk))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [seq, kind, entityType, entityId, snapshot, deviceId, at] = line.split('\t').map(unescape);
      const entity = entityType === 'Entry' ? toShownEntry(JSON.parse(snapshot!) as Snapshot, keeper) : {};
      return {
        seq: Number(seq),
        kind: kind!,
        entityType: entityType!,
        entityId: entityId!,
        deviceId: deviceId!,
        at: Date.parse(at!.replace(' ', 'T').replace(/[+]00$/, 'Z')),
        entity,
      };
    });

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v' };

const unescape = (field: string): string | null =>
  field === '\\N' ? null : field.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);

/** What the API shows of a snapshot: the value as the metric's type has it. */
function toShownEntry(snapshot: Snapshot, { metricIds }: Person): object {
  const { type } = metrics[metricIds.indexOf(snapshot.metricId)]!;
  return toShown(snapshot, type === 'BINARY' ? snapshot.number === 1 : (snapshot.number ?? snapshot.text));
}
