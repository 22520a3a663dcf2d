import { pairAtLag, spearman } from '../correlations/correlation.ts';
import { type Column, ensureOrder } from './column.ts';
import { countPairs, listMissing } from './common-days.ts';
import type { Workplace } from './instance.ts';
import { createProfile, type LagProfile } from './lag-profile.ts';
import { type Address, LANES, type RanksPlan, roundDays } from './memory-plan.ts';

/** Doubled ranks of more days would not fit into i16. */
const MAX_RANKED_DAYS = 32_766;

const MAX_I32 = 2 ** 31 - 1;

/**
 * Spearman's rho at the lags from -maxLag to maxLag. For eight lags at a time each column is walked once in the order
 * of its values, which ranks it among the days that it shares with the other at each of these lags. Everything is exact
 * in whole numbers up to the last division.
 */
export function profileSpearman(place: Workplace, a: Column, b: Column, maxLag: number): LagProfile {
  if (place.length > MAX_RANKED_DAYS) return profileSlowly(a, b, maxLag);
  const { scratch } = place;
  const profile = createProfile(2 * maxLag + 1);
  clearMissing(place, a);
  for (let first = -maxLag; first <= maxLag; first += LANES) {
    const last = first + LANES - 1;
    writeCounts(place, a, b, first);
    rank(place, a, b.presence + first, scratch.a);
    // Seen from b the lags come in descending order: the further b is ahead of a, the further a is back.
    rank(place, b, a.presence - last, scratch.b);
    for (let lag = first; lag <= last && lag <= maxLag; lag++) {
      writeCoefficient(place, lag, lag - first, profile, maxLag + lag);
    }
  }
  return profile;
}

/** Ranks of another column may stand on a's missing days. Those of b may stay: what they are multiplied with is 0. */
function clearMissing({ kernels, scratch }: Workplace, a: Column): void {
  const { days, count } = listMissing(a, 0, 0);
  kernels.clearRows(days, count, scratch.a.rows);
}

function writeCounts(place: Workplace, a: Column, b: Column, first: number): void {
  const { scratch, buffer } = place;
  const ofA = new Int16Array(buffer, scratch.a.counts, LANES);
  for (let lane = 0; lane < LANES; lane++) ofA[lane] = countPairs(place, a, b, first + lane);
  new Int16Array(buffer, scratch.b.counts, LANES).set(ofA.toReversed());
}

/** Leaves the column's doubled ranks among the days that `presence` has too, lane by lane. */
function rank(place: Workplace, column: Column, presence: Address, ranks: RanksPlan): void {
  const { kernels, scratch, buffer, length } = place;
  ensureOrder(buffer, column);
  const { order, segments, segmentCount } = column;
  kernels.rankLanes(order, segments, segmentCount, presence, ranks.counts, ranks.rows, ranks.ties);
  kernels.turnRows(ranks.rows, roundDays(length), ranks.columns, scratch.stride);
}

/** Σ (2r - n - 1)² over n ranks is (n³ - n - Σ (k³ - k)) / 3, with groups of k ties (Kendall 1945). */
function writeCoefficient(place: Workplace, lag: number, lane: number, out: LagProfile, index: number): void {
  const { scratch, buffer } = place;
  const opposite = LANES - 1 - lane;
  const n = new Int16Array(buffer, scratch.a.counts, LANES)[lane]!;
  const most = n ** 3 - n;
  const squaresA = (most - new Float64Array(buffer, scratch.a.ties, LANES)[lane]!) / 3;
  const squaresB = (most - new Float64Array(buffer, scratch.b.ties, LANES)[opposite]!) / 3;
  const rho = sumProducts(place, lag, lane) / (Math.sqrt(squaresA) * Math.sqrt(squaresB));
  out.counts[index] = n;
  // 0 / 0, and so NaN, where a side has but one value: its ranks are all 0.
  out.coefficients[index] = Math.max(-1, Math.min(1, rho));
}

function sumProducts({ kernels, scratch, length }: Workplace, lag: number, lane: number): number {
  const ranksOfA = scratch.a.columns + lane * scratch.stride;
  const ranksOfB = scratch.b.columns + (LANES - 1 - lane) * scratch.stride;
  // Each step adds two products to a sum in i32; none is larger than (n - 1)².
  const steps = Math.min(roundDays(length), Math.floor(MAX_I32 / (2 * (length - 1) ** 2)));
  return kernels.sumRankProducts(ranksOfA, ranksOfB + 2 * lag, roundDays(length), steps);
}

function profileSlowly(a: Column, b: Column, maxLag: number): LagProfile {
  const profile = createProfile(2 * maxLag + 1);
  for (let lag = -maxLag; lag <= maxLag; lag++) {
    const { driver, outcome } =
      lag < 0 ? pairAtLag(b.original, a.original, -lag) : pairAtLag(a.original, b.original, lag);
    profile.counts[maxLag + lag] = driver.length;
    profile.coefficients[maxLag + lag] = spearman(driver, outcome);
  }
  return profile;
}
