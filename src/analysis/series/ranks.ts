/** The indexes of the values that are present, smallest value first; ties in index order. */
export function sortedIndexes(values: Float64Array): Int32Array {
  const present: number[] = [];
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) present.push(i);
  // `<` and `>` rather than a difference: two infinities differ by NaN, which sorts anywhere.
  return Int32Array.from(present).sort((a, b) => compare(values[a]!, values[b]!) || a - b);
}

/**
 * Ranks 1..n of the indexes in `sorted`, an ascending walk through `values`; ties share the mean of their ranks. The
 * answer is as long as `values`; whatever `sorted` leaves out is NaN there.
 */
export function rankSorted(values: Float64Array, sorted: Int32Array): Float64Array {
  const ranks = new Float64Array(values.length).fill(Number.NaN);
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    const value = values[sorted[start]!]!;
    while (end < sorted.length && value === values[sorted[end]!]) end++;
    const shared = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) ranks[sorted[i]!] = shared;
  }
  return ranks;
}

/** Ranks 1..n among the values that are present; ties get their average rank, NaN stays NaN. Same length and order. */
export function averageRanks(values: Float64Array): Float64Array {
  return rankSorted(values, sortedIndexes(values));
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
