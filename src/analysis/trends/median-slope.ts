/** Slopes kept at a time: 512 kB. 363 days have more, 5000 days have 12 million, which nobody wants in memory. */
const BUFFER_SIZE = 65_536;

/** Points of a series, by ascending day. */
export type Points = { days: Float64Array; values: Float64Array };
/** The slopes strictly between `low` and `high`; `below` slopes are ≤ low. */
type Bracket = { low: number; high: number; below: number; inside: number };

/**
 * The median of the slopes (yⱼ - yᵢ)/(tⱼ - tᵢ) of all pairs of points, per day: the Theil–Sen estimator (Sen 1968).
 * O(n²) time, constant memory. Needs two points or more, on different days.
 */
export function medianSlope(points: Points): number {
  const n = points.days.length;
  const count = (n * (n - 1)) / 2;
  const lower = selectSlope(points, Math.floor((count - 1) / 2), count);
  return count % 2 === 1 ? lower : (lower + nextSlope(points, lower, count / 2)) / 2;
}

/**
 * The slope of rank k, when `previous` is that of rank k - 1: the same again if enough are, else the least above it.
 */
function nextSlope({ days, values }: Points, previous: number, k: number): number {
  let upTo = 0;
  let above = Number.POSITIVE_INFINITY;
  for (let j = 1; j < days.length; j++) {
    for (let i = 0; i < j; i++) {
      const slope = (values[j]! - values[i]!) / (days[j]! - days[i]!);
      if (slope <= previous) upTo++;
      else if (slope < above) above = slope;
    }
  }
  return upTo > k ? previous : above;
}

/**
 * The slope of rank k (from 0), exactly. Slopes are made again in each round instead of being kept: an even sample
 * of those still in question gives a pivot close to the wanted one, which leaves few; when they fit, they are sorted.
 */
function selectSlope(points: Points, k: number, count: number): number {
  let bracket: Bracket = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, below: 0, inside: count };
  for (;;) {
    const stride = Math.ceil(bracket.inside / BUFFER_SIZE);
    const pivot = sampleSlopes(points, bracket, stride)[Math.floor((k - bracket.below) / stride)]!;
    if (stride === 1) return pivot;
    const { less, equal } = countSlopes(points, bracket, pivot);
    const upTo = bracket.below + less;
    if (k >= upTo && k < upTo + equal) return pivot;
    if (k < upTo) bracket = { ...bracket, high: pivot, inside: less };
    else bracket = { ...bracket, low: pivot, below: upTo + equal, inside: bracket.inside - less - equal };
  }
}

/** Every `stride`-th slope inside the bracket, ascending. */
function sampleSlopes({ days, values }: Points, { low, high, inside }: Bracket, stride: number): Float64Array {
  const sample = new Float64Array(Math.ceil(inside / stride));
  let seen = 0;
  for (let j = 1; j < days.length; j++) {
    for (let i = 0; i < j; i++) {
      const slope = (values[j]! - values[i]!) / (days[j]! - days[i]!);
      if (slope > low && slope < high && seen++ % stride === 0) sample[(seen - 1) / stride] = slope;
    }
  }
  return sample.sort();
}

/** How many slopes inside the bracket are less than the pivot, and how many equal to it. */
function countSlopes({ days, values }: Points, { low, high }: Bracket, pivot: number): { less: number; equal: number } {
  let less = 0;
  let equal = 0;
  for (let j = 1; j < days.length; j++) {
    for (let i = 0; i < j; i++) {
      const slope = (values[j]! - values[i]!) / (days[j]! - days[i]!);
      if (slope <= low || slope >= high) continue;
      if (slope < pivot) less++;
      else if (slope === pivot) equal++;
    }
  }
  return { less, equal };
}
