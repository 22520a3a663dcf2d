import { weekdayOf } from './calendar.ts';
import { presentDays } from './daily-series.ts';
import { dot, fitOn, type LeastSquares } from './least-squares.ts';

/**
 * A series without weekday, trend and season. `residuals` has the length of the series and its gaps. `terms` were
 * fitted besides the mean; `drifts` of them are slow ones: the line and the waves.
 */
export type Adjusted = { residuals: Float64Array; terms: number; drifts: number };

/**
 * What the calendar can say of the days on which a series has values: fits on the slow columns, free of weekdays, and the
 * weekday of each day. It depends on the days alone, and is most of the work.
 */
export type Calendar = { days: Int32Array; slow: LeastSquares; weekdays: Weekdays };

/** The weekday of each day, all 0 when there are too few days to tell them apart, and how many days each has. */
type Weekdays = { of: Uint8Array; sizes: Float64Array };

/** Fewer values leave too little of a series once six weekday terms are fitted. */
const MIN_WEEKDAY_VALUES = 28;
/** The shortest wave that counts as drift, in days. */
const SHORTEST_WAVE_DAYS = 120;
/** Values needed for each wave: a metric kept once a month has few. */
const VALUES_PER_WAVE = 20;
const WEEKDAYS = 7;
/** Residuals smaller than this share of the scores' range are rounding, whose pattern means nothing. */
const ROUNDING = 1e-9;
/** So are those within a few units in the last digit of the largest score. */
const LAST_DIGITS = 4 * Number.EPSILON;

/**
 * The residuals of an ordinary least-squares fit of a series' scores (its values, or their ranks), over its own days, on
 * weekday (from 28 values on), a straight line in time and cosine waves down to a length of 120 days: what two metrics
 * share through the calendar alone, or through drifting for months, is then gone from both. NaN = missing, and stays
 * so. A series of which nothing but rounding is left, as a straight line, comes back as zeros, and so does one with an
 * infinity, which no line fits. Scores whose squares overflow need `normalizeScale` first.
 *
 * The waves are those of the discrete cosine transform, cos(πk(t + ½)/span) for k ≤ 2 span/120 (the high-pass filter
 * that Frackowiak et al., Human Brain Function, 1997, use on slow measurements). A sine and a cosine of the year, from
 * 365 days on, do less: of histories of 8 metrics with seasons of their own, φ = 0.3, that many had a finding with no
 * season | the yearly wave | two harmonics | these waves: one wave over 200 days - | 20 | - | 3 %, over 300 days - | 30
 * | - | 5 %, over 365 days 50 | 8 | 5 | 8 %; with a second harmonic over 365 days 33 | 23 | 3 | 3 %, over 1095 days 100
 * | 92 | 0 | 0 %. Level shifts over 365 days: 10 % with the yearly wave, 5 % with these. They cost no power that 60
 * histories could show: r = 0.3 at φ = 0.6 over 180 days 57 and 53 %.
 *
 * The residuals of ranks are not ranked again: the trend would put tied ratings in order of time, and two metrics full
 * of ties would agree on that.
 * @param firstDay the civil day of index 0, in days since 1970-01-01
 * @param calendar of the days that have a score, when it is at hand
 */
export function adjust(
  scores: Float64Array,
  firstDay: number,
  { days, slow, weekdays }: Calendar = readCalendar(scores, firstDay),
): Adjusted {
  const rest = slow.residualsOf(centre(pick(scores, days), weekdays));
  const kinds = weekdays.sizes.filter((size) => size > 0).length;
  return {
    // Centred once more: where a fit nearly cancels, digits are lost.
    residuals: spread(centre(rest, weekdays), days, scores),
    terms: Math.max(0, kinds - 1) + slow.rank,
    drifts: slow.rank,
  };
}

/**
 * The calendar of the days on which a series has values. Weekdays are groups, so their part of a fit is a matter of
 * means: taken from scores and slow columns alike, it leaves only the latter to be fitted (Frisch & Waugh 1933).
 */
export function readCalendar(values: Float64Array, firstDay: number): Calendar {
  const days = presentDays(values);
  const weekdays = nameWeekdays(days, firstDay);
  const columns = slowColumns(days);
  const gram = multiplySlow(columns, weekdays);
  for (const column of columns) centre(column, weekdays);
  return { days, slow: fitOn(columns, gram), weekdays };
}

function nameWeekdays(days: Int32Array, firstDay: number): Weekdays {
  const weekdays = { of: new Uint8Array(days.length), sizes: new Float64Array(WEEKDAYS) };
  for (let i = 0; i < days.length; i++) {
    if (days.length >= MIN_WEEKDAY_VALUES) weekdays.of[i] = weekdayOf(firstDay, days[i]!);
    weekdays.sizes[weekdays.of[i]!]!++;
  }
  return weekdays;
}

/** Takes each weekday's mean away, in place. */
function centre(column: Float64Array, { of, sizes }: Weekdays): Float64Array {
  const means = sumByWeekday(column, of);
  for (let weekday = 0; weekday < WEEKDAYS; weekday++) means[weekday]! /= sizes[weekday]!;
  for (let i = 0; i < column.length; i++) column[i]! -= means[of[i]!]!;
  return column;
}

/** The line and the waves; each wave from the two before it, cos kx = 2 cos x cos (k-1)x - cos (k-2)x. */
function slowColumns(days: Int32Array): Float64Array[] {
  const first = days[0] ?? 0;
  const span = (days.at(-1) ?? 0) - first + 1;
  const waves = Math.floor(Math.min((2 * span) / SHORTEST_WAVE_DAYS, days.length / VALUES_PER_WAVE));
  const shares = Float64Array.from(days).map((day) => (day - first + 0.5) / span);
  const cosines = shares.map((share) => Math.cos(Math.PI * share));
  const columns = [shares.map((share) => share - 0.5)];
  let [before, wave] = [shares.map(() => 1), cosines];
  for (let k = 1; k <= waves; k++) {
    columns.push(wave);
    const next = new Float64Array(days.length);
    for (let i = 0; i < next.length; i++) next[i] = 2 * cosines[i]! * wave[i]! - before[i]!;
    [before, wave] = [wave, next];
  }
  return columns;
}

/**
 * The products of every two slow columns once they are free of weekdays, from the columns as they are. Those of two
 * waves are sums of waves, cos ix cos jx = (cos (i-j)x + cos (i+j)x) / 2, and the sum of a wave beyond the last is the
 * same the other way round: a product for each wave does, instead of one for every two.
 */
function multiplySlow(columns: readonly Float64Array[], { of, sizes }: Weekdays): Float64Array[] {
  const sums = columns.map((column) => sumByWeekday(column, of));
  const last = columns.length - 1;
  const ofWaves = [of.length, ...sums.slice(1).map((byWeekday) => byWeekday.reduce((sum, value) => sum + value, 0))];
  for (let k = 1; k <= last; k++) ofWaves.push(2 * dot(columns[last]!, columns[k]!) - ofWaves[last - k]!);
  const productOf = (i: number, j: number) =>
    j === 0 ? dot(columns[i]!, columns[0]!) : (ofWaves[i - j]! + ofWaves[i + j]!) / 2;
  return columns.map((_, i) =>
    new Float64Array(i + 1).map((__, j) => {
      let product = productOf(i, j);
      for (let weekday = 0; weekday < WEEKDAYS; weekday++) {
        if (sizes[weekday]! > 0) product -= (sums[i]![weekday]! * sums[j]![weekday]!) / sizes[weekday]!;
      }
      return product;
    }),
  );
}

function sumByWeekday(column: Float64Array, of: Uint8Array): Float64Array {
  const sums = new Float64Array(WEEKDAYS);
  for (let i = 0; i < column.length; i++) sums[of[i]!]! += column[i]!;
  return sums;
}

/** The scores of the days from the first one on: a large offset must not cost the digits in which they differ. */
function pick(scores: Float64Array, days: Int32Array): Float64Array {
  const picked = new Float64Array(days.length);
  for (let i = 0; i < days.length; i++) picked[i] = scores[days[i]!]! - scores[days[0]!]!;
  return picked;
}

function spread(rest: Float64Array, days: Int32Array, scores: Float64Array): Float64Array {
  const [all, left] = [measure(scores), measure(rest)];
  // Not `<=`: where an infinity was fitted the range is NaN, and nothing but rounding either.
  const isRounding = !(left.range > Math.max(ROUNDING * all.range, LAST_DIGITS * all.largest));
  const residuals = new Float64Array(scores.length).fill(Number.NaN);
  for (let i = 0; i < days.length; i++) residuals[days[i]!] = isRounding ? 0 : rest[i]!;
  return residuals;
}

function measure(values: Float64Array): { range: number; largest: number } {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < lowest) lowest = values[i]!;
    if (values[i]! > highest) highest = values[i]!;
  }
  return { range: highest - lowest, largest: Math.max(Math.abs(lowest), Math.abs(highest)) };
}
