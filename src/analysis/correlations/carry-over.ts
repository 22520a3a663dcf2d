import { autocorrelations } from '../series/autocorrelation.ts';

/**
 * What each day of a series brings that the days before it did not let expect, with the length and the gaps of the
 * series, and how even that depends on its past (autocorrelations at lags 0, 1, …).
 */
export type News = { values: Float64Array; readonly autocorrelations: Float64Array };

/** How many days back the news are asked whether they depend on their past. */
const MOST_LAGS = 30;
/** Values needed for each of those days: autocorrelations of few values are mostly noise. */
const VALUES_PER_LAG = 5;

/**
 * The innovations of an AR(1) process, (eₜ - φᵍ eₜ₋g) / √(1 - φ²ᵍ), g days being the distance to the last value before:
 * of one variance whatever the gaps. `residuals` have mean 0; NaN = missing.
 */
export function removeCarryOver(residuals: Float64Array, phi: number): News {
  const values = new Float64Array(residuals.length).fill(Number.NaN);
  let last = -1;
  let count = 0;
  for (let day = 0; day < residuals.length; day++) {
    if (Number.isNaN(residuals[day]!)) continue;
    const kept = last < 0 ? 0 : phi ** (day - last);
    const expected = last < 0 ? 0 : kept * residuals[last]!;
    values[day] = (residuals[day]! - expected) / Math.sqrt(1 - kept * kept);
    last = day;
    count++;
  }
  const lags = Math.min(MOST_LAGS, Math.floor(count / VALUES_PER_LAG));
  let known: Float64Array | undefined;
  return {
    values,
    // Asked of few: they take longer than all the rest.
    get autocorrelations() {
      return (known ??= autocorrelations(values, lags));
    },
  };
}
