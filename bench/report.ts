import { availableParallelism, cpus } from 'node:os';
import { queryOnce } from './database-state.ts';
import type { SideName } from './sides.ts';

/** What was measured of a side, round by round. */
export type Measurements = Record<SideName, number[]>;

/** What is compared, and on what. */
export async function printHead(databaseUrl: string): Promise<void> {
  const [row] = await queryOnce(databaseUrl, 'SHOW server_version');
  console.log(`Lifegraph beside a raw floor: node:http, pg and ws with the fewest statements that give the same answers.
Both verify the access token and look the session up, on the same PostgreSQL server, and are asked by the same client.
Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), PostgreSQL ${String(row!['server_version'])} without fsync.
Everything shares these cores, the client too: only the ratios mean something. floor = 1.00; median (min to max) of the rounds.
`);
}

/** A line with the ratio of the two sides, round by round. */
export function printRatio(label: string, measured: Measurements, unit: string, wish: 'more' | 'less'): void {
  const ratios = measured.product.map((value, round) => value / measured.floor[round]!);
  const [least, median, most] = spread(ratios).map((ratio) => ratio.toFixed(2));
  const [product, floor] = [measured.product, measured.floor].map((values) => toFigure(spread(values)[1]!));
  console.log(
    `  ${label.padEnd(34)} ${median} (${least} to ${most})  ${wish} is better; medians ${product} and ${floor} ${unit}`,
  );
}

/** The smallest, the middle and the largest. */
function spread(values: readonly number[]): [number, number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[0]!, quantile(sorted, 0.5), sorted.at(-1)!];
}

const toFigure = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2));

/** The value below which a share of the sorted ones lies. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
