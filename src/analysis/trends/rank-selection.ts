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
