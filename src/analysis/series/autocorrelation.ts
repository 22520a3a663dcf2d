const LARGEST_PHI = 0.99;

/**
 * Autocorrelations at lags 0..`lags` in days. Each lag averages over the days that have a value on both ends, so gaps
 * neither shift the calendar nor pull towards 0; a lag no two values are apart is 0. NaN = missing.
 */
export function autocorrelations(values: Float64Array, lags: number): Float64Array {
  const centred = centre(values);
  const sums = new Float64Array(lags + 1);
  const counts = new Float64Array(lags + 1);
  for (let lag = 0; lag <= lags; lag++) [sums[lag], counts[lag]] = multiply(centred, lag);
  return correlateProducts(sums, counts);
}

/**
 * The same, given for each lag how many pairs of values are so far apart, and the sum of the products of their
 * deviations from the mean, in any unit.
 */
export function correlateProducts(sums: Float64Array, counts: Float64Array): Float64Array {
  const variance = sums[0]! / counts[0]!;
  const result = new Float64Array(counts.length);
  result[0] = 1;
  if (!(variance > 0)) return result;
  for (let lag = 1; lag < result.length; lag++) {
    const mean = counts[lag]! > 0 ? sums[lag]! / counts[lag]! : 0;
    // Few pairs far apart can average to more than the variance; a correlation can't.
    result[lag] = Math.max(-1, Math.min(1, mean / variance));
  }
  return result;
}

/**
 * φ of an AR(1) process from r₁, relieved of its bias, E r₁ ≈ φ - (c + (2 + c)φ)/n, c being how many slow terms were
 * fitted: 1 where a mean was removed (Kendall 1954), 2 where a straight line was too, one more for each slow wave (the
 * same expansion). Within ±0.99.
 */
export function correctPhi(r1: number, n: number, removed: number): number {
  if (n <= removed + 2) return 0;
  const phi = (n * r1 + removed) / (n - removed - 2);
  return Math.max(-LARGEST_PHI, Math.min(LARGEST_PHI, phi));
}

/** Values about their mean, 0 where there is none, and 1 or 0 for whether there is one. */
type Centred = { deviations: Float64Array; presence: Uint8Array };

function centre(values: Float64Array): Centred {
  const presence = new Uint8Array(values.length);
  let sum = 0;
  let count = 0;
  for (let day = 0; day < values.length; day++) {
    if (Number.isNaN(values[day]!)) continue;
    presence[day] = 1;
    sum += values[day]!;
    count++;
  }
  const mean = sum / count;
  return { deviations: values.map((value) => (Number.isNaN(value) ? 0 : value - mean)), presence };
}

/**
 * Σ x[t]·x[t-lag] over the days on which both are there, and how many those are. Without a branch, which would be guessed
 * wrong at every other gap.
 */
function multiply({ deviations, presence }: Centred, lag: number): [sum: number, count: number] {
  let sum = 0;
  let count = 0;
  for (let day = lag; day < deviations.length; day++) {
    sum += deviations[day]! * deviations[day - lag]!;
    count += presence[day]! * presence[day - lag]!;
  }
  return [sum, count];
}
