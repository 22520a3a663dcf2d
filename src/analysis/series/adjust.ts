import { orthonormalize, residualsOf } from './least-squares.ts';

/**
 * A series without weekday, trend and season. `residuals` has the length of the series and its gaps. `terms` were
 * fitted besides the mean; `drifts` of them are slow ones: the line and the waves.
 */
export type Adjusted = { residuals: Float64Array; terms: number; drifts: number };

/** Fewer values leave too little of a series once six weekday terms are fitted. */
const MIN_WEEKDAY_VALUES = 28;
/** The shortest wave that counts as drift, in days. */
const SHORTEST_WAVE_DAYS = 120;
/** Values needed for each wave: a metric kept once a month has few. */
const VALUES_PER_WAVE = 20;
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
 */
export function adjust(scores: Float64Array, firstDay: number): Adjusted {
  const days = presentDays(scores);
  const slow = orthonormalize(slowColumns(days));
  const basis = orthonormalize(weekdayColumns(days, firstDay), slow);
  // Taken from the first score: a large offset must not cost the digits in which the days differ.
  const rest = residualsOf(
    Float64Array.from(days, (day) => scores[day]! - scores[days[0]!]!),
    basis,
  );
  const isRounding = range(rest) <= Math.max(ROUNDING * range(scores), LAST_DIGITS * largest(scores));
  const residuals = new Float64Array(scores.length).fill(Number.NaN);
  for (let i = 0; i < days.length; i++) residuals[days[i]!] = isRounding ? 0 : rest[i]!;
  return { residuals, terms: Math.max(0, basis.length - 1), drifts: Math.max(0, slow.length - 1) };
}

function presentDays(scores: Float64Array): Int32Array {
  const days: number[] = [];
  for (let day = 0; day < scores.length; day++) if (!Number.isNaN(scores[day]!)) days.push(day);
  return Int32Array.from(days);
}

/** The mean, the line and the waves. */
function slowColumns(days: Int32Array): Float64Array[] {
  const first = days[0] ?? 0;
  const span = (days.at(-1) ?? 0) - first + 1;
  const column = (shape: (share: number) => number) =>
    Float64Array.from(days, (day) => shape((day - first + 0.5) / span));
  const waves = Math.floor(Math.min((2 * span) / SHORTEST_WAVE_DAYS, days.length / VALUES_PER_WAVE));
  return [
    column(() => 1),
    column((share) => share - 0.5),
    ...Array.from({ length: waves }, (_, i) => column((share) => Math.cos(Math.PI * (i + 1) * share))),
  ];
}

/** A column for each weekday; those without days, and what the mean already says, are dropped as dependent. */
function weekdayColumns(days: Int32Array, firstDay: number): Float64Array[] {
  if (days.length < MIN_WEEKDAY_VALUES) return [];
  // 1970-01-01 was a Thursday. Twice the remainder: days before 1970 are negative.
  const weekday = (day: number) => (((firstDay + day + 3) % 7) + 7) % 7;
  return Array.from({ length: 7 }, (_, i) => Float64Array.from(days, (day) => Number(weekday(day) === i)));
}

function largest(values: Float64Array): number {
  let found = 0;
  for (const value of values) if (Math.abs(value) > found) found = Math.abs(value);
  return found;
}

function range(values: Float64Array): number {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  return highest - lowest;
}
