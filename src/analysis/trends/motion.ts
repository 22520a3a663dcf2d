import { medianSlope } from './median-slope.ts';
import { collectPoints } from './points.ts';

/**
 * How a series moves now: `velocity` is the Theil–Sen slope of its last 28 days, in its units per day, `acceleration`
 * how much that differs from the 28 days before, per day²; null when those have too few values.
 */
export type Motion = { velocity: number; acceleration: number | null };

const WINDOW_DAYS = 28;
/** Slopes of fewer values are noise. */
const MIN_VALUES = 10;

/** The motion of a series up to its last value; null when its last 28 days have fewer than 10 values. */
export function describeMotion(values: Float64Array): Motion | null {
  const end = values.findLastIndex((value) => !Number.isNaN(value)) + 1;
  const velocity = slopeOf(values.subarray(Math.max(0, end - WINDOW_DAYS), end));
  if (velocity === null) return null;
  const before = slopeOf(values.subarray(Math.max(0, end - 2 * WINDOW_DAYS), Math.max(0, end - WINDOW_DAYS)));
  return { velocity, acceleration: before === null ? null : (velocity - before) / WINDOW_DAYS };
}

function slopeOf(values: Float64Array): number | null {
  const points = collectPoints(values);
  return points.values.length < MIN_VALUES ? null : medianSlope(points);
}
