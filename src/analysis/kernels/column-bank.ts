import { type Column, writeColumn } from './column.ts';
import { countPairDistances, sumOwnProducts } from './common-days.ts';
import { openWorkplace } from './instance.ts';
import type { LagProfile } from './lag-profile.ts';
import { MAX_LAG_DAYS, planColumn } from './memory-plan.ts';
import { correlateAll } from './pearson-matrix.ts';
import { profilePearson } from './pearson-profile.ts';
import { profileSpearman } from './spearman-profile.ts';

/**
 * Columns of one length (values by day, NaN = missing) in memory of their own, ready to be correlated over the days that
 * two of them share; one can be replaced without touching the others. The answers are those of `pearson` and `spearman`
 * in ../correlations/correlation.ts to 1e-10, whatever the values are.
 *
 * All of it throws RangeError for a slot that is empty or not there, and for lags beyond MAX_LAG_DAYS.
 */
export type ColumnBank = {
  readonly length: number;
  readonly capacity: number;
  /** Copies the values into a slot, 0 to capacity - 1, in place of what was there. */
  set: (slot: number, values: Float64Array) => void;
  /** Pearson's r at the lags from -maxLag to maxLag. */
  pearson: (a: number, b: number, maxLag: number) => LagProfile;
  /** The same at the lags from 0 to maxLag alone, in half the time: `coefficients[lag]` over `counts[lag]` days. */
  pearsonAhead: (a: number, b: number, maxLag: number) => LagProfile;
  /** Spearman's rho at the lags from -maxLag to maxLag: average ranks over each lag's own common days. */
  spearman: (a: number, b: number, maxLag: number) => LagProfile;
  /** Pearson's r of every two slots on the same day, [i][j] row by row; a profile costs several times as much per pair. */
  pearsonMatrix: (slots: readonly number[]) => LagProfile;
  /** Of the common days at a lag, how many pairs are k = 0..60 days apart; at k = 0 it is the number of days. */
  pairDistances: (a: number, b: number, lag: number) => Int32Array;
  /** Σ x[t]·x[t+k] of a column about its mean, in a unit of its own, for k = 0..60: only their ratios mean something. */
  ownProducts: (slot: number) => Float64Array;
};

/** An empty bank for so many columns of so many days. */
export function openBank(length: number, capacity: number): ColumnBank {
  const columnBytes = planColumn(0, length).end;
  const place = openWorkplace(length, capacity * columnBytes);
  const columns: (Column | undefined)[] = Array.from({ length: capacity });
  const at = (slot: number): Column => columns[slot] ?? fail(`There is no column in slot ${slot}.`);
  const set = (slot: number, values: Float64Array): void => {
    if (!(slot in columns)) fail(`A bank for ${capacity} columns has no slot ${slot}.`);
    if (values.length !== length) fail(`A bank for ${length} days takes no column of ${values.length}.`);
    columns[slot] = writeColumn(place, planColumn(slot * columnBytes, length), values);
  };
  return {
    length,
    capacity,
    set,
    pearson: (a, b, maxLag) => profilePearson(place, at(a), at(b), -requireLag(maxLag), maxLag),
    pearsonAhead: (a, b, maxLag) => profilePearson(place, at(a), at(b), 0, requireLag(maxLag)),
    spearman: (a, b, maxLag) => profileSpearman(place, at(a), at(b), requireLag(maxLag)),
    pearsonMatrix: (slots) => correlateAll(place, slots.map(at)),
    pairDistances: (a, b, lag) => countPairDistances(place, at(a), at(b), Math.sign(lag) * requireLag(Math.abs(lag))),
    ownProducts: (slot) => sumOwnProducts(place, at(slot)),
  };
}

function requireLag(days: number): number {
  return Number.isInteger(days) && days >= 0 && days <= MAX_LAG_DAYS
    ? days
    : fail(`A lag is a whole number of days up to ${MAX_LAG_DAYS}, not ${days}.`);
}

function fail(message: string): never {
  throw new RangeError(message);
}
