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
  let tiedPairs = 0;
  let tiedVariance = 0;
  for (const size of tieSizes(values)) {
    tiedPairs += (size * (size - 1)) / 2;
    tiedVariance += size * (size - 1) * (2 * size + 5);
  }
  const score = sumSigns(values);
  const variance = (n * (n - 1) * (2 * n + 5) - tiedVariance) / 18;
  return { score, variance, tau: score / Math.sqrt(pairs * (pairs - tiedPairs)) };
}

function sumSigns(values: Float64Array): number {
  let sum = 0;
  for (let j = 1; j < values.length; j++) {
    const later = values[j]!;
    for (let i = 0; i < j; i++) sum += Number(later > values[i]!) - Number(later < values[i]!);
  }
  return sum;
}

function tieSizes(values: Float64Array): Iterable<number> {
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  return sizes.values();
}
