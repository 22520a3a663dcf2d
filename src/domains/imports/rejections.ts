import type { RejectedRow } from './import.ts';
import { importLimits } from './input.ts';

/** The rows refused so far: all are counted, the first are named. */
export type Rejections = {
  add: (row: number, reason: string) => void;
  count: () => number;
  /** The named ones, by row. */
  list: () => RejectedRow[];
};

/** @param before what an earlier part of the work has refused */
export function openRejections(
  before: { count: number; named: readonly RejectedRow[] } = { count: 0, named: [] },
): Rejections {
  const named = [...before.named];
  let { count } = before;
  return {
    add: (row, reason) => {
      count++;
      if (named.length < importLimits.rejectedShown) named.push({ row, reason });
    },
    count: () => count,
    list: () => named.toSorted((a, b) => a.row - b.row),
  };
}
