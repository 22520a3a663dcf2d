import { median, selectRank } from './rank-selection.ts';

/** Values on either side of a value that say what is usual there. */
const REACH = 7;
/** Distances from the usual, in robust standard deviations, beyond which a value is an outlier. */
const FARTHEST = 8;
/** The median absolute deviation of normal values is this share of their standard deviation. */
const MAD_SHARE = 0.6745;

/**
 * The values with outliers pulled in to four robust standard deviations from the median of the 15 values around them
 * (Hampel's filter): a running median goes along with a change of level, so a change is not taken for outliers. Where
 * more than half the values are what is usual around them, the scale is the median of the distances of the others.
 * Without NaN, in order; at least one.
 */
export function clipOutliers(values: Float64Array): Float64Array {
  const usual = runningMedian(values);
  const distances = values.map((value, i) => Math.abs(value - usual[i]!));
  const farthest = (FARTHEST * scaleOf(distances)) / MAD_SHARE;
  return values.map((value, i) => Math.max(usual[i]! - farthest, Math.min(usual[i]! + farthest, value)));
}

function scaleOf(distances: Float64Array): number {
  const typical = median(distances);
  if (typical > 0) return typical;
  const others = distances.filter((distance) => distance > 0);
  return others.length > 0 ? median(others) : 0;
}

/** The median of each value and up to 7 on either side; of the 15 first or last values at the ends. */
function runningMedian(values: Float64Array): Float64Array {
  const n = values.length;
  const width = Math.min(n, 2 * REACH + 1);
  return values.map((_, i) => {
    const start = Math.max(0, Math.min(n - width, i - REACH));
    return selectRank(values.slice(start, start + width), width >> 1);
  });
}
