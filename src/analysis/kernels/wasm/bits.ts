/** AssemblyScript, not TypeScript: see ../instance.ts. Days as bits: day t is bit t mod 64 of word t / 64. */

/**
 * Writes the days t on which a has a value, and b on day t + `lag`, and returns how many they are. `b` must have a word
 * of zeros in front, and two behind: `lag` is within ±63.
 */
export function pairDays(a: usize, b: usize, words: i32, lag: i32, out: usize): i32 {
  const shift: u64 = lag & 63;
  // An arithmetic shift rounds down: -1 comes from the word in front.
  b += (lag >> 6) << 3;
  let count: u64 = 0;
  for (let i = 0; i < words; i++) {
    const at = (<usize>i) << 3;
    // Two steps, because a shift by 64 is a shift by 0.
    const moved = (load<u64>(b + at) >> shift) | ((load<u64>(b + at, 8) << 1) << (63 - shift));
    const both = load<u64>(a + at) & moved;
    store<u64>(out + at, both);
    count += popcnt(both);
  }
  return <i32>count;
}

/** Writes how many pairs of the days are 0, 1, … `furthest` (≤ 63) days apart. `days` must end with a word of zeros. */
export function countDistances(days: usize, words: i32, furthest: i32, out: usize): void {
  for (let distance = 0; distance <= furthest; distance++) {
    const shift: u64 = distance;
    let count: u64 = 0;
    for (let i = 0; i < words; i++) {
      const at = days + ((<usize>i) << 3);
      const word = load<u64>(at);
      count += popcnt(word & ((word >> shift) | ((load<u64>(at, 8) << 1) << (63 - shift))));
    }
    store<i32>(out + ((<usize>distance) << 2), <i32>count);
  }
}
