/**
 * Which last change is the cheapest for which last level: up to the level `to[i]`, from where the piece before ends, it
 * is the one at `start[i]`.
 */
type Pieces = { count: number; start: Int32Array; to: Float64Array };
/**
 * Sums of the values and of their squares before each index. With a last change at `start` the values before `end` cost
 * (end - start) μ² - 2 μ Σ y + squares[end] + base[start]; `base` is infinite where no change can be.
 */
type Sums = { values: Float64Array; squares: Float64Array; base: Float64Array };

/**
 * The first index of every segment but the first in the partition of values (no NaN) that has the least Σ (y - mean of
 * its segment)² + `penalty` > 0 per change, among those with `shortest` ≥ 1 values or more in every segment; ascending.
 *
 * The optimum, not an approximation: optimal partitioning (Jackson et al. 2005) with functional pruning (FPOP: Rigaill
 * 2015; Maidstone, Hocking, Rigaill & Fearnhead 2017). A last change stays in question only while it is the cheapest for
 * some last level μ. Where nothing changes that leaves a handful, whereas PELT (Killick, Fearnhead & Eckley 2012) would
 * keep all. About O(n log n).
 */
export function partitionByLevel(values: Float64Array, penalty: number, shortest: number): number[] {
  const n = values.length;
  const sums = sumUp(values);
  const levels = spanOf(values);
  const lastChange = new Int32Array(n + 1);
  let [pieces, spare] = [emptyPieces(n), emptyPieces(n)];
  for (let end = shortest; end <= n; end++) {
    if (sums.base[end - shortest]! < Number.POSITIVE_INFINITY) {
      enterChange(pieces, spare, end - shortest, sums, levels);
      [pieces, spare] = [spare, pieces];
    }
    const { change, cost } = findCheapest(pieces, sums, end, levels.least);
    lastChange[end] = change;
    sums.base[end] = cost + penalty - sums.squares[end]!;
  }
  return traceBack(lastChange, n);
}

const emptyPieces = (n: number): Pieces => ({
  count: 0,
  start: new Int32Array(2 * n + 2),
  to: new Float64Array(2 * n + 2),
});

function sumUp(values: Float64Array): Sums {
  const n = values.length;
  const sums = new Float64Array(n + 1);
  const squares = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    sums[i + 1] = sums[i]! + values[i]!;
    squares[i + 1] = squares[i]! + values[i]! * values[i]!;
  }
  const base = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
  // The first segment does not begin with a change, so it pays no penalty.
  base[0] = 0;
  return { values: sums, squares, base };
}

function spanOf(values: Float64Array): { least: number; greatest: number } {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return { least, greatest };
}

/** The last change that makes the values before `end` cost least, and what they cost then. */
function findCheapest(pieces: Pieces, sums: Sums, end: number, least: number): { change: number; cost: number } {
  let [change, cost] = [0, Number.POSITIVE_INFINITY];
  let from = least;
  for (let i = 0; i < pieces.count; i++) {
    const start = pieces.start[i]!;
    const to = pieces.to[i]!;
    const sum = sums.values[end]! - sums.values[start]!;
    const level = Math.max(from, Math.min(to, sum / (end - start)));
    const own = ((end - start) * level - 2 * sum) * level + sums.base[start]!;
    if (own < cost) [change, cost] = [start, own];
    from = to;
  }
  return { change, cost: cost + sums.squares[end]! };
}

/** Copies the pieces, with the new change in them wherever it is cheaper than what was the cheapest. */
function enterChange(
  pieces: Pieces,
  target: Pieces,
  added: number,
  { values, base }: Sums,
  { least, greatest }: { least: number; greatest: number },
): void {
  target.count = 0;
  if (pieces.count === 0) appendPiece(target, added, least, greatest);
  let from = least;
  for (let i = 0; i < pieces.count; i++) {
    const older = pieces.start[i]!;
    const to = pieces.to[i]!;
    // Both are parabolas in μ. The older one has more values, so it bends more and is cheaper between the roots only.
    const middle = (values[added]! - values[older]!) / (added - older);
    const square = middle * middle - (base[older]! - base[added]!) / (added - older);
    const distance = square > 0 ? Math.sqrt(square) : 0;
    const low = Math.max(from, Math.min(to, middle - distance));
    const high = Math.max(from, Math.min(to, middle + distance));
    appendPiece(target, added, from, low);
    appendPiece(target, older, low, high);
    appendPiece(target, added, high, to);
    from = to;
  }
}

function appendPiece(pieces: Pieces, change: number, from: number, to: number): void {
  if (!(to > from)) return;
  if (pieces.count === 0 || pieces.start[pieces.count - 1] !== change) pieces.start[pieces.count++] = change;
  pieces.to[pieces.count - 1] = to;
}

function traceBack(lastChange: Int32Array, n: number): number[] {
  const changes: number[] = [];
  for (let end = lastChange[n]!; end > 0; end = lastChange[end]!) changes.push(end);
  return changes.toReversed();
}
