import { correlateComplete, pairAtLag } from '../../src/analysis/correlations/correlation.ts';
import { newsFor, prepareSeries, testAdjusted } from '../../src/analysis/correlations/lagged-test.ts';
import { FIRST_DAY, type Planted, plantEffect } from './noise.ts';
import { drawAutoregressive, seedUniform } from '../../test/analysis/noise.ts';

/** Pairs to test at lag 1, independent ones or planted ones: seeds `from` to `from + pairs - 1`. */
export type PermutationTrial = { phi: number; planted?: Planted; days: number; from: number; pairs: number };
/** Tests at or below 0.05 and 0.01, and milliseconds for all of them, by method. */
export type PermutationOutcome = Record<string, { below: [number, number]; milliseconds: number }>;

const SHUFFLES = 199;
/** n^(1/3), a fortnight or so, a month. */
export const BLOCKS = [5, 15, 30];

/** How often permutation of whole blocks, shifting in a circle and the method in use call a pair of series related. */
export function runPermutations({ phi, planted, days, from, pairs }: PermutationTrial): PermutationOutcome {
  const outcome: PermutationOutcome = {};
  for (let seed = from; seed < from + pairs; seed++) {
    const uniform = seedUniform(31 * seed + 5);
    const [a, b] = planted
      ? plantEffect(planted, days, seed)
      : [drawAutoregressive(days, phi, uniform), drawAutoregressive(days, phi, uniform)];
    const [driver, other] = [a!, b!].map((values) => prepareSeries({ id: '', values }, FIRST_DAY, 'PEARSON'));
    const sides: [Float64Array, Float64Array] = [driver!.residuals, other!.residuals];
    measure(outcome, 'used', () => testAdjusted(driver!, other!, 1, 14, newsFor(driver!, other!, 1))!.pValue);
    measure(outcome, 'circular shift', () => comparePairing(sides, allShifts(days)));
    for (const block of BLOCKS) {
      const orders = Array.from({ length: SHUFFLES }, () => shuffleBlocks(days, block, uniform));
      measure(outcome, `blocks of ${block} days`, () => comparePairing(sides, orders));
    }
  }
  return outcome;
}

function measure(outcome: PermutationOutcome, name: string, test: () => number): void {
  const into = (outcome[name] ??= { below: [0, 0], milliseconds: 0 });
  const start = performance.now();
  const p = test();
  into.milliseconds += performance.now() - start;
  into.below[0] += Number(p <= 0.05);
  into.below[1] += Number(p <= 0.01);
}

/** (1 + how many orders of the driver's days correlate as well) / (1 + how many there are). */
function comparePairing([driver, outcome]: [Float64Array, Float64Array], orders: Int32Array[]): number {
  const correlate = (values: Float64Array) => {
    const pairs = pairAtLag(values, outcome, 1);
    return Math.abs(correlateComplete(pairs.driver, pairs.outcome));
  };
  const actual = correlate(driver);
  const asGood = orders.filter((order) => correlate(Float64Array.from(order, (day) => driver[day]!)) >= actual);
  return (1 + asGood.length) / (1 + orders.length);
}

function allShifts(days: number): Int32Array[] {
  return Array.from({ length: days - 1 }, (_, i) =>
    Int32Array.from({ length: days }, (_day, day) => (day + i + 1) % days),
  );
}

/** The days in blocks of one length, from a random start in a circle, the blocks in random order. */
function shuffleBlocks(days: number, block: number, uniform: () => number): Int32Array {
  const start = Math.floor(uniform() * days);
  const blocks = Array.from({ length: Math.ceil(days / block) }, (_, i) => ({ first: i * block, key: uniform() }));
  const order = blocks
    .sort((a, b) => a.key - b.key)
    .flatMap(({ first }) =>
      Array.from({ length: Math.min(block, days - first) }, (_, i) => (start + first + i) % days),
    );
  return Int32Array.from(order);
}
