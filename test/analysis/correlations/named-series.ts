import type { DailySeries } from '../../../src/analysis/series/daily-series.ts';
import { findTautologies } from '../../../src/analysis/correlations/tautologies.ts';
import { drawAutoregressive, drawNormal, seedUniform } from '../noise.ts';

/** A series that has a name to be recognised by. */
export const name = (id: string, values: Float64Array): DailySeries => ({ id, values });

/** What is found, each as its kind and its two metrics, in order of letters. */
export const found = (series: DailySeries[]) =>
  findTautologies(series)
    .map(({ kind, a, b }) => `${kind} ${a}–${b}`)
    .sort();

/** Unrelated series, and what else to draw of the same numbers. */
export function drawSome(seed: number, count: number, length = 120) {
  const uniform = seedUniform(seed);
  const series = Array.from({ length: count }, () => drawAutoregressive(length, 0.4, uniform));
  return { uniform, series, noise: () => drawNormal(uniform) };
}
