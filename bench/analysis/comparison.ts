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

const ROUNDS = 5;
const REPETITIONS = 3;

/**
 * Checks that both have the same answers, then measures both in turns, the best of three runs each time, and prints how
 * many times as fast the product is. Without a peer on this machine it says so in a line.
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

type Round = { product: number; peer: number };

async function measureRounds({ label, product, peer, tolerance }: Comparison): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const answered = await peer();
    if (round === 0) requireClose(label, product(), answered.outputs, tolerance);
    rounds.push({ product: measureBest(product), peer: Math.min(...answered.seconds) });
  }
  return rounds;
}

/** Seconds of the fastest of three runs. */
function measureBest(run: () => unknown): number {
  const seconds = Array.from({ length: REPETITIONS }, () => {
    const start = performance.now();
    run();
    return (performance.now() - start) / 1000;
  });
  return Math.min(...seconds);
}

function printRounds({ label, peerName }: Comparison, rounds: readonly Round[]): void {
  const ratios = rounds.map(({ product, peer }) => peer / product).sort((a, b) => a - b);
  const [least, median, most] = [ratios[0]!, takeMiddle(ratios), ratios.at(-1)!].map((ratio) => ratio.toFixed(1));
  const [product, peer] = (['product', 'peer'] as const).map((side) => toMilliseconds(rounds.map((one) => one[side])));
  console.log(
    `  ${label.padEnd(60)} ${median} (${least} to ${most}) times as fast as ${peerName}; medians ${product} and ${peer} ms`,
  );
}

const toMilliseconds = (seconds: readonly number[]): string =>
  (1000 * takeMiddle([...seconds].sort((a, b) => a - b))).toFixed(1);

const takeMiddle = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)]!;

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
