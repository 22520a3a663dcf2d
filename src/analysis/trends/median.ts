import { selectRank } from './rank-selection.ts';

/** The median of values without NaN, the mean of the two middle ones where their count is even; NaN of none. */
export function median(values: Float64Array): number {
  const last = values.length >> 1;
  const kept = values.slice();
  const upper = selectRank(kept, last);
  if (values.length % 2 === 1) return upper;
  let lower = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < last; i++) lower = Math.max(lower, kept[i]!);
  // Halves first: the sum of the two largest doubles overflows.
  return lower / 2 + upper / 2;
}
