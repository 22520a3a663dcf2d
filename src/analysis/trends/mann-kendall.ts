import { inTime, sortInverting } from './inversions.ts';

/** Kendall's score S of values in time order, its variance under independence, and τ_b. */
export type KendallScore = { score: number; variance: number; tau: number };

/**
 * Mann–Kendall's S = Σ sign(yⱼ - yᵢ) over i < j for values without NaN in time order, with its variance under
 * independence corrected for ties, (n(n-1)(2n+5) - Σ t(t-1)(2t+5))/18 (Kendall 1975), and τ_b = S / √(n₀(n₀ - Σ
 * t(t-1)/2)) with n₀ = n(n-1)/2.
 */
export function scoreKendall(values: Float64Array): KendallScore {
  const n = values.length;
  const pairs = (n * (n - 1)) / 2;
  const order = inTime(values.length);
  const notRising = sortInverting(values, order);
  let tiedPairs = 0;
  let tiedVariance = 0;
  for (const size of tieSizes(values, order)) {
    tiedPairs += (size * (size - 1)) / 2;
    tiedVariance += size * (size - 1) * (2 * size + 5);
  }
  const score = pairs - notRising - (notRising - tiedPairs);
  const variance = (n * (n - 1) * (2 * n + 5) - tiedVariance) / 18;
  return { score, variance, tau: score / Math.sqrt(pairs * (pairs - tiedPairs)) };
}

/** How many values are equal, for each value there is; `order` is an ascending walk. */
function tieSizes(values: Float64Array, order: Int32Array): number[] {
  const sizes: number[] = [];
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    sizes.push(end - start);
  }
  return sizes;
}
