import { countDistances } from './effective-size.ts';

/**
 * What each day of a series brings that the days before it did not let expect, with the length and the gaps of the
 * series, and how even that depends on its past: autocorrelations at lags 0, 1, … Of its values, `distances` are k days
 * apart, for the same k.
 */
export type News = {
  values: Float64Array;
  readonly autocorrelations: Float64Array;
  readonly distances: Float64Array;
};

/**
 * How many days back the news are asked whether they depend on their past, and how many values each of those days needs:
 * autocorrelations of few values are mostly noise. Most of what AR(1) leaves shows within a month.
 */
const WITHIN_MONTH = { lags: 30, valuesPerLag: 5 };
/**
 * Beyond a month there is only what is faint and lasts, as a state of mind beneath the noise of the days; in a long
 * history it fools a test that does not look there: see testAdjusted.
 */
const BEYOND_MONTH = { lags: 60, valuesPerLag: 8 };
/** Lags summed in one pass. */
const LANES = 4;

/**
 * The innovations of an AR(1) process, (eₜ - φᵍ eₜ₋g) / √(1 - φ²ᵍ), g days being the distance to the last value before:
 * of one variance whatever the gaps. `residuals` have mean 0; NaN = missing.
 * @param same other news of the same residuals, which spare counting their distances again
 */
export function removeCarryOver(residuals: Float64Array, phi: number, same?: News): News {
  const values = freeOfPast(residuals, phi);
  let distances = same?.distances;
  let known: Float64Array | undefined;
  // Both are asked of few, and take longer than all the rest.
  return {
    values,
    get distances() {
      return (distances ??= measureDistances(values));
    },
    get autocorrelations() {
      return (known ??= correlateWithPast(values, this.distances));
    },
  };
}

function freeOfPast(residuals: Float64Array, phi: number): Float64Array {
  const values = new Float64Array(residuals.length).fill(Number.NaN);
  // By gap: a power takes longer than all the rest of a day.
  const [kept, spread]: [number[], number[]] = [[], []];
  let last = -1;
  for (let day = 0; day < residuals.length; day++) {
    if (Number.isNaN(residuals[day]!)) continue;
    const gap = last < 0 ? 0 : day - last;
    kept[gap] ??= gap === 0 ? 0 : phi ** gap;
    spread[gap] ??= Math.sqrt(1 - kept[gap]! * kept[gap]!);
    const expected = gap === 0 ? 0 : kept[gap]! * residuals[last]!;
    values[day] = (residuals[day]! - expected) / spread[gap]!;
    last = day;
  }
  return values;
}

function measureDistances(values: Float64Array): Float64Array {
  const days = Int32Array.from(values.keys()).filter((day) => !Number.isNaN(values[day]!));
  const countLags = ({ lags, valuesPerLag }: typeof BEYOND_MONTH) =>
    Math.min(lags, Math.floor(days.length / valuesPerLag));
  return countDistances(days, Math.max(countLags(WITHIN_MONTH), countLags(BEYOND_MONTH)));
}

/** The same as `autocorrelations` in ../series/autocorrelation.ts, without a look at each day for each lag. */
function correlateWithPast(values: Float64Array, distances: Float64Array): Float64Array {
  const sums = sumProducts(values, distances);
  const variance = sums[0]! / distances[0]!;
  const result = new Float64Array(distances.length);
  result[0] = 1;
  if (!(variance > 0)) return result;
  for (let lag = 1; lag < result.length; lag++) {
    const mean = distances[lag]! > 0 ? sums[lag]! / distances[lag]! : 0;
    // Few pairs far apart can average to more than the variance; a correlation can't.
    result[lag] = Math.max(-1, Math.min(1, mean / variance));
  }
  return result;
}

/** Σ x[t]·x[t-lag] of the deviations from the mean, several lags at a time. */
function sumProducts(values: Float64Array, distances: Float64Array): Float64Array {
  const margin = distances.length + LANES;
  const padded = deviate(values, distances[0]!, margin);
  const sums = new Float64Array(margin);
  for (let lag = 0; lag < distances.length; lag += LANES) {
    let [a, b, c, d] = [0, 0, 0, 0];
    let [one, two, three] = [0, 0, 0];
    for (let day = margin; day < padded.length; day++) {
      const value = padded[day]!;
      // What was a lag of n days yesterday is one of n + 1 days today.
      const zero = padded[day - lag]!;
      a += value * zero;
      b += value * one;
      c += value * two;
      d += value * three;
      three = two;
      two = one;
      one = zero;
    }
    sums.set([a, b, c, d], lag);
  }
  return sums;
}

/**
 * The deviations behind a margin of zeros. A missing day is 0, too: what is multiplied with it adds nothing.
 */
function deviate(values: Float64Array, count: number, margin: number): Float64Array {
  let sum = 0;
  for (let day = 0; day < values.length; day++) if (!Number.isNaN(values[day]!)) sum += values[day]!;
  const mean = sum / count;
  const deviations = new Float64Array(margin + values.length);
  for (let day = 0; day < values.length; day++) {
    if (!Number.isNaN(values[day]!)) deviations[margin + day] = values[day]! - mean;
  }
  return deviations;
}
