import { findDayRange } from '../series/daily-series.ts';
import { meanOf, subtract } from './period-levels.ts';

/** Two neighbouring periods of `length` days: the days of each that count, as offsets from its first. */
export type PeriodPair = { length: number; period: Int32Array; previous: Int32Array };

/**
 * How neighbouring periods differed in the past. `differences` are of the scores, `sizes` the same without sign in the
 * metric's unit. `worth` is how many independent differences they are worth; `missingDays` how many days it takes, at the
 * least, until they are worth enough, 0 once they are.
 */
export type PastDifferences = { differences: Float64Array; sizes: Float64Array; worth: number; missingDays: number };

/** Independent differences of the past without which nothing is usual. */
export const MIN_PAST_PERIODS = 4;

/** Of the days that count, this share at least must have a value in a pair of the past. */
const LEAST_SHARE = 0.5;

/** The days that have a value in the period from `from` to `to`, and in the one before it. */
export function pairPeriods(values: Float64Array, from: number, to: number): PeriodPair {
  const length = to - from + 1;
  const presentOffsets = (start: number) =>
    Int32Array.from({ length }, (_, i) => i).filter((i) => !Number.isNaN(values[start + i] ?? Number.NaN));
  return { length, period: presentOffsets(from), previous: presentOffsets(from - length) };
}

/**
 * The difference between the means of the pair whose later period begins at index `from`; null where either has too few
 * of the days that count.
 */
export function differenceAt(values: Float64Array, pair: PeriodPair, from: number): number | null {
  const period = meanAt(values, pair.period, from);
  const previous = meanAt(values, pair.previous, from - pair.length);
  return period === null || previous === null ? null : subtract(period, previous);
}

/**
 * The differences of all pairs of periods that end before index `from`, one for each day they may end on. Only the days
 * that count are looked at, so that a mean of the past is of no more days than the one it is compared with.
 *
 * Pairs overlap. S of them are worth S/Σρ² independent ones, ρ being their autocorrelation: for differences of means
 * over L days Σρ² is 2/3 L where days are independent and 1.08 L where they drift like a random walk; for single days 1.5
 * and 1. L + 1/2 is above all of these. Where only some days have pairs (a metric kept once a week) neighbouring pairs
 * share a period each: 1.5, which is also the least.
 */
export function pastDifferences(
  scores: Float64Array,
  values: Float64Array,
  pair: PeriodPair,
  from: number,
): PastDifferences {
  const first = findDayRange(values).first + pair.length;
  const starts: number[] = [];
  for (let start = from - pair.length; start >= first; start--) {
    if (differenceAt(scores, pair, start) !== null) starts.push(start);
  }
  const span = from - pair.length - first + 1;
  const [perPair, perDay] = [1.5, pair.length + 0.5];
  const missing = [MIN_PAST_PERIODS * perDay - span, MIN_PAST_PERIODS * perPair - starts.length];
  return {
    differences: Float64Array.from(starts, (start) => differenceAt(scores, pair, start)!),
    sizes: Float64Array.from(starts, (start) => Math.abs(differenceAt(values, pair, start)!)),
    worth: Math.min(starts.length / perPair, Math.max(0, span) / perDay),
    missingDays: Math.ceil(Math.max(0, ...missing)),
  };
}

function meanAt(values: Float64Array, offsets: Int32Array, start: number): number | null {
  const present: number[] = [];
  for (const offset of offsets) {
    const value = values[start + offset] ?? Number.NaN;
    if (!Number.isNaN(value)) present.push(value);
  }
  return present.length > 0 && present.length >= LEAST_SHARE * offsets.length ? meanOf(present) : null;
}
