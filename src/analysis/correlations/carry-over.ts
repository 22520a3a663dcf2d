import { countDistances } from './effective-size.ts';

/**
 * What each day of a series brings that the days before it did not let expect, with the length and the gaps of the
 * series, and how even that depends on its past: autocorrelations at lags 0, 1, …
 */
export type News = { values: Float64Array; readonly autocorrelations: Float64Array; present: Present };

/** The days with a value, ascending, and how many pairs of them are k days apart, for k as far as is asked back. */
type Present = { days: Int32Array; readonly distances: Float64Array };

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
 * @param present that of other news of the same residuals, which spares looking for it again
 */
export function removeCarryOver(residuals: Float64Array, phi: number, present: Present = findPresent(residuals)): News {
  const values = freeOfPast(residuals, phi, present.days);
  let known: Float64Array | undefined;
  return {
    values,
    present,
    // Asked of few: they take longer than all the rest.
    get autocorrelations() {
      return (known ??= correlateWithPast(values, present));
    },
  };
}

function findPresent(values: Float64Array): Present {
  const days = Int32Array.from(values.keys()).filter((day) => !Number.isNaN(values[day]!));
  const countLags = ({ lags, valuesPerLag }: typeof BEYOND_MONTH) =>
    Math.min(lags, Math.floor(days.length / valuesPerLag));
  let distances: Float64Array | undefined;
  return {
    days,
    get distances() {
      return (distances ??= countDistances(days, Math.max(countLags(WITHIN_MONTH), countLags(BEYOND_MONTH))));
    },
  };
}

function freeOfPast(residuals: Float64Array, phi: number, days: Int32Array): Float64Array {
  const values = new Float64Array(residuals.length).fill(Number.NaN);
  if (days.length > 0) values[days[0]!] = residuals[days[0]!]!;
  // By gap: a power takes longer than all the rest of a day.
  const kept: number[] = [];
  for (let i = 1; i < days.length; i++) {
    const [last, day] = [days[i - 1]!, days[i]!];
    const share = (kept[day - last] ??= phi ** (day - last));
    values[day] = (residuals[day]! - share * residuals[last]!) / Math.sqrt(1 - share * share);
  }
  return values;
}

/** The same as `autocorrelations` in ../series/autocorrelation.ts, without a look at each day for each lag. */
function correlateWithPast(values: Float64Array, { days, distances }: Present): Float64Array {
  const sums = sumProducts(values, days, distances.length);
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

/** Σ x[t]·x[t-lag] of the deviations from the mean for lags below `lags`, several at a time. */
function sumProducts(values: Float64Array, days: Int32Array, lags: number): Float64Array {
  const margin = lags + LANES;
  const padded = deviate(values, days, margin);
  const sums = new Float64Array(margin);
  for (let lag = 0; lag < lags; lag += LANES) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let day = margin; day < padded.length; day++) {
      const value = padded[day]!;
      a += value * padded[day - lag]!;
      b += value * padded[day - lag - 1]!;
      c += value * padded[day - lag - 2]!;
      d += value * padded[day - lag - 3]!;
    }
    sums.set([a, b, c, d], lag);
  }
  return sums;
}

/** The deviations behind a margin of zeros. A missing day is 0, too: what is multiplied with it adds nothing. */
function deviate(values: Float64Array, days: Int32Array, margin: number): Float64Array {
  let sum = 0;
  for (let i = 0; i < days.length; i++) sum += values[days[i]!]!;
  const mean = sum / days.length;
  const deviations = new Float64Array(margin + values.length);
  for (let i = 0; i < days.length; i++) deviations[margin + days[i]!] = values[days[i]!]! - mean;
  return deviations;
}
