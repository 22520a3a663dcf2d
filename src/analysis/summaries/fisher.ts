/**
 * Fisher's exact test of two shares, two-sided: the chance, given all margins, of a table no more likely than this one.
 * `a` of `n` days and `b` of `m` days; whole numbers, not negative.
 */
export function fisherPValue(a: number, n: number, b: number, m: number): number {
  const events = a + b;
  const observed = logTable(a, n, events, m);
  let sum = 0;
  for (let k = Math.max(0, events - m); k <= Math.min(n, events); k++) {
    const table = logTable(k, n, events, m);
    // Equally likely tables differ by rounding.
    if (table <= observed + 1e-7) sum += Math.exp(table);
  }
  return Math.min(1, sum);
}

/** Logarithm of the hypergeometric probability that `a` of all `events` fall on the n days. */
function logTable(a: number, n: number, events: number, m: number): number {
  return logChoose(n, a) + logChoose(m, events - a) - logChoose(n + m, events);
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i);
  return sum;
}
