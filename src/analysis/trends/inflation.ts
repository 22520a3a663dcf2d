/**
 * How many times larger the variance of a mean of n values is because they follow an AR(1) process with φ ≥ 0:
 * n/n* = 1 + 2 Σ (1-k/n) φᵏ over 0 < k < n, summed; 1 for φ = 0. φ < 1.
 */
export const inflationOfMean = (n: number, phi: number): number =>
  (1 + phi) / (1 - phi) - (2 * phi * (1 - phi ** n)) / (n * (1 - phi) ** 2);
