import { benjaminiHochberg } from '../distributions/significance.ts';

/** The share of false ones among all that is let through, in each family of tests. */
export const FALSE_DISCOVERY_RATE = 0.1;

export type Judged<Test> = Test & { qValue: number };

/**
 * The tests of a family that are let through, with their q-values (Benjamini & Hochberg 1995).
 * @param promising at least all tests of the family with p ≤ 0.10: a larger p is never let through, nor can it lower the
 *   q of one that is, because p·m/rank ≥ p
 * @param familySize how many tests were made
 */
export function judge<Test extends { pValue: number }>(promising: readonly Test[], familySize: number): Judged<Test>[] {
  const scale = familySize / promising.length;
  const qValues = benjaminiHochberg(Float64Array.from(promising, ({ pValue }) => pValue));
  return promising
    .map((test, i) => ({ ...test, qValue: Math.min(1, qValues[i]! * scale) }))
    .filter(({ qValue }) => qValue <= FALSE_DISCOVERY_RATE);
}

/**
 * The largest p-value that Benjamini & Hochberg's rule would let through if the bounds were the p-values themselves; 0
 * when it would be none. A test whose bound is above it is not let through either, since its p-value is no smaller, and
 * so it need not be made; nor does it weigh on the q-values of those that are.
 * @param bounds lower bounds of p-values
 */
export function findCut(bounds: readonly number[], familySize: number): number {
  let cut = FALSE_DISCOVERY_RATE;
  for (;;) {
    // Downwards from everything: the first cut that as many tests reach as it needs is the largest there is.
    const reached = bounds.reduce((count, bound) => count + Number(bound <= cut), 0);
    const next = familySize === 0 ? 0 : (FALSE_DISCOVERY_RATE * reached) / familySize;
    if (next >= cut || next === 0) return next === 0 ? 0 : cut;
    cut = next;
  }
}
