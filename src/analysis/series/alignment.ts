import { countDays, type DailySeries } from './daily-series.ts';

/** A series as the days that have a value, ascending, in days since 1970-01-01. */
export type SparseSeries = { id: string; days: Int32Array; values: Float64Array };

/** Series side by side, day by day, from `firstDay` on. */
export type AlignedSeries = { firstDay: number; length: number; series: DailySeries[] };

const MILLISECONDS_PER_DAY = 86_400_000;
/** What held longer ago is not what holds now. */
const HISTORY_YEARS = 5;

/** The first and the last day an analysis looks at. */
export type Window = { firstDay: number; lastDay: number };

/**
 * The days an analysis of the series looks at: up to the newest value that is not later than `limit`, from 1 January of
 * the year of the oldest one, or of five years before the newest. The start moves once a year at the most, so that a new
 * day adds to what is known and takes nothing away. Null when there is no value.
 */
export function findWindow(series: Iterable<SparseSeries>, limit: number): Window | null {
  let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { days } of series) {
    oldest = Math.min(oldest, days[0] ?? oldest);
    newest = Math.max(newest, days.findLast((day) => day <= limit) ?? newest);
  }
  if (oldest > newest) return null;
  const year = Math.max(yearOf(oldest), yearOf(newest) - HISTORY_YEARS);
  return { firstDay: Date.UTC(year, 0, 1) / MILLISECONDS_PER_DAY, lastDay: newest };
}

/** The values from `firstDay` to `lastDay`, NaN where there is none. */
export function alignSeries({ days, values }: SparseSeries, { firstDay, lastDay }: Window): Float64Array {
  const aligned = new Float64Array(Math.max(0, lastDay - firstDay + 1)).fill(Number.NaN);
  for (let i = 0; i < days.length; i++) {
    if (days[i]! >= firstDay && days[i]! <= lastDay) aligned[days[i]! - firstDay] = values[i]!;
  }
  return aligned;
}

/** All series side by side from the oldest to the newest value of their window; those without one are left out. */
export function alignAll(series: readonly SparseSeries[], limit: number): AlignedSeries {
  const window = findWindow(series, limit);
  if (!window) return { firstDay: 0, length: 0, series: [] };
  const oldest = Math.min(...series.flatMap(({ days }) => days.find((day) => day >= window.firstDay) ?? []));
  const days = { ...window, firstDay: oldest };
  const aligned = series.map((one) => ({ id: one.id, values: alignSeries(one, days) }));
  const present = aligned.filter(({ values }) => countDays(values) > 0);
  return { firstDay: oldest, length: window.lastDay - oldest + 1, series: present };
}

const yearOf = (day: number): number => new Date(day * MILLISECONDS_PER_DAY).getUTCFullYear();
