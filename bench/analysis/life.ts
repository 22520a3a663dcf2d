import type { SparseSeries } from '../../src/analysis/series/alignment.ts';
import { drawAutoregressive, drawNormal, seedUniform } from '../../test/analysis/noise.ts';

/** A life to be analysed: `metrics` series over `days` days, a share of which is missing at random. */
export type LifeOptions = { metrics: number; days: number; missing: number; seed: number; firstDay: number };

/** What a person tracks: ratings, sums, durations and habits in turn, a few of them driven by another one's day before. */
export function drawLife(options: LifeOptions): SparseSeries[] {
  const uniform = seedUniform(options.seed);
  const hidden: Float64Array[] = [];
  for (let i = 0; i < options.metrics; i++) hidden.push(drawHidden(i, hidden, options.days, uniform));
  return shapeLife(hidden, options, uniform);
}

function shapeLife(hidden: Float64Array[], { missing, firstDay }: LifeOptions, uniform: () => number): SparseSeries[] {
  return hidden.map((values, i) => {
    const shape = shapes[i % shapes.length]!;
    const kept = Int32Array.from(values.keys()).filter(() => uniform() >= missing);
    return {
      id: `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`,
      days: kept.map((day) => firstDay + day),
      values: Float64Array.from(kept, (day) => shape(values[day]!, day)),
    };
  });
}

/**
 * The same with a mood behind every second metric, which makes hundreds of relations, half of them close to chance: what one
 * entry moves a little in all others shows here.
 */
export function drawWovenLife(options: LifeOptions): SparseSeries[] {
  const uniform = seedUniform(options.seed);
  const mood = drawAutoregressive(options.days, 0.3, uniform);
  const hidden = Array.from({ length: options.metrics }, (_, i) => {
    const share = i % 2 === 0 ? 0.2 : 0.05;
    const own = drawAutoregressive(options.days, 0.1 * (i % 8), uniform);
    return own.map((value, day) => Math.sqrt(1 - share) * value + Math.sqrt(share) * mood[day]!);
  });
  return shapeLife(hidden, options, uniform);
}

/** Every fifth follows the one before it by a day. */
function drawHidden(i: number, others: Float64Array[], days: number, uniform: () => number): Float64Array {
  if (i % 5 !== 4) return drawAutoregressive(days, 0.1 * (i % 8), uniform);
  const driver = others[i - 1]!;
  return driver.map((_, day) => (day > 0 ? 0.5 * driver[day - 1]! : 0) + Math.sqrt(0.75) * drawNormal(uniform));
}

const shapes: ((z: number, day: number) => number)[] = [
  (z) => Math.max(1, Math.min(5, Math.round(3 + z))),
  (z, day) => 7_000 + 2_000 * z + (day % 7 > 4 ? 1_500 : 0),
  (z) => Math.round(27_000 + 3_600 * z),
  (z) => Number(z > 0.4),
  (z) => Math.round(100 * Math.exp(0.6 * z)) / 100,
  (z, day) => 75 - 0.002 * day + 0.5 * z,
];
