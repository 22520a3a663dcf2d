import { adjust, type Adjusted, readCalendar } from '../series/adjust.ts';
import { autocorrelations, correctPhi } from '../series/autocorrelation.ts';
import { countIndependentDays } from './independent-days.ts';

/** Values of two groups of days: `isMember` is 1 in the one group and 0 in the other. `days` ascend; all of one length. */
export type GroupedDays = { days: Int32Array; isMember: Float64Array; values: Float64Array };
/** A difference between group means with its standard error, whose ratio has `df` degrees of freedom. */
export type GroupDifference = { difference: number; error: number; df: number };

/** A day that alone decides on its own fit would have an infinite error. */
const LARGEST_LEVERAGE = 0.99;

type Residuals = { group: Float64Array; rest: Float64Array; square: number; adjusted: Adjusted };

/**
 * By how much the values of the members exceed those of the others, weekday, trend and season taken out: the
 * coefficient of the group in an ordinary regression on group and calendar, which by Frisch & Waugh (1933) is the slope
 * between the residuals of both. Null where the calendar alone says who is a member. Values need `normalizeScale`.
 *
 * The standard error is White's in the form of MacKinnon & White (1985), HC2, which without a calendar would be
 * Welch's: groups may differ in spread. Its square is multiplied by n/n*, n* being the effective number of days of
 * group and rest; the degrees of freedom are Welch & Satterthwaite's, of groups that are smaller by as much.
 * Measured, 500 histories of 60 to 365 days, AR(1) φ = 0, 0.6, 0.85: 95 % intervals hold the true difference in 93–96 %
 * for halves, 94–96 % for a fifth of the days, 91–96 % where that fifth has twice the spread.
 * @param firstDay the civil day of day 0, in days since 1970-01-01
 */
export function compareGroups({ days, isMember, values }: GroupedDays, firstDay: number): GroupDifference | null {
  const members = spread(days, isMember);
  const calendar = readCalendar(members, firstDay);
  const adjusted = adjust(members, firstDay, calendar);
  const group = gather(days, adjusted.residuals);
  const square = sum(group, (value) => value * value);
  if (!(square > 0)) return null;
  const outcome = adjust(spread(days, values), firstDay, calendar);
  const left = gather(days, outcome.residuals);
  const difference = sum(left, (value, i) => value * group[i]!) / square;
  const rest = left.map((value, i) => value - difference * group[i]!);
  const inflation = days.length / countIndependent(days, { group, rest, square, adjusted });
  return { difference, ...judgeError(isMember, { group, rest, square, adjusted }, inflation) };
}

function judgeError(isMember: Float64Array, residuals: Residuals, inflation: number): { error: number; df: number } {
  const parts = partsOfVariance(residuals).map((part) => part * inflation);
  let [variance, spreadOfIt] = [0, 0];
  for (const side of [1, 0]) {
    const size = sum(isMember, (member) => Number(member === side)) / inflation;
    const share = sum(isMember, (member, i) => (member === side ? parts[i]! : 0));
    variance += share;
    spreadOfIt += share ** 2 / Math.max(1, size - 1);
  }
  return { error: Math.sqrt(variance), df: spreadOfIt > 0 ? Math.max(1, variance ** 2 / spreadOfIt) : 1 };
}

/** What each day adds to the variance of the difference: g²e²/(1-h)/(Σg²)². */
function partsOfVariance({ group, rest, square, adjusted }: Residuals): Float64Array {
  return group.map((value, i) => {
    // The calendar's terms share out their leverage nearly evenly.
    const leverage = Math.min(LARGEST_LEVERAGE, (1 + adjusted.terms) / group.length + (value * value) / square);
    return ((value * rest[i]!) / square) ** 2 / (1 - leverage);
  });
}

function countIndependent(days: Int32Array, { group, rest, adjusted }: Residuals): number {
  const persistent = (values: Float64Array) => {
    const series = spread(days, values);
    return { values: series, phi: correctPhi(autocorrelations(series, 1)[1]!, days.length, 1 + adjusted.drifts) };
  };
  return countIndependentDays(days, persistent(group), persistent(rest));
}

/** Values put on their days; the days between are missing. */
function spread(days: Int32Array, values: Float64Array): Float64Array {
  const series = new Float64Array((days.at(-1) ?? -1) + 1).fill(Number.NaN);
  for (let i = 0; i < days.length; i++) series[days[i]!] = values[i]!;
  return series;
}

const gather = (days: Int32Array, series: Float64Array): Float64Array => Float64Array.from(days, (day) => series[day]!);

function sum(values: Float64Array, term: (value: number, i: number) => number): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += term(values[i]!, i);
  return total;
}
