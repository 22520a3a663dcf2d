import { drawAutoregressive, drawNormal } from '../noise.ts';

type Uniform = () => number;

const WEEK = [-1, -0.6, -0.3, 0, 0.2, 1.2, 0.5];
const WEEK_DEVIATION = Math.sqrt(WEEK.reduce((sum, x) => sum + x * x, 0) / 7);

/** A rhythm of seven days with standard deviation `size`, by index. */
export const weekly = (size: number, index: number): number => (size * WEEK[index % 7]!) / WEEK_DEVIATION;

/** A random walk of standard normal steps. */
export function drawWalk(days: number, uniform: Uniform): Float64Array {
  let value = 0;
  return Float64Array.from({ length: days }, () => (value += drawNormal(uniform)));
}

/** White noise around a random walk with steps of standard deviation `step`: what SIMPLE smoothing is best for. */
export function drawDrift(days: number, step: number, uniform: Uniform): Float64Array {
  return drawWalk(days, uniform).map((value) => step * value + drawNormal(uniform));
}

/** Student's t with three degrees of freedom: infinite kurtosis. */
export function drawHeavyTails(days: number, uniform: Uniform): Float64Array {
  return Float64Array.from({ length: days }, () => {
    const square = [1, 2, 3].reduce((sum) => sum + drawNormal(uniform) ** 2, 0);
    return drawNormal(uniform) / Math.sqrt(square / 3);
  });
}

/** The values without a share of the days; the last day stays. */
export function loseDays(values: Float64Array, share: number, uniform: Uniform): Float64Array {
  return values.map((value, day) => (uniform() < share && day < values.length - 1 ? Number.NaN : value));
}

/** The values without blocks of 5 to 19 days, one every 65 days or so; the last two weeks stay. */
export function loseBlocks(values: Float64Array, uniform: Uniform): Float64Array {
  const kept = values.slice();
  for (let day = 0; day < kept.length - 14; day++) {
    if (uniform() >= 1 / 60) continue;
    const end = Math.min(kept.length - 14, day + 5 + Math.floor(15 * uniform()));
    kept.fill(Number.NaN, day, end);
    day = end;
  }
  return kept;
}

/** Ratings from 1 to 5 around 3.4. */
export const toRatings = (values: Float64Array): Float64Array =>
  values.map((value) => Math.max(1, Math.min(5, Math.round(3.4 + value))));

/** A weekly rhythm of standard deviation `size` on AR(1) noise of unit variance. */
export function drawWeekly(days: number, size: number, phi: number, uniform: Uniform): Float64Array {
  return drawAutoregressive(days, phi, uniform).map((value, day) => value + weekly(size, day));
}
