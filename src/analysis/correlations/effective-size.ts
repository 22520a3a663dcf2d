/**
 * How many independent pairs the pairs on `days` (ascending indexes) are worth for a test of correlation between two
 * series that depend on their own past: n² / Σᵢⱼ ρ₁(dᵢ-dⱼ) ρ₂(dᵢ-dⱼ) over the paired days themselves, so gaps count for
 * what they are. Without gaps that is Bartlett's (1935) n / (1 + 2 Σ (1-k/n) ρ₁(k) ρ₂(k)). `a` and `b` hold the
 * autocorrelations ρ from lag 0 on; the sum ends where the shorter one does. Never more than n.
 */
export function effectiveSize(days: Int32Array, a: Float64Array, b: Float64Array): number {
  return weighDistances(countDistances(days, Math.min(a.length, b.length) - 1), a, b);
}

/** The same of days that were counted by their distances, as `countDistances` does it, at least as far as ρ is known. */
export function weighDistances(distances: ArrayLike<number>, a: Float64Array, b: Float64Array): number {
  const n = distances[0]!;
  const known = Math.min(a.length, b.length);
  let sum = 0;
  for (let lag = 1; lag < known; lag++) sum += distances[lag]! * a[lag]! * b[lag]!;
  return (n * n) / Math.max(n, n + 2 * sum);
}

/** How many pairs of an earlier and a later one of `days` (ascending) are k days apart, for k = 0..`furthest`. */
export function countDistances(days: Int32Array, furthest: number): Float64Array {
  const n = days.length;
  const counts = new Float64Array(furthest + 1);
  // Without gaps there is nothing to count.
  const span = 1 + days[n - 1]! - days[0]!;
  if (span === n) return counts.map((_, lag) => Math.max(0, n - lag));
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n && days[j]! - days[i]! <= furthest; j++) counts[days[j]! - days[i]!]!++;
  }
  return counts;
}
