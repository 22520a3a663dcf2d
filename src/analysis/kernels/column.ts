import { findUnit } from '../series/daily-series.ts';
import { sortedIndexes } from '../series/ranks.ts';
import type { Workplace } from './instance.ts';
import { type ColumnPlan, LISTED_MARGIN_DAYS } from './memory-plan.ts';

/** A column as the kernels read it. */
export type Column = ColumnPlan & {
  /** As it was given; NaN = missing. */
  original: Float64Array;
  /** Σ x and Σ x² of the values in memory. */
  sum: number;
  squares: number;
  /** Days without a value from the first day to the last. */
  missingCount: number;
  /** -1 as long as nobody has needed the order: sorting costs more than all the rest. */
  segmentCount: number;
};

/** Writes a column to its place in memory, all but its order. */
export function writeColumn(place: Workplace, plan: ColumnPlan, original: Float64Array): Column {
  const { kernels, buffer, scratch } = place;
  const { length } = original;
  new Float64Array(buffer, plan.values, length).set(original);
  const inside = plan.missing + 4 * LISTED_MARGIN_DAYS;
  const missingCount = kernels.markPresence(plan.values, length, plan.presence, plan.bits, inside);
  listMargins(new Int32Array(buffer, plan.missing, length + 2 * LISTED_MARGIN_DAYS), length, missingCount);
  const unit = findUnit(kernels.findLargest(plan.values, length));
  // Beside an infinity all becomes NaN or infinite, and so does every sum that the column takes part in.
  kernels.centre(plan.values, length, unit, length - missingCount, scratch.sums);
  const [sum, squares] = new Float64Array(buffer, scratch.sums, 2) as unknown as [number, number];
  return { ...plan, original: original.slice(), sum, squares, missingCount, segmentCount: -1 };
}

/** Puts the days in front of the first day, and behind the last, on both ends of the list of missing days. */
function listMargins(missing: Int32Array, length: number, missingCount: number): void {
  for (let i = 0; i < LISTED_MARGIN_DAYS; i++) {
    missing[i] = i - LISTED_MARGIN_DAYS;
    missing[LISTED_MARGIN_DAYS + missingCount + i] = length + i;
  }
}

/** Sorts the column's days by value, unless that is done already. */
export function ensureOrder(buffer: ArrayBuffer, column: Column): void {
  if (column.segmentCount >= 0) return;
  const order = sortedIndexes(column.original);
  new Int32Array(buffer, column.order, order.length).set(order);
  column.segmentCount = writeSegments(new Int32Array(buffer, column.segments), order, column.original);
}

/** Cuts the order into pairs of runs, one without ties and then one tied group; either may be empty. */
function writeSegments(out: Int32Array, order: Int32Array, values: Float64Array): number {
  let count = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    const value = values[order[start]!]!;
    while (end < order.length && values[order[end]!] === value) end++;
    const isTied = end > start + 1;
    if (!isTied && end < order.length) continue;
    out[2 * count] = isTied ? start : end;
    out[2 * count + 1] = end;
    count++;
  }
  return count;
}
