import { correlateProducts } from '../series/autocorrelation.ts';
import { presentDays } from '../series/daily-series.ts';
import { countDistances } from './effective-size.ts';

/**
 * What each day of a series brings that the days before it did not let expect, with the length and the gaps of the
 * series, and how even that depends on its past: autocorrelations at lags 0, 1, …
 */
export type News = {
  values: Float64Array;
  readonly autocorrelations: Float64Array;
  present: Present;
  /** Spares adding up what autocorrelations are made of: Σ x[t]·x[t-k] about the mean, in any unit, for k = 0..60. */
  takeProducts: (products: Float64Array) => void;
};

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
const LANES = 8;

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
      return (known ??= correlateProducts(
        sumProducts(values, present.days, present.distances.length),
        present.distances,
      ));
    },
    takeProducts: (products) => {
      known ??= correlateProducts(products, present.distances);
    },
  };
}

function findPresent(values: Float64Array): Present {
  const days = presentDays(values);
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
  // By gap: a power and a root take longer than all the rest of a day.
  const kept: number[] = [];
  const spread: number[] = [];
  for (let i = 1; i < days.length; i++) {
    const last = days[i - 1]!;
    const day = days[i]!;
    const gap = day - last;
    const share = (kept[gap] ??= phi ** gap);
    values[day] = (residuals[day]! - share * residuals[last]!) / (spread[gap] ??= Math.sqrt(1 - share * share));
  }
  return values;
}

/** Σ x[t]·x[t-lag] of the deviations from the mean for lags below `lags`, several at a time. */
function sumProducts(values: Float64Array, days: Int32Array, lags: number): Float64Array {
  const margin = lags + LANES;
  const padded = deviate(values, days, margin);
  const sums = new Float64Array(margin);
  for (let lag = 0; lag < lags; lag += LANES) {
    let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let day = margin; day < padded.length; day++) {
      const value = padded[day]!;
      const past = day - lag;
      a += value * padded[past]!;
      b += value * padded[past - 1]!;
      c += value * padded[past - 2]!;
      d += value * padded[past - 3]!;
      e += value * padded[past - 4]!;
      f += value * padded[past - 5]!;
      g += value * padded[past - 6]!;
      h += value * padded[past - 7]!;
    }
    sums.set([a, b, c, d, e, f, g, h], lag);
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
