/**
 * AssemblyScript, not TypeScript: see ../instance.ts. Ranks of one column for eight lags at once, a lane (i16) each.
 *
 * A rank r among n days is kept as 2r - (n + 1): whole even where ties share a mean rank, and of mean 0.
 */

/**
 * One walk through a column from the smallest value to the largest, for the eight lags that `presence` begins with.
 * @param order the column's days (i32) by value
 * @param segments pairs of i32: up to the first position no value is tied, from there to the second all are
 * @param presence -1 where the other column has a value, else 0 (i8): that of lane j stands j bytes behind the day's own
 * @param counts n of each lane (i16)
 * @param rows gets the eight doubled ranks of each day in `order`, 0 in lanes where the other column has no value
 * @param ties gets Σ (k³ - k) of each lane (f64) over the groups of k tied days
 */
export function rankLanes(
  order: usize,
  segments: usize,
  segmentCount: i32,
  presence: usize,
  counts: usize,
  rows: usize,
  ties: usize,
): void {
  const one = i16x8.splat(1);
  let next = i16x8.sub(one, v128.load(counts));
  let at = order;
  memory.fill(ties, 0, 64);
  for (const last = segments + ((<usize>segmentCount) << 3); segments < last; segments += 8) {
    for (const end = order + ((<usize>load<i32>(segments)) << 2); at < end; at += 4) {
      const day = <usize>load<i32>(at);
      const mask = v128.load8x8_s(presence + day);
      v128.store(rows + (day << 4), v128.and(next, mask));
      next = i16x8.sub(next, i16x8.add(mask, mask));
    }
    const end = order + ((<usize>load<i32>(segments, 4)) << 2);
    if (at == end) continue;
    let tied = i16x8.splat(0);
    for (let i = at; i < end; i += 4) tied = i16x8.sub(tied, v128.load8x8_s(presence + <usize>load<i32>(i)));
    const shared = i16x8.sub(i16x8.add(next, tied), one);
    for (; at < end; at += 4) {
      const day = <usize>load<i32>(at);
      v128.store(rows + (day << 4), v128.and(shared, v128.load8x8_s(presence + day)));
    }
    next = i16x8.add(next, i16x8.add(tied, tied));
    addTies(tied, ties);
  }
}

function addTies(tied: v128, ties: usize): void {
  const low = i32x4.extend_low_i16x8_s(tied);
  const high = i32x4.extend_high_i16x8_s(tied);
  addTwo(f64x2.convert_low_i32x4_s(low), ties);
  addTwo(f64x2.convert_low_i32x4_s(v128.shuffle<i64>(low, low, 1, 1)), ties + 16);
  addTwo(f64x2.convert_low_i32x4_s(high), ties + 32);
  addTwo(f64x2.convert_low_i32x4_s(v128.shuffle<i64>(high, high, 1, 1)), ties + 48);
}

function addTwo(k: v128, ties: usize): void {
  const excess = f64x2.sub(f64x2.mul(f64x2.mul(k, k), k), k);
  v128.store(ties, f64x2.add(v128.load(ties), excess));
}

/** Zeros in the rows of the `days` (i32). */
export function clearRows(days: usize, count: i32, rows: usize): void {
  const zero = i16x8.splat(0);
  for (const end = days + ((<usize>count) << 2); days < end; days += 4) {
    v128.store(rows + ((<usize>load<i32>(days)) << 4), zero);
  }
}

/** Rows [day][lane] to columns [lane][day], each `stride` bytes behind the last. `days` is a multiple of 8. */
export function turnRows(rows: usize, days: i32, out: usize, stride: usize): void {
  for (const end = rows + ((<usize>days) << 4); rows < end; rows += 128, out += 16) {
    const a = v128.load(rows);
    const b = v128.load(rows, 16);
    const c = v128.load(rows, 32);
    const d = v128.load(rows, 48);
    const e = v128.load(rows, 64);
    const f = v128.load(rows, 80);
    const g = v128.load(rows, 96);
    const h = v128.load(rows, 112);
    const ab = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
    const cd = v128.shuffle<i16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11);
    const ef = v128.shuffle<i16>(e, f, 0, 8, 1, 9, 2, 10, 3, 11);
    const gh = v128.shuffle<i16>(g, h, 0, 8, 1, 9, 2, 10, 3, 11);
    const abcd = v128.shuffle<i32>(ab, cd, 0, 4, 1, 5);
    const efgh = v128.shuffle<i32>(ef, gh, 0, 4, 1, 5);
    let column = out;
    v128.store(column, v128.shuffle<i64>(abcd, efgh, 0, 2));
    v128.store((column += stride), v128.shuffle<i64>(abcd, efgh, 1, 3));
    const abcd2 = v128.shuffle<i32>(ab, cd, 2, 6, 3, 7);
    const efgh2 = v128.shuffle<i32>(ef, gh, 2, 6, 3, 7);
    v128.store((column += stride), v128.shuffle<i64>(abcd2, efgh2, 0, 2));
    v128.store((column += stride), v128.shuffle<i64>(abcd2, efgh2, 1, 3));
    const ab2 = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
    const cd2 = v128.shuffle<i16>(c, d, 4, 12, 5, 13, 6, 14, 7, 15);
    const ef2 = v128.shuffle<i16>(e, f, 4, 12, 5, 13, 6, 14, 7, 15);
    const gh2 = v128.shuffle<i16>(g, h, 4, 12, 5, 13, 6, 14, 7, 15);
    const abcd3 = v128.shuffle<i32>(ab2, cd2, 0, 4, 1, 5);
    const efgh3 = v128.shuffle<i32>(ef2, gh2, 0, 4, 1, 5);
    v128.store((column += stride), v128.shuffle<i64>(abcd3, efgh3, 0, 2));
    v128.store((column += stride), v128.shuffle<i64>(abcd3, efgh3, 1, 3));
    const abcd4 = v128.shuffle<i32>(ab2, cd2, 2, 6, 3, 7);
    const efgh4 = v128.shuffle<i32>(ef2, gh2, 2, 6, 3, 7);
    v128.store((column += stride), v128.shuffle<i64>(abcd4, efgh4, 0, 2));
    v128.store(column + stride, v128.shuffle<i64>(abcd4, efgh4, 1, 3));
  }
}

/**
 * Σ of the products of two arrays of i16, which need not be aligned.
 * @param steps how many products of eight fit into i32 before they are added up as doubles
 * @param days a multiple of 8
 */
export function sumRankProducts(x: usize, y: usize, days: i32, steps: i32): f64 {
  let total: f64 = 0;
  const end = x + ((<usize>days) << 1);
  while (x < end) {
    const stop = min(end, x + ((<usize>steps) << 4));
    let sum = i32x4.splat(0);
    for (; x < stop; x += 16, y += 16) sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(x), v128.load(y)));
    const pairs = i64x2.add(i64x2.extend_low_i32x4_s(sum), i64x2.extend_high_i32x4_s(sum));
    total += <f64>(i64x2.extract_lane(pairs, 0) + i64x2.extract_lane(pairs, 1));
  }
  return total;
}
