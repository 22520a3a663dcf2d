import { dot, orthonormalize, residualsOf } from '../series/least-squares.ts';
import type { Points } from './points.ts';

const DAYS_PER_YEAR = 365.2425;
/** Waves of which levels and a line leave less than this of a point each tell no season. */
const LEAST_LEFT = 1e-3;

/**
 * The yearly wave in points, a cosine and a sine fitted by least squares together with a straight line and the levels
 * that begin at `starts`: its value at each point, 0 throughout where the days do not show one.
 */
export function fitSeason({ days, values }: Points, starts: readonly number[]): Float64Array {
  const line = orthonormalize([takeLevels(days, starts)]);
  const waves = [Math.cos, Math.sin].map((wave) => days.map((day) => wave((2 * Math.PI * day) / DAYS_PER_YEAR)));
  const [cosine, sine] = waves as [Float64Array, Float64Array];
  // Free of levels and line the waves are fitted as they would be beside these (Frisch & Waugh 1933).
  const [c, s] = waves.map((wave) => residualsOf(takeLevels(wave, starts), line)) as [Float64Array, Float64Array];
  const [cc, ss, cs] = [dot(c, c), dot(s, s), dot(c, s)];
  const determinant = cc * ss - cs * cs;
  if (!(determinant > (LEAST_LEFT * values.length) ** 2)) return new Float64Array(values.length);
  const [cv, sv] = [dot(c, values), dot(s, values)];
  const [a, b] = [(cv * ss - sv * cs) / determinant, (sv * cc - cv * cs) / determinant];
  return cosine.map((x, i) => a * x + b * sine[i]!);
}

/** Takes the mean of each level away. */
function takeLevels(values: Float64Array, starts: readonly number[]): Float64Array {
  const bounds = [0, ...starts, values.length];
  const rest = values.slice();
  for (let level = 1; level < bounds.length; level++) {
    const part = rest.subarray(bounds[level - 1]!, bounds[level]!);
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
    for (let i = 0; i < part.length; i++) part[i]! -= mean;
  }
  return rest;
}
