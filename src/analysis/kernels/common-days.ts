import type { Column } from './column.ts';
import type { Workplace } from './instance.ts';
import { type Address, countWords, LISTED_MARGIN_DAYS, MAX_DISTANCE_DAYS } from './memory-plan.ts';

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

/** Where a column's missing days are listed, so many in front of the first day and behind the last among them. */
export function listMissing(column: Column, inFront: number, behind: number): { days: Address; count: number } {
  const days = column.missing + 4 * (LISTED_MARGIN_DAYS - inFront);
  return { days, count: column.missingCount + inFront + behind };
}
