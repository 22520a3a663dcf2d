import type { History } from './history.ts';
import { advance, dampedDays, type SmoothingParameters, startState } from './smoothing.ts';

const DAYS_PER_WEEK = 7;

/**
 * What a method knew at the end of each day: level and trend per day. `seasons` holds, for each day and a week beyond
 * the last, how far from the level it was expected to lie; that is settled a week before. `damped` is how many days'
 * worth of the trend the day h ahead gets, by h - 1.
 */
export type Trace = { levels: Float64Array; trends: Float64Array; seasons: Float64Array; damped: Float64Array };

/** Zeros for each day of a history. */
export function blankTrace({ values, horizon }: History): Trace {
  return {
    levels: new Float64Array(values.length),
    trends: new Float64Array(values.length),
    seasons: new Float64Array(values.length + DAYS_PER_WEEK),
    damped: new Float64Array(horizon),
  };
}

/**
 * Smooths the days before `until` with fixed parameters and writes what was known, from the first forecast's day on,
 * into `trace`, which it returns.
 */
export function smooth(history: History, parameters: SmoothingParameters, until: number, trace: Trace): Trace {
  const { values, origin, weekday } = history;
  const state = startState(values.subarray(0, origin + 1), weekday, parameters);
  trace.levels[origin] = state.level;
  trace.trends[origin] = 0;
  for (let day = origin + 1, at = (weekday + day) % DAYS_PER_WEEK; day < until; day++) {
    trace.seasons[day] = state.season[at]!;
    advance(state, parameters, values[day]!, at);
    trace.levels[day] = state.level;
    trace.trends[day] = state.trend;
    at = at === DAYS_PER_WEEK - 1 ? 0 : at + 1;
  }
  for (let day = until; day < until + DAYS_PER_WEEK; day++) {
    trace.seasons[day] = state.season[(weekday + day) % DAYS_PER_WEEK]!;
  }
  trace.damped.set(dampedDays(parameters.phi, history.horizon));
  return trace;
}

/** The forecast for the day `ahead` (≥ 1) days after `day`, made at the end of `day`. */
export function forecastFrom({ levels, trends, seasons, damped }: Trace, day: number, ahead: number): number {
  return levels[day]! + damped[ahead - 1]! * trends[day]! + seasons[day + 1 + ((ahead - 1) % DAYS_PER_WEEK)]!;
}

/**
 * Errors y - ŷ of the forecasts for days from `since` on, by horizon (h - 1) and day; NaN where that day, or the day h
 * earlier, has no value.
 */
export function errorsOf({ values, origin, horizon }: History, trace: Trace, since: number): Float64Array[] {
  return Array.from({ length: horizon }, (_, i) => {
    const errors = new Float64Array(values.length).fill(Number.NaN);
    for (let day = Math.max(since, origin + i + 1); day < values.length; day++) {
      const from = day - i - 1;
      if (!Number.isNaN(values[from]!)) errors[day] = values[day]! - forecastFrom(trace, from, i + 1);
    }
    return errors;
  });
}

/**
 * For each day from `since` on that was forecast at least once, in order, the mean absolute error over its horizons.
 */
export function dailyLosses(errors: readonly Float64Array[], since: number): Float64Array {
  const losses: number[] = [];
  for (let day = since; day < errors[0]!.length; day++) {
    let sum = 0;
    let count = 0;
    for (const ahead of errors) {
      const loss = Math.abs(ahead[day]!);
      if (Number.isNaN(loss)) continue;
      sum += loss;
      count++;
    }
    if (count > 0) losses.push(sum / count);
  }
  return Float64Array.from(losses);
}
