import type { Column } from './column.ts';
import type { Workplace } from './instance.ts';
import { type Address, countWords, LANES, LISTED_MARGIN_DAYS, MAX_DISTANCE_DAYS } from './memory-plan.ts';

/** Bytes from a day's value to the next day's. */
const DAY_BYTES = 8;

/** How many days t there are on which a has a value, and b on day t + `lag`; leaves them in the scratch memory. */
export function countPairs({ kernels, scratch, length }: Workplace, a: Column, b: Column, lag: number): number {
  return kernels.pairDays(a.bits, b.bits, countWords(length), lag, scratch.common);
}

/** How many pairs of these days are k = 0..MAX_DISTANCE_DAYS days apart. */
export function countPairDistances(place: Workplace, a: Column, b: Column, lag: number): Int32Array {
  countPairs(place, a, b, lag);
  const { kernels, scratch, buffer, length } = place;
  kernels.countDistances(scratch.common, countWords(length), MAX_DISTANCE_DAYS, scratch.distances);
  return new Int32Array(buffer, scratch.distances, MAX_DISTANCE_DAYS + 1).slice();
}

/** Σ x[t]·x[t+k] for k = 0..MAX_DISTANCE_DAYS over the days that have both, x about its mean and in a unit of its own. */
export function sumOwnProducts({ kernels, scratch, buffer, length }: Workplace, column: Column): Float64Array {
  const products = new Float64Array(MAX_DISTANCE_DAYS + LANES);
  for (let first = 0; first <= MAX_DISTANCE_DAYS; first += LANES) {
    kernels.sumProductLanes(column.values, column.values + DAY_BYTES * first, DAY_BYTES, length, scratch.sums);
    products.set(new Float64Array(buffer, scratch.sums, LANES), first);
  }
  return products.subarray(0, MAX_DISTANCE_DAYS + 1);
}

/** Where a column's missing days are listed, so many in front of the first day and behind the last among them. */
export function listMissing(column: Column, inFront: number, behind: number): { days: Address; count: number } {
  const days = column.missing + 4 * (LISTED_MARGIN_DAYS - inFront);
  return { days, count: column.missingCount + inFront + behind };
}
