/**
 * The value of rank k (from 0) of an array without NaN, which is rearranged: what lies before index k is not greater
 * afterwards, what lies behind it not less. Hoare's FIND (1961) with the median of three as pivot, O(n) expected.
 */
export function selectRank(values: Float64Array, k: number): number {
  let start = 0;
  let end = values.length - 1;
  while (start < end) {
    const pivot = medianOfThree(values[start]!, values[(start + end) >> 1]!, values[end]!);
    let low = start;
    let high = end;
    while (low <= high) {
      while (values[low]! < pivot) low++;
      while (values[high]! > pivot) high--;
      if (low > high) break;
      const moved = values[low]!;
      values[low++] = values[high]!;
      values[high--] = moved;
    }
    if (k <= high) end = high;
    else if (k >= low) start = low;
    else break;
  }
  return values[k]!;
}

const medianOfThree = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));

/** The median of values without NaN, at least one of them: the mean of the two middle ones where there are two. */
export function median(values: Float64Array): number {
  const half = values.length >> 1;
  const kept = values.slice();
  const upper = selectRank(kept, half);
  if (values.length % 2 === 1) return upper;
  let lower = kept[0]!;
  for (let i = 1; i < half; i++) lower = Math.max(lower, kept[i]!);
  // Halves first: the sum of two of the largest doubles overflows.
  return lower / 2 + upper / 2;
}
