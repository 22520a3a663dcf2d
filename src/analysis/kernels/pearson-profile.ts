import type { Column } from './column.ts';
import { countPairs, listMissing } from './common-days.ts';
import type { Workplace } from './instance.ts';
import { createProfile, type LagProfile } from './lag-profile.ts';
import { LANES } from './memory-plan.ts';
import { correlateSums, type Sums } from './pearson-sums.ts';

/** Bytes from a day's value to the next day's. */
const STEP = 8;

/** Pearson's r at the lags from `least` to `most`, by lag - `least`; eight lags at a time. */
export function profilePearson(place: Workplace, a: Column, b: Column, least: number, most: number): LagProfile {
  const profile = createProfile(most - least + 1);
  for (let first = least; first <= most; first += LANES) {
    const lanes = sumLanes(place, a, b, first);
    for (let lag = first; lag < first + LANES && lag <= most; lag++) {
      const n = countPairs(place, a, b, lag);
      profile.counts[lag - least] = n;
      profile.coefficients[lag - least] = correlateSums(pickLane(lanes, a, b, lag - first, n), a, b, lag);
    }
  }
  return profile;
}

/**
 * Eight values in a row of a column are eight lags: Σ xy, then Σ x and Σ x² over b's missing days, Σ y and Σ y² over
 * a's. Those of x come in descending order of the lag: the further b is ahead of a day of a, the further a is back.
 */
function sumLanes({ kernels, scratch, buffer, length }: Workplace, a: Column, b: Column, first: number): Float64Array {
  const { sums } = scratch;
  const last = first + LANES - 1;
  const rowsOfA = a.values - STEP * last;
  const rowsOfB = b.values + STEP * first;
  // Days beyond either end, on which the other one is missing too.
  const [back, ahead] = [Math.max(0, -first), Math.max(0, last)];
  kernels.sumProductLanes(a.values, rowsOfB, STEP, length, sums);
  const [lostOfA, lostOfB] = [listMissing(b, back, ahead), listMissing(a, ahead, back)];
  kernels.sumPickedLanes(rowsOfA, STEP, lostOfA.days, lostOfA.count, sums + 8 * LANES);
  kernels.sumPickedLanes(rowsOfB, STEP, lostOfB.days, lostOfB.count, sums + 24 * LANES);
  return new Float64Array(buffer, sums, 5 * LANES);
}

function pickLane(lanes: Float64Array, a: Column, b: Column, lane: number, n: number): Sums {
  const opposite = LANES - 1 - lane;
  return {
    n,
    xy: lanes[lane]!,
    x: a.sum - lanes[LANES + opposite]!,
    xx: a.squares - lanes[2 * LANES + opposite]!,
    y: b.sum - lanes[3 * LANES + lane]!,
    yy: b.squares - lanes[4 * LANES + lane]!,
  };
}
