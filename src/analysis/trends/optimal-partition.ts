/**
 * What the best partition of the first t values that last changed at `start` costs, as a function of the last level μ:
 * count μ² - 2 sum μ + constant, `count` and `sum` of the values since.
 */
type Parabola = { count: number; sum: number; constant: number };
/** For levels up to `to` (from where the piece before ends) no last change is cheaper than the one at `start`. */
type Piece = { start: number; to: number };
/** Running sums of values and squares before each index, and the least cost of the values before it. */
type Sums = { first: Float64Array; second: Float64Array; cost: Float64Array; penalty: number };

/**
 * The first index of every segment but the first in the partition of values (no NaN) that has the least Σ (y - mean of
 * its segment)² + penalty per change, every segment having `shortest` ≥ 1 values or more; ascending. The optimum, not
 * an approximation: optimal partitioning (Jackson et al. 2005) with functional pruning (FPOP; Rigaill 2015; Maidstone,
 * Hocking, Rigaill & Fearnhead 2017): a last change stays in question only while some level makes it the cheapest. That
 * prunes where nothing changes too, which PELT (Killick, Fearnhead & Eckley 2012) does not. About O(n log n).
 */
export function partitionByLevel(values: Float64Array, penalty: number, shortest: number): number[] {
  const n = values.length;
  const sums = sumUp(values, penalty);
  const [least, greatest] = spanOf(values);
  const lastChange = new Int32Array(n + 1);
  let pieces: Piece[] = [];
  for (let end = shortest; end <= n; end++) {
    pieces = enterCandidate(pieces, { start: end - shortest, to: greatest }, sums, end, least);
    let from = least;
    for (const { start, to } of pieces) {
      const cost = leastBetween(parabolaOf(sums, start, end), from, to);
      if (cost < sums.cost[end]!) {
        sums.cost[end] = cost;
        lastChange[end] = start;
      }
      from = to;
    }
  }
  return traceBack(lastChange, n);
}

function sumUp(values: Float64Array, penalty: number): Sums {
  const n = values.length;
  const first = new Float64Array(n + 1);
  const second = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    first[i + 1] = first[i]! + values[i]!;
    second[i + 1] = second[i]! + values[i]! ** 2;
  }
  const cost = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
  // The first segment begins without a change, so it gets the penalty back.
  cost[0] = -penalty;
  return { first, second, cost, penalty };
}

function spanOf(values: Float64Array): [least: number, greatest: number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return [least, greatest];
}

const parabolaOf = ({ first, second, cost, penalty }: Sums, start: number, end: number): Parabola => ({
  count: end - start,
  sum: first[end]! - first[start]!,
  constant: second[end]! - second[start]! + cost[start]! + penalty,
});

function leastBetween({ count, sum, constant }: Parabola, from: number, to: number): number {
  const level = Math.max(from, Math.min(to, sum / count));
  return (count * level - 2 * sum) * level + constant;
}

/** The pieces with a new last change in them, wherever it is cheaper than the one that was cheapest so far. */
function enterCandidate(pieces: readonly Piece[], added: Piece, sums: Sums, end: number, least: number): Piece[] {
  const candidate = parabolaOf(sums, added.start, end);
  if (candidate.constant === Number.POSITIVE_INFINITY) return [...pieces];
  if (pieces.length === 0) return [added];
  const result: Piece[] = [];
  let from = least;
  for (const { start, to } of pieces) {
    const [low, high] = rootsOf(parabolaOf(sums, start, end), candidate);
    // Between the roots the old one is cheaper, for it bends more.
    push(result, added.start, Math.min(to, low), from);
    push(result, start, Math.min(to, high), Math.max(from, Math.min(to, low)));
    push(result, added.start, to, Math.max(from, Math.min(to, high)));
    from = to;
  }
  return result;
}

function push(pieces: Piece[], start: number, to: number, from: number): void {
  if (!(to > from)) return;
  const last = pieces.at(-1);
  if (last?.start === start) last.to = to;
  else pieces.push({ start, to });
}

/** Where the costs of two last changes are equal; a pair of +∞ where the newer is cheaper at every level. */
function rootsOf(older: Parabola, newer: Parabola): [low: number, high: number] {
  const bend = older.count - newer.count;
  const middle = (older.sum - newer.sum) / bend;
  const discriminant = middle ** 2 - (older.constant - newer.constant) / bend;
  if (!(discriminant > 0)) return [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const distance = Math.sqrt(discriminant);
  return [middle - distance, middle + distance];
}

function traceBack(lastChange: Int32Array, n: number): number[] {
  const changes: number[] = [];
  for (let end = lastChange[n]!; end > 0; end = lastChange[end]!) changes.push(end);
  return changes.reverse();
}
