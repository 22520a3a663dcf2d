import { monthOf } from '../series/calendar.ts';
import { findDayRange, isConstant } from '../series/daily-series.ts';
import { isSilence, type Silence, silent, tooFewDays } from '../silence.ts';
import { type CalendarSample, compareCalendar, scoreValues } from './calendar-effects.ts';
import { findPhi } from './group-fit.ts';

/**
 * What the months of the year do to a metric, January first, in its unit (shares for yes and no). `pValue` is that of
 * "the month does not matter", one per metric. `effects` are differences from the mean of the months that were
 * compared, 0 for the others; `counts` are the days, `years` the years behind each (0 where it was not compared).
 * `n` days in `months` months of a year were used.
 */
export type MonthEffects = {
  pValue: number;
  n: number;
  months: number;
  effects: number[];
  counts: number[];
  years: number[];
  strongest: MonthContrast;
};
/** One month (0 = January) beside the others: difference = ownLevel - othersLevel; counts in days. */
export type MonthContrast = {
  month: number;
  difference: number;
  ownLevel: number;
  othersLevel: number;
  count: number;
  othersCount: number;
  years: number;
  pValue: number;
};
/** A month of one year: months since January 1970 and the indexes of its days with a value. */
type Month = { time: number; days: number[] };

/** A month of a year with fewer values is not looked at. */
const MIN_MONTH_DAYS = 10;
const MIN_YEARS = 2;
/** Months of the year that must have been seen in two years. */
export const MIN_MONTHS = 8;
const MONTHS_PER_YEAR = 12;
const LARGEST_PHI = 0.98;

/**
 * Whether and how the values depend on the month, for metrics of which 8 months of the year or more were seen in two
 * years or more, with 10 values each. The days of a month resemble each other, so a month of a year counts as one
 * observation, the mean of its ranks; a level per month of the year and a line are fitted to them.
 *
 * Two or three years leave 11 to 23 degrees of freedom, too few to estimate φ well: errors are taken for independent and
 * for AR(1), and the larger p counts. Measured, share of noise with p ≤ 0.05 over two | three years, AR(1) in days: φ =
 * 0 5 | 5 %, 0.6 5 | 5 %, 0.8 6 | 5 %, 0.95 7 | 5 %, 0.98 7 | 4 % (independent errors alone 10 | 7 %, AR(1) alone 10 |
 * 8 %). Found at φ = 0.6: a yearly wave of 0.5 σ in 54 | 89 %, Decembers 1 σ lower in three years 69 %.
 *
 * @param values the metric's daily values, NaN = missing
 * @param firstDay the civil day of index 0, in days since 1970-01-01
 */
export function testMonths(values: Float64Array, firstDay: number): MonthEffects | Silence {
  const months = collectMonths(values, firstDay);
  if (!isEnough(months)) return tooFewDays(0, countMissing(values, firstDay));
  if (isConstant(values)) return silent('CONSTANT');
  const found = compareCalendar(createSample(months, values), MIN_YEARS, (moments) => [
    { phi: 0, spent: 0 },
    { phi: findPhi(moments, 0, LARGEST_PHI), spent: 0 },
  ]);
  if (isSilence(found)) return found;
  const { pValue, effects, counts: years } = found;
  const counts = countByMonth(months, ({ days }) => days.length);
  const n = counts.reduce((sum, count) => sum + count, 0);
  const { position: month, ...contrast } = found.strongest;
  const count = counts[month]!;
  const strongest = { month, ...contrast, count, othersCount: n - count, years: years[month]! };
  return { pValue, n, months: months.length, effects, counts, years, strongest };
}

/** The months that are compared: enough days, and seen in two years. */
function collectMonths(values: Float64Array, firstDay: number): Month[] {
  const months: Month[] = [];
  for (let day = 0; day < values.length; day++) {
    if (Number.isNaN(values[day]!)) continue;
    const time = monthOf(firstDay, day);
    if (months.at(-1)?.time !== time) months.push({ time, days: [] });
    months.at(-1)!.days.push(day);
  }
  const full = months.filter(({ days }) => days.length >= MIN_MONTH_DAYS);
  const years = countByMonth(full, () => 1);
  return full.filter((month) => years[positionOf(month)]! >= MIN_YEARS);
}

const isEnough = (months: Month[]): boolean =>
  countByMonth(months, () => 1).filter((years) => years > 0).length >= MIN_MONTHS;

/** How many more days would do if every day after the last value had one. */
function countMissing(values: Float64Array, firstDay: number): number {
  const { last } = findDayRange(values);
  // Two years and a bit do in any case; halving finds the first day that does.
  let [low, high] = [0, 800];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const longer = new Float64Array(last + 1 + middle);
    longer.set(values.subarray(0, last + 1));
    if (isEnough(collectMonths(longer, firstDay))) high = middle;
    else low = middle;
  }
  return high;
}

function createSample(months: Month[], values: Float64Array): CalendarSample {
  const days = Float64Array.from(months.flatMap((month) => month.days));
  const { ranks, fenced } = scoreValues(days.map((day) => values[day]!));
  return {
    times: Float64Array.from(months, ({ time }) => time),
    // The middle of its days: months differ in length, and a steady rise would differ with them.
    dates: averageMonths(months, days),
    positionOf: Int32Array.from(months, positionOf),
    positions: MONTHS_PER_YEAR,
    scores: averageMonths(months, ranks),
    values: averageMonths(months, fenced),
  };
}

/** The mean of each month's entries, which follow one another. */
function averageMonths(months: Month[], entries: Float64Array): Float64Array {
  let next = 0;
  return Float64Array.from(months, ({ days: { length } }) => {
    let mean = 0;
    // Shares before the sum: the values may be near the end of the range of doubles.
    for (const end = next + length; next < end; next++) mean += entries[next]! / length;
    return mean;
  });
}

/** 0 = January; times before 1970 are negative. */
const positionOf = ({ time }: Month): number => ((time % MONTHS_PER_YEAR) + MONTHS_PER_YEAR) % MONTHS_PER_YEAR;

function countByMonth(months: Month[], countOf: (month: Month) => number): number[] {
  const counts = Array.from({ length: MONTHS_PER_YEAR }, () => 0);
  for (const month of months) counts[positionOf(month)]! += countOf(month);
  return counts;
}
