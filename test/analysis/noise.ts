import type { DailySeries } from '../../src/analysis/series/daily-series.ts';

/** Uniform numbers in [0, 1), the same ones for the same seed (mulberry32). */
export function seedUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A standard normal number (Box & Muller). */
export function drawNormal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A stationary AR(1) series with unit variance. */
export function drawAutoregressive(days: number, phi: number, uniform: () => number): Float64Array {
  const values = new Float64Array(days);
  let value = drawNormal(uniform);
  for (let day = 0; day < days; day++) {
    values[day] = value;
    value = phi * value + Math.sqrt(1 - phi * phi) * drawNormal(uniform);
  }
  return values;
}

/** A person whose metrics have nothing to do with each other, `shape` bending normal values into the metric's kind. */
export function drawPerson(
  seed: number,
  metrics: number,
  days: number,
  phi: number,
  shape = (z: number) => z,
): DailySeries[] {
  const uniform = seedUniform(seed);
  return Array.from({ length: metrics }, (_, i) => ({
    id: `metric-${i}`,
    values: drawAutoregressive(days, phi, uniform).map(shape),
  }));
}
