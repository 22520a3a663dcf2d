import { averageRanks } from '../series/ranks.ts';

/**
 * The values in the normal distribution's units by rank alone: Φ⁻¹((rank - 3/8)/(n + 1/4)) (Blom 1958), ties sharing
 * their average rank. No value, however wild, is further out than its rank allows. Same length; NaN = missing, and
 * stays so.
 */
export function normalScores(values: Float64Array): Float64Array {
  const ranks = averageRanks(values);
  let n = 0;
  for (const rank of ranks) if (!Number.isNaN(rank)) n++;
  return ranks.map((rank) => (Number.isNaN(rank) ? rank : normalQuantile((rank - 0.375) / (n + 0.25))));
}

/**
 * The standard normal quantile of a probability in (0, 1), to seven digits: algorithm AS 241, PPND7 (Wichura 1988).
 */
export function normalQuantile(probability: number): number {
  const q = probability - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    const above = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
    return (q * above) / (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1);
  }
  const root = Math.sqrt(-Math.log(Math.min(probability, 1 - probability)));
  return Math.sign(q) * (root <= 5 ? nearTail(root - 1.6) : farTail(root - 5));
}

function nearTail(r: number): number {
  const above = ((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777;
  return above / ((0.12021132975 * r + 0.7370016425) * r + 1);
}

function farTail(r: number): number {
  const above = ((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115;
  return above / ((0.012258202635 * r + 0.24197894225) * r + 1);
}
