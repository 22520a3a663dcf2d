import { median } from './rank-selection.ts';

/** Values on either side of a value that say what is usual there. */
const REACH = 7;
/** Distances from the usual, in robust standard deviations, beyond which a value is an outlier. */
const FARTHEST = 8;
/** The median absolute deviation of normal values is this share of their standard deviation. */
const MAD_SHARE = 0.6745;

/**
 * The values with outliers pulled in to eight robust standard deviations from the median of the 15 values around them
 * (Hampel's filter): a running median goes along with a change of level, so a change is not taken for outliers. Where
 * more than half the values are what is usual around them, the scale is the median of the distances of the others.
 * Without NaN, in order; at least one. Eight and not three: nearer bounds that move with the median would carry skewed
 * values along with it, and give them a dependence on their past that they do not have.
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

/** The median of each value and 7 on either side; at the ends, of the first or last 15. */
function runningMedian(values: Float64Array): Float64Array {
  const n = values.length;
  const width = Math.min(n, 2 * REACH + 1);
  const window = values.slice(0, width).sort();
  const medians = new Float64Array(n).fill(window[width >> 1]!);
  for (let end = width; end < n; end++) {
    replaceSorted(window, values[end - width]!, values[end]!);
    medians[end - REACH] = window[width >> 1]!;
  }
  return medians.fill(medians[n - 1 - (width >> 1)]!, n - (width >> 1));
}

/** Puts a value in the place of another one and moves it to where it belongs. */
function replaceSorted(sorted: Float64Array, removed: number, added: number): void {
  let at = sorted.indexOf(removed);
  for (; at > 0 && sorted[at - 1]! > added; at--) sorted[at] = sorted[at - 1]!;
  for (; at < sorted.length - 1 && sorted[at + 1]! < added; at++) sorted[at] = sorted[at + 1]!;
  sorted[at] = added;
}
