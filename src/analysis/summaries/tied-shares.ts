import { fisherPValue } from './fisher.ts';
import type { PeriodPair } from './past-differences.ts';

/**
 * A floor under the p-value of a metric that mostly has one value, such as yes or no, or a number of cigarettes that is
 * mostly 0: its differences are mostly none, and a scale made of them would take any exception for a change. Fisher's
 * exact test between the days of the two periods, of the share above the usual value or of the share below it, whichever
 * is the more unequal. 0 for metrics without such a value.
 */
export function tiedPValue(values: Float64Array, pair: PeriodPair, from: number): number {
  const usual = findMajority(values);
  if (usual === null) return 0;
  const test = (isOf: (value: number) => boolean) => {
    const count = (offsets: Int32Array, start: number) => offsets.filter((i) => isOf(values[start + i]!)).length;
    const [now, before] = [count(pair.period, from), count(pair.previous, from - pair.length)];
    return fisherPValue(now, pair.period.length, before, pair.previous.length);
  };
  return Math.min(
    test((value) => value > usual),
    test((value) => value < usual),
  );
}

/** The value of half of the days or more, or null. */
function findMajority(values: Float64Array): number | null {
  const present = values.filter((value) => !Number.isNaN(value)).sort();
  // Sorted, it holds the middle.
  const middle = present[Math.floor(present.length / 2)] ?? 0;
  const days = present.filter((value) => value === middle).length;
  return days * 2 >= present.length ? middle : null;
}
