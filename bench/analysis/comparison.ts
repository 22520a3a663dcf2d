import { DifferenceError } from '../equality.ts';
import { NoPeerError, type PeerRun } from './peer.ts';

export type Answers = Record<string, Float64Array>;

/** Two ways to the same answers, from the same arrays. */
export type Comparison = {
  label: string;
  /** Whom it is compared with, such as 'pandas'. */
  peerName: string;
  product: () => Answers;
  peer: () => Promise<PeerRun>;
  /** How far an answer may be from the peer's; 1e-10 unless told. */
  tolerance?: number;
};

const ROUNDS = 3;
const REPETITIONS = 3;

/**
 * Checks that both have the same answers, warms the product up as a server is, then measures both in turns, the best of
 * three runs each time, and prints how many times as fast the product is; its first run, cold, is printed too. Without a
 * peer on this machine it says so in a line.
 * @throws DifferenceError when an answer differs
 */
export async function compareWithPeer(comparison: Comparison): Promise<void> {
  try {
    printRounds(comparison, await measureRounds(comparison));
  } catch (error) {
    if (!(error instanceof NoPeerError)) throw error;
    console.log(`  ${comparison.label}: ${error.message}`);
  }
}

/** Seconds; those of each round by side. */
type Measured = { cold: number; product: number[]; peer: number[] };

async function measureRounds({ label, product, peer, tolerance }: Comparison): Promise<Measured> {
  const answered = await peer();
  let answers: Answers = {};
  const cold = measure(() => (answers = product()));
  requireClose(label, answers, answered.outputs, tolerance);
  warmUp(product);
  const measured: Measured = { cold, product: [], peer: [] };
  for (let round = 0; round < ROUNDS; round++) {
    measured.product.push(Math.min(...Array.from({ length: REPETITIONS }, () => measure(product))));
    measured.peer.push(Math.min(...(await peer()).seconds));
  }
  return measured;
}

/** For a second: by then what runs often has been compiled. */
function warmUp(run: () => unknown): void {
  for (const start = performance.now(); performance.now() < start + 1000;) run();
}

function measure(run: () => unknown): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

function printRounds({ label, peerName }: Comparison, { cold, product, peer }: Measured): void {
  const ratios = sort(peer.map((seconds, round) => seconds / product[round]!));
  const [least, median, most] = [ratios[0]!, takeMiddle(ratios), ratios.at(-1)!].map((ratio) => ratio.toFixed(1));
  const [productMs, peerMs, coldMs] = [takeMiddle(sort(product)), takeMiddle(sort(peer)), cold].map(toMilliseconds);
  console.log(
    `  ${label.padEnd(58)} ${median} (${least} to ${most}) times as fast as ${peerName}; ` +
      `medians ${productMs} and ${peerMs} ms; first run ${coldMs} ms`,
  );
}

const sort = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

const takeMiddle = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)]!;

const toMilliseconds = (seconds: number): string => (1000 * seconds).toFixed(1);

/** @throws DifferenceError where an answer is further from the peer's than the tolerance, or only one of them is NaN */
export function requireClose(label: string, product: Answers, peer: Answers, tolerance = 1e-10): void {
  for (const [name, expected] of Object.entries(peer)) {
    const actual = product[name];
    if (actual?.length !== expected.length) {
      throw new DifferenceError(
        `${label}: there are ${actual?.length ?? 'no'} ${name}, the peer has ${expected.length}.`,
      );
    }
    const index = expected.findIndex((value, i) => !areClose(actual[i]!, value, tolerance));
    if (index < 0) continue;
    throw new DifferenceError(`${label}: ${name}[${index}] is ${actual[index]}, the peer's ${expected[index]}.`);
  }
}

const areClose = (a: number, b: number, tolerance: number): boolean => Object.is(a, b) || Math.abs(a - b) <= tolerance;
