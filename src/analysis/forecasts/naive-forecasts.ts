import type { History } from './history.ts';
import { blankTrace, type Trace } from './trace.ts';

const DAYS_PER_WEEK = 7;
const RECENT_DAYS = 28;

/**
 * What anybody could forecast without a model: the last value; the value of the same weekday last week; the mean of all
 * values so far; the mean of the last four weeks. As traces, to be tested as models are. A model that does not beat all
 * four has found nothing: on a random walk the first is the best there is, on noise without memory the third.
 */
export function naiveForecasts(history: History): Trace[] {
  return [
    { ...blankTrace(history), levels: history.values },
    { ...blankTrace(history), seasons: repeatWeek(history) },
    { ...blankTrace(history), levels: meansSoFar(history) },
    { ...blankTrace(history), levels: recentMeans(history) },
  ];
}

/**
 * For each day, and a week beyond the last, the latest value of its weekday a week or more before; at first, value 0.
 */
function repeatWeek({ values }: History): Float64Array {
  const seasons = new Float64Array(values.length + DAYS_PER_WEEK).fill(values[0]!);
  for (let day = DAYS_PER_WEEK; day < seasons.length; day++) {
    const before = values[day - DAYS_PER_WEEK]!;
    seasons[day] = Number.isNaN(before) ? seasons[day - DAYS_PER_WEEK]! : before;
  }
  return seasons;
}

function meansSoFar({ values }: History): Float64Array {
  let mean = 0;
  let count = 0;
  return values.map((value) => {
    if (!Number.isNaN(value)) mean += (value - mean) / ++count;
    return mean;
  });
}

/** Each time from the values themselves: a running sum would keep the rounding of a wild value that has left it. */
function recentMeans({ values }: History): Float64Array {
  return values.map((_, day) => {
    let sum = 0;
    let count = 0;
    for (let from = Math.max(0, day - RECENT_DAYS + 1); from <= day; from++) {
      if (Number.isNaN(values[from]!)) continue;
      sum += values[from]!;
      count++;
    }
    return count > 0 ? sum / count : Number.NaN;
  });
}
