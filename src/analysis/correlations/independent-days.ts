import { autocorrelations } from '../series/autocorrelation.ts';

/** How many days back measured autocorrelations are believed: they see weekly rhythms, but are noisy. */
const MEASURED_LAGS = 30;

/** A series, NaN = missing, and the φ of the AR(1) process nearest to it. */
export type Persistent = { values: Float64Array; phi: number };

/**
 * How many independent days the ascending `days` are worth on which two series meet that depend on their own past: n² /
 * Σᵢⱼ ρ₁(dᵢ-dⱼ) ρ₂(dᵢ-dⱼ) over the days themselves, without gaps Bartlett's (1935) n / (1 + 2 Σ (1-k/n) ρ₁(k) ρ₂(k)).
 * By measured autocorrelations, and by those of AR(1) processes, which follow slow drifts all the way; the smaller
 * answer counts, at most n.
 */
export function countIndependentDays(days: Int32Array, a: Persistent, b: Persistent): number {
  const n = days.length;
  const [measuredA, measuredB] = [a, b].map(({ values }) => autocorrelations(values, MEASURED_LAGS)) as [
    Float64Array,
    Float64Array,
  ];
  const products = measuredA.map((value, lag) => value * measuredB[lag]!);
  const repeated = Math.max(0, sumMeasured(days, products), sumGeometric(days, a.phi * b.phi));
  return (n * n) / (n + 2 * repeated);
}

/** Σ over i < j of the product for the distance of the two days, as far as it is measured. */
function sumMeasured(days: Int32Array, products: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < days.length; i++) {
    for (let j = i + 1; j < days.length && days[j]! - days[i]! < products.length; j++) {
      sum += products[days[j]! - days[i]!]!;
    }
  }
  return sum;
}

/** Σ over i < j of q^(dⱼ-dᵢ), in one pass: what a day shares with all earlier ones decays by q a day. */
function sumGeometric(days: Int32Array, ratio: number): number {
  let shared = 0;
  let sum = 0;
  for (let i = 1; i < days.length; i++) {
    shared = (shared + 1) * ratio ** (days[i]! - days[i - 1]!);
    sum += shared;
  }
  return sum;
}
