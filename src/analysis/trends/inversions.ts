/**
 * Which inversions to hand out: the one numbered `next` (from 0), then each time one that is `step()` ≥ 1 further on.
 */
export type InversionSample = { next: number; step: () => number; take: (former: number, latter: number) => void };

type Runs = { keys: Float64Array; order: Int32Array };

/** Shorter runs are sorted by insertion, which is quicker there than merging. */
const RUN_LENGTH = 8;

/** 0, 1, 2 … before n, the order of time. A loop: iterators take as long as the sorting. */
export function inTime(n: number): Int32Array {
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  return order;
}

/**
 * Sorts `order`, indexes into `keys` (no NaN), by ascending key in place, and answers how many pairs changed places on
 * the way: the inversions. Equal keys are sorted by descending index; with indexes that
 * ascend before, each pair of equal keys is therefore an inversion too. `sample`
 * takes some of them. Merge sort, O(n log n) and what the sample takes (Knuth 1998, The Art of Computer Programming 3,
 * 5.2.4).
 */
export function sortInverting(keys: Float64Array, order: Int32Array, sample?: InversionSample): number {
  const n = order.length;
  let from: Runs = { keys: new Float64Array(n), order: order.slice() };
  let to: Runs = { keys: new Float64Array(n), order: new Int32Array(n) };
  for (let i = 0; i < n; i++) from.keys[i] = keys[order[i]!]!;
  let count = 0;
  for (let start = 0; start < n; start += RUN_LENGTH) {
    count = insertRun(from, start, Math.min(start + RUN_LENGTH, n), count, sample);
  }
  for (let length = RUN_LENGTH; length < n; length *= 2) {
    for (let start = 0; start < n; start += 2 * length) {
      count = mergeRuns(from, to, start, Math.min(start + length, n), Math.min(start + 2 * length, n), count, sample);
    }
    [from, to] = [to, from];
  }
  order.set(from.order);
  return count;
}

/** Sorts positions `start` to `end` by insertion; `count` inversions came before, and the answer counts on. */
function insertRun(runs: Runs, start: number, end: number, count: number, sample?: InversionSample): number {
  const { keys, order } = runs;
  for (let i = start + 1; i < end; i++) {
    const key = keys[i]!;
    const index = order[i]!;
    let at = i;
    for (; at > start && isAhead(key, index, keys[at - 1]!, order[at - 1]!); at--) {
      keys[at] = keys[at - 1]!;
      order[at] = order[at - 1]!;
    }
    keys[at] = key;
    order[at] = index;
    if (sample) takeInversions(sample, count, order, at + 1, i + 1, index);
    count += i - at;
  }
  return count;
}

/** Merges two neighbouring sorted runs; an element of the right one overtakes all that is left of the left one. */
function mergeRuns(
  from: Runs,
  to: Runs,
  start: number,
  middle: number,
  end: number,
  count: number,
  sample?: InversionSample,
): number {
  const { keys, order } = from;
  const { keys: mergedKeys, order: mergedOrder } = to;
  let [left, right, at] = [start, middle, start];
  while (left < middle && right < end) {
    const takesLeft = isAhead(keys[left]!, order[left]!, keys[right]!, order[right]!);
    const taken = takesLeft ? left : right;
    mergedKeys[at] = keys[taken]!;
    mergedOrder[at++] = order[taken]!;
    if (takesLeft) {
      left++;
      continue;
    }
    if (sample) takeInversions(sample, count, order, left, middle, order[right]!);
    count += middle - left;
    right++;
  }
  const rest = left < middle ? left : right;
  for (let i = rest; at < end; i++, at++) {
    mergedKeys[at] = keys[i]!;
    mergedOrder[at] = order[i]!;
  }
  return count;
}

/** Of two equal keys the one with the greater index goes ahead. */
const isAhead = (key: number, index: number, otherKey: number, otherIndex: number): boolean =>
  key < otherKey || (key === otherKey && index > otherIndex);

/** Inversions number `count` and on are of `former[from]`, `former[from + 1]` … before `to`, each with `latter`. */
function takeInversions(
  sample: InversionSample,
  count: number,
  former: Int32Array,
  from: number,
  to: number,
  latter: number,
): void {
  while (sample.next < count + to - from) {
    sample.take(former[from + sample.next - count]!, latter);
    sample.next += sample.step();
  }
}
