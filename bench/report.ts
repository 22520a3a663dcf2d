import { availableParallelism, cpus } from 'node:os';
import { queryOnce } from './database-state.ts';
import type { ProcessorTime } from './processor-time.ts';

/** What is compared, and on what. */
export async function printHead(databaseUrl: string, rounds: number): Promise<void> {
  const [row] = await queryOnce(databaseUrl, 'SHOW server_version');
  console.log(`Lifegraph beside its peers, in turns, on the same PostgreSQL and Redis, asked by the same client.
Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), PostgreSQL ${String(row!['server_version'])} without fsync.
Everything shares these cores, the client too: only the ratios mean something. Peer = 1.00; median (least to most) of ${rounds} rounds.
`);
}

/** Two series of measurements, round by round. */
export type Ratio = {
  label: string;
  product: readonly number[];
  peer: readonly number[];
  peerName: string;
  unit: string;
  wish: 'more' | 'less';
};

/** A line with the ratio of the product to a peer, round by round. */
export function printRatio({ label, product, peer, peerName, unit, wish }: Ratio): void {
  const ratios = product.map((value, round) => value / peer[round]!);
  const [least, median, most] = spread(ratios).map((ratio) => ratio.toFixed(2));
  const medians = [product, peer].map((values) => toFigure(spread(values)[1])).join(' and ');
  console.log(
    `  ${label.padEnd(36)} ${median} (${least} to ${most}) of the ${peerName}; ${wish} is better; medians ${medians} ${unit}`,
  );
}

/** A line with the processor time of each process for each unit of work. @param rounds the time and the units of each round */
export function printProcessorTime(label: string, rounds: readonly { time: ProcessorTime; units: number }[]): void {
  const microseconds = (name: string) =>
    spread(rounds.map(({ time, units }) => (time[name]! * 1_000_000) / units))[1].toFixed(0);
  const names = Object.keys(rounds[0]!.time);
  console.log(`  ${label.padEnd(36)} ${names.map((name) => `${name} ${microseconds(name)}`).join(', ')}`);
}

/** The smallest, the middle and the largest. */
export function spread(values: readonly number[]): [least: number, median: number, most: number] {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return [sorted[0]!, (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2, sorted.at(-1)!];
}

const toFigure = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2));

/** The value below which a share of the sorted ones lies. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
