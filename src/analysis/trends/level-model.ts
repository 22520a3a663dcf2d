import { correctPhi } from '../series/autocorrelation.ts';
import { describeShape, gammaTailPValue, type Shape } from '../correlations/tail-shape.ts';
import { studentPValue } from '../distributions/significance.ts';
import { inflationOfMean } from './inflation.ts';
import type { Points } from './points.ts';

/** Fewer values in a row are no level. */
export const SHORTEST_LEVEL = 14;
/** Autocorrelations further back than two weeks, or than an eighth of the values, are mostly noise. */
const MOST_LAGS = 14;
const LEAST_VALUES_PER_LAG = 8;
/** Residuals with a mean square below this, beside a variance of 1, are rounding, whose pattern means nothing. */
const ROUNDING = 1e-20;

/** Points from index `start` to before `end` that keep one level, with their mean day and value. */
type Segment = { start: number; end: number; day: number; level: number };
/** Segments with the slope they share; `spreadOfDays` is Σ (t - mean day of its segment)². */
type Line = { segments: Segment[]; slope: number; spreadOfDays: number };
/** What the fit leaves: its residuals, their variance and φ, and how many independent values they are worth. */
type Noise = { residuals: Float64Array; variance: number; phi: number; effectiveN: number };
/**
 * Levels fitted to points, on a common slope or on none (`slope` 0). `starts` are the indexes of the first points of
 * all but the first level, `pValues` those of the steps there. `loss` is the sum of squared residuals, `longVariance`
 * the variance of one value times what dependence on the past makes of that of a mean.
 */
export type LevelModel = {
  starts: number[];
  slope: number;
  loss: number;
  longVariance: number;
  pValues: number[];
};

/**
 * Levels with these `starts`, by least squares to values with a variance about 1, and a test of every step with
 * Student's t: the difference of two neighbouring levels, less what the slope explains, beside the variance that means
 * have in an AR(1) process with the φ of the residuals. As in the test of a trend the degrees of freedom are halved,
 * because φ is an estimate, and p is never below the gamma tail that rare values call for.
 *
 * The steps were looked for, so p is multiplied by the looks that the search was worth. For one step anywhere that is
 * about b² ln(n/14 - 1) + 2, with b the normal deviate that has this p (the tail of the greatest of such tests: Csörgő &
 * Horváth 1997, 1.3.26); where neighbouring steps cut the view to m of the n values, both ends of the view were chosen
 * too, which counts as (n/m)² views: a round figure, which simulations bear out.
 */
export function fitLevels(points: Points, starts: readonly number[], hasSlope: boolean): LevelModel {
  const line = fitLine(points, starts, hasSlope);
  const noise = describeNoise(points, line, starts.length + (hasSlope ? 2 : 1));
  const pValues = starts.map((_, i) => testStep(line, noise, i));
  const { residuals, variance, phi } = noise;
  const longVariance = variance * inflationOfMean(residuals.length, phi);
  return { starts: [...starts], slope: line.slope, loss: sumSquares(residuals), longVariance, pValues };
}

/** Fits again without the least certain step until all are certain at `level`, corrected for their number. */
export function keepCertainSteps(
  points: Points,
  starts: readonly number[],
  hasSlope: boolean,
  level: number,
): LevelModel {
  const model = fitLevels(points, starts, hasSlope);
  const worst = model.pValues.reduce((most, p, i) => (p > model.pValues[most]! ? i : most), 0);
  if (starts.length === 0 || model.pValues[worst]! * starts.length <= level) return model;
  return keepCertainSteps(points, starts.toSpliced(worst, 1), hasSlope, level);
}

function fitLine({ days, values }: Points, starts: readonly number[], hasSlope: boolean): Line {
  const ends = [...starts, values.length];
  const segments = ends.map((end, i) => {
    const start = i === 0 ? 0 : starts[i - 1]!;
    return { start, end, day: meanOf(days, start, end), level: meanOf(values, start, end) };
  });
  if (!hasSlope) return { segments, slope: 0, spreadOfDays: Number.POSITIVE_INFINITY };
  let [rise, spreadOfDays] = [0, 0];
  for (const { start, end, day, level } of segments) {
    for (let i = start; i < end; i++) {
      rise += (days[i]! - day) * (values[i]! - level);
      spreadOfDays += (days[i]! - day) ** 2;
    }
  }
  return { segments, slope: rise / spreadOfDays, spreadOfDays };
}

function describeNoise({ days, values }: Points, { segments, slope }: Line, fitted: number): Noise {
  const n = values.length;
  const residuals = new Float64Array(n);
  for (const { start, end, day, level } of segments) {
    for (let i = start; i < end; i++) residuals[i] = values[i]! - level - slope * (days[i]! - day);
  }
  const squares = sumSquares(residuals);
  const phi = squares > ROUNDING * n ? dependenceOf(residuals, squares, fitted) : 0;
  // A mean takes its own variance out of the residuals around it.
  const taken = segments.reduce((sum, { start, end }) => sum + inflationOfMean(end - start, phi), 0);
  return { residuals, variance: squares / Math.max(1, n - taken), phi, effectiveN: n / inflationOfMean(n, phi) };
}

function testStep({ segments, slope, spreadOfDays }: Line, noise: Noise, i: number): number {
  const [before, after] = [segments[i]!, segments[i + 1]!];
  const { residuals, variance, phi, effectiveN } = noise;
  const [a, b, n] = [before.end - before.start, after.end - after.start, residuals.length];
  const apart = after.day - before.day;
  const ofSlope = (inflationOfMean(n, phi) * apart ** 2) / spreadOfDays;
  const error = Math.sqrt(variance * (inflationOfMean(a, phi) / a + inflationOfMean(b, phi) / b + ofSlope));
  const df = (effectiveN - segments.length - (slope === 0 ? 0 : 1)) / 2;
  if (df <= 0.5) return 1;
  const t = (after.level - before.level - slope * apart) / error;
  if (Number.isNaN(t)) return 1;
  const around = residuals.subarray(before.start, after.end);
  const floor = gammaTailPValue(
    Math.sign(t) / Math.sqrt(1 + (2 * df) / (t * t)),
    (a + b) / inflationOfMean(a + b, phi),
    describeShape(around),
    shapeOfShare(b / (a + b)),
  );
  return correctForSearch(Math.max(floor, studentPValue(t, df)), n, a + b);
}

/** The moments of yes and no with this share of yes. */
function shapeOfShare(share: number): Shape {
  const variance = share * (1 - share);
  return { skewness: (1 - 2 * share) / Math.sqrt(variance), excessKurtosis: (1 - 6 * variance) / variance };
}

function correctForSearch(p: number, n: number, seen: number): number {
  if (p === 0) return 0;
  // The deviate from the tail p ≈ 2 φ(b)/b of the normal distribution.
  const square = -2 * Math.log(p);
  const deviate = Math.max(1, square - Math.log(Math.max(1, square)) - Math.log(Math.PI / 2));
  const looks = 2 + deviate * Math.log(Math.max(1, n / SHORTEST_LEVEL - 1));
  return Math.min(1, p * looks * (n / seen) ** 2);
}

function meanOf(values: Float64Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += values[i]!;
  return sum / (end - start);
}

function sumSquares(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

/**
 * φ of the AR(1) process whose means vary as much as those of the residuals, going by their autocorrelations r with the
 * bias taken out: the greatest of r₁, of √r₂ (the same, where noise of measurement hides r₁), and of the φ with
 * (1+φ)/(1-φ) = 1 + 2 Σ r over one week or two. `fitted` slow terms were taken out of the residuals.
 */
function dependenceOf(residuals: Float64Array, squares: number, fitted: number): number {
  const n = residuals.length;
  const correlate = (lag: number) => correctPhi(laggedProduct(residuals, lag) / squares, n, fitted);
  let phi = Math.max(0, correlate(1), Math.sqrt(Math.max(0, correlate(2))));
  let sum = 1;
  for (let lag = 1; lag <= Math.min(MOST_LAGS, n / LEAST_VALUES_PER_LAG); lag++) {
    sum += 2 * correlate(lag);
    if (lag % 7 === 0) phi = Math.max(phi, (sum - 1) / (sum + 1));
  }
  return phi;
}

function laggedProduct(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++) sum += values[i]! * values[i - lag]!;
  return sum;
}
