/** AssemblyScript, not TypeScript: see ../instance.ts. Readies the values of one column, f64 with NaN for missing. */

/** The largest absolute value; 0 when there is none. */
export function findLargest(values: usize, days: i32): f64 {
  let largest = f64x2.splat(0);
  // By twos: behind the last day stands 0. pmax keeps what it has when the other is NaN.
  for (const end = values + ((<usize>days) << 3); values < end; values += 16) {
    largest = f64x2.pmax(largest, f64x2.abs(v128.load(values)));
  }
  return max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
}

/**
 * Writes which days have a value, and returns how many have none.
 * @param presence i8, -1 where there is a value
 * @param bits in words of 64 days
 * @param missing i32, the days without one; has room for one more
 */
export function markPresence(values: usize, days: i32, presence: usize, bits: usize, missing: usize): i32 {
  let word: u64 = 0;
  let count = 0;
  for (let day = 0; day < days; day++) {
    const value = load<f64>(values + ((<usize>day) << 3));
    const isPresent = i32(value == value);
    store<i8>(presence + <usize>day, -isPresent);
    store<i32>(missing + ((<usize>count) << 2), day);
    count += 1 - isPresent;
    word |= (<u64>isPresent) << (<u64>(day & 63));
    if ((day & 63) == 63 || day == days - 1) {
      store<u64>(bits + ((<usize>(day >> 6)) << 3), word);
      word = 0;
    }
  }
  return count;
}

/**
 * Divides the values by `unit`, takes their mean off, puts 0 for the missing, and writes Σ x and Σ x² of what they are
 * then. By twos: the value behind the last day may be anything, and is left at 0.
 */
export function centre(values: usize, days: i32, unit: f64, present: i32, sums: usize): void {
  store<f64>(values + ((<usize>days) << 3), NaN);
  const end = values + ((<usize>days) << 3);
  const units = f64x2.splat(unit);
  const mean = f64x2.splat(sumInUnits(values, end, units) / <f64>present);
  let sum = f64x2.splat(0);
  let squares = f64x2.splat(0);
  for (; values < end; values += 16) {
    const value = v128.load(values);
    const isPresent = f64x2.eq(value, value);
    const centred = v128.and(f64x2.sub(f64x2.div(value, units), mean), isPresent);
    v128.store(values, centred);
    sum = f64x2.add(sum, centred);
    squares = f64x2.add(squares, f64x2.mul(centred, centred));
  }
  store<f64>(end, 0);
  store<f64>(sums, addLanes(sum));
  store<f64>(sums, addLanes(squares), 8);
}

function sumInUnits(values: usize, end: usize, units: v128): f64 {
  let sum = f64x2.splat(0);
  for (; values < end; values += 16) {
    const value = v128.load(values);
    sum = f64x2.add(sum, v128.and(f64x2.div(value, units), f64x2.eq(value, value)));
  }
  return addLanes(sum);
}

function addLanes(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}
