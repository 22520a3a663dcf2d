import { pairAtLag, pearson, spearman } from '../../../src/analysis/correlations/correlation.ts';
import { type ColumnBank, openBank } from '../../../src/analysis/kernels/column-bank.ts';
import { drawNormal, seedUniform } from '../noise.ts';

const { NaN: missing } = Number;

/** A bank that is full of these columns. */
export function fillBank(columns: readonly Float64Array[]): ColumnBank {
  const bank = openBank(columns[0]!.length, columns.length);
  for (const [slot, values] of columns.entries()) bank.set(slot, values);
  return bank;
}

/** The slow answer: a on day t beside b on day t + lag, whichever of them leads. */
export function correlateSlowly(method: 'pearson' | 'spearman', a: Float64Array, b: Float64Array, lag: number) {
  const pairs = lag < 0 ? pairAtLag(b, a, -lag) : pairAtLag(a, b, lag);
  const correlate = method === 'pearson' ? pearson : spearman;
  return { n: pairs.days.length, coefficient: correlate(pairs.driver, pairs.outcome) };
}

/** How far two coefficients are apart: not at all when both are NaN, infinitely when one of them is. */
export function findDifference(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Object.is(a, b) ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs(a - b);
}

/** The largest of the differences. */
export function findFurthest(a: Float64Array, b: Float64Array): number {
  return Math.max(...Array.from(a, (value, i) => findDifference(value, b[i]!)));
}

type Draw = (z: number, day: number, uniform: () => number) => number;

/** Kinds of columns from a normal number each day. */
export const kinds: Record<string, Draw> = {
  continuous: (z) => z,
  rating: (z) => Math.min(5, Math.max(1, Math.round(3 + z))),
  'yes and no': (z) => (z > 1 ? 1 : 0),
  'rounded, with pairs of ties': (z) => Math.round(100 * z) / 100,
  'both zeros': (z) => (z > 0.5 ? 0 : z < -0.5 ? -0 : z),
  constant: () => 0.1,
  'constant but for one day': (_, day) => (day === 5 ? 7 : 0.1),
  'all missing': () => missing,
  'a third missing': (z, _, uniform) => (uniform() < 0.33 ? missing : z),
  'nearly all missing': (z, _, uniform) => (uniform() < 0.95 ? missing : Math.round(z)),
  'begun late': (z, day) => (day < 20 ? missing : z),
  'ended early': (z, day) => (day > 20 ? missing : Math.round(2 * z)),
  'a billion and some noise': (z) => 1e9 + z,
  'one wild day': (z, day) => (day === 3 ? 1e12 : z),
  'next to the largest double': (z) => z * 1e307,
  'next to the smallest double': (z) => z * 1e-307,
  'with squares next to the smallest double': (z) => z * 1e-160,
  'all sizes at once': (z, _, uniform) => z * 10 ** Math.round(600 * (uniform() - 0.5)),
  'an infinite day': (z, day) => (day === 4 ? Number.POSITIVE_INFINITY : z),
};

export function drawColumn(draw: Draw, length: number, seed: number): Float64Array {
  const uniform = seedUniform(seed);
  return Float64Array.from({ length }, (_, day) => draw(drawNormal(uniform), day, uniform));
}

/** One column of each kind. */
export function drawKinds(length: number, seed: number): Float64Array[] {
  return Object.values(kinds).map((draw, i) => drawColumn(draw, length, 100 * seed + i));
}
