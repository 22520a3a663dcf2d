import { toFinite } from '../series/daily-series.ts';
import { correctPhi } from '../series/autocorrelation.ts';
import { studentPValue } from '../distributions/significance.ts';
import { inflationOfMean } from './inflation.ts';
import { medianSlope } from './median-slope.ts';
import { collectPoints, type Points, spareRange } from './points.ts';
import { median } from './rank-selection.ts';
import { testTrend } from './trend.ts';

/**
 * Where a metric is going: `velocity` is the slope of the four weeks up to its newest value, in its units per day, with
 * the p-value of that window's trend; `acceleration` how much that differs from the slope of the four weeks before, in
 * units per day and day, with the p-value of the difference. Null where the weeks before have too few values.
 */
export type Motion = {
  velocity: number;
  velocityPValue: number;
  acceleration: number | null;
  accelerationPValue: number | null;
};

/** Points with their Theil–Sen line: what it leaves, and Σ (t - mean day)². */
type Leg = { slope: number; residuals: Float64Array; spreadOfDays: number };

/** Days of a window. */
export const MOTION_DAYS = 28;
/** Fewer values, half the days of a window, do not say where it goes. */
export const MIN_MOTION_VALUES = 14;
/** Theil–Sen's slope of normal values varies π/3 times as much as that of least squares (Sen 1968). */
const VARIANCE_OF_MEDIAN = Math.PI / 3;
/** Two lines. */
const FITTED = 4;
/** Slopes that differ by this share of themselves differ by rounding. */
const ROUNDING = 1e-12;

/**
 * Velocity and acceleration by Theil–Sen's slopes, which a wild day does not move; null for fewer than 14 values in the
 * last four weeks.
 *
 * The acceleration's p-value is Student's t for the difference of the two slopes, their variances those of an AR(1)
 * process with φ (its bias taken out) and σ from the residuals of both windows; the degrees of freedom are halved, as in
 * the test of a trend.
 */
export function describeMotion(series: Float64Array): Motion | null {
  const { days, values } = collectPoints(series);
  const last = days.at(-1) ?? 0;
  const { unit, values: spared } = spareRange(values);
  const points = { days, values: spared };
  const now = fitLeg(pickDays(points, last - MOTION_DAYS, last));
  if (!now) return null;
  const before = fitLeg(pickDays(points, last - 2 * MOTION_DAYS, last - MOTION_DAYS));
  const recent = series.subarray(Math.max(0, last - MOTION_DAYS + 1), last + 1);
  return {
    velocity: toFinite(now.slope * unit),
    velocityPValue: testTrend(recent)?.pValue ?? 1,
    acceleration: before && toFinite(((now.slope - before.slope) / MOTION_DAYS) * unit),
    accelerationPValue: before && compareSlopes(before, now),
  };
}

/** The points after the day `after`, up to the day `last`. */
function pickDays({ days, values }: Points, after: number, last: number): Points {
  const start = days.findIndex((day) => day > after);
  const end = days.findLastIndex((day) => day <= last) + 1;
  return { days: days.slice(Math.max(0, start), end), values: values.slice(Math.max(0, start), end) };
}

function fitLeg(points: Points): Leg | null {
  const { days, values } = points;
  if (values.length < MIN_MOTION_VALUES) return null;
  const slope = medianSlope(points);
  const level = median(values.map((value, i) => value - slope * days[i]!));
  const meanDay = sumOf(days) / days.length;
  return {
    slope,
    residuals: values.map((value, i) => value - slope * days[i]! - level),
    spreadOfDays: sumOf(days.map((day) => (day - meanDay) ** 2)),
  };
}

function compareSlopes(a: Leg, b: Leg): number {
  const n = a.residuals.length + b.residuals.length;
  const difference = b.slope - a.slope;
  if (Math.abs(difference) <= ROUNDING * (Math.abs(a.slope) + Math.abs(b.slope))) return 1;
  // In units of the largest residual, whose squares can be taken whatever it is.
  const scale = [...a.residuals, ...b.residuals].reduce((most, residual) => Math.max(most, Math.abs(residual)), 0);
  if (scale === 0) return 0;
  const squares = productsApart(a, 0, scale) + productsApart(b, 0, scale);
  const ratio = (productsApart(a, 1, scale) + productsApart(b, 1, scale)) / squares;
  const inflation = inflationOfMean(n, Math.max(0, correctPhi(ratio, n, FITTED)));
  const df = (n / inflation - FITTED) / 2;
  if (df <= 0.5) return 1;
  // A line takes the variance of its level and of its slope out of what it leaves.
  const variance = squares / (n - FITTED * inflation);
  const error = Math.sqrt(VARIANCE_OF_MEDIAN * variance * inflation * (1 / a.spreadOfDays + 1 / b.spreadOfDays));
  return studentPValue(difference / scale / error, df);
}

/** Σ of residuals times those `distance` values later, in units of `scale`. */
function productsApart({ residuals }: Leg, distance: number, scale: number): number {
  let sum = 0;
  for (let i = distance; i < residuals.length; i++) sum += (residuals[i]! / scale) * (residuals[i - distance]! / scale);
  return sum;
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
