import { toFinite } from '../series/daily-series.ts';
import { silent, type Silence } from '../silence.ts';
import { collectMoments, type Moments } from './cross-products.ts';
import { type Errors, fitGroups, type GroupFit } from './group-fit.ts';

/**
 * Values of one metric at ascending `times`, each at a position of the calendar (a weekday, a month of the year) of
 * which there are `positions`; `dates` are when, in days; `scores` are what is tested, `values` what is told, in the metric's unit. No NaN.
 */
export type CalendarSample = {
  times: Float64Array;
  dates: Float64Array;
  positionOf: Int32Array;
  positions: number;
  scores: Float64Array;
  values: Float64Array;
};
/** One position beside all others, in the metric's unit: difference = ownLevel - othersLevel. */
export type CalendarContrast = {
  position: number;
  difference: number;
  ownLevel: number;
  othersLevel: number;
  pValue: number;
};
/** `effects` has one entry per position, 0 where there are no values; `counts` are values of the sample. */
export type CalendarEffects = {
  pValue: number;
  effects: number[];
  counts: number[];
  strongest: CalendarContrast;
};
/** Values between -1 and 1, and what they were: value = middle + halfRange · scaled. */
type Scaled = { scaled: Float64Array; middle: number; halfRange: number };

/** Tukey's outer fences, in interquartile ranges. */
const FENCE = 3;
/** The largest share of the values on either side that can be far out. */
const FAR_OUT = 0.025;

/**
 * Tests whether the positions differ, judging by the scores with all that `chooseErrors` offers, and keeping the
 * largest p; tells how much, by the values. A position with fewer than `fewest` values is never the strongest, and
 * neither is one whose values say the opposite of its scores; silent when none is left.
 */
export function compareCalendar(
  sample: CalendarSample,
  fewest: number,
  chooseErrors: (moments: Moments) => Errors[],
): CalendarEffects | Silence {
  const counts = countPositions(sample);
  const present = counts.flatMap((count, position) => (count > 0 ? [position] : []));
  const groupOf = Int32Array.from(counts.keys(), (position) => present.indexOf(position));
  const scaling = scaleValues(sample.values);
  const moments = collectMoments({
    times: sample.times,
    dates: sample.dates,
    groups: sample.positionOf.map((position) => groupOf[position]!),
    groupCount: present.length,
    outcomes: [scaleValues(sample.scores).scaled, scaling.scaled],
  });
  const fits = chooseErrors(moments).map((errors) => fitGroups(moments, errors));
  const strongest = findStrongest(fits, present, (position) => counts[position]! >= fewest);
  if (!strongest) return silent('NOTHING_FOUND');
  const levels = fits.at(-1)!.levels[1]!;
  const usual = levels.reduce((sum, level) => sum + level, 0) / levels.length;
  const effects = counts.map((count, position) =>
    count > 0 ? toFinite((levels[groupOf[position]!]! - usual) * scaling.halfRange) : 0,
  );
  const pValue = Math.max(...fits.map((fit) => fit.pValue));
  return { pValue, effects, counts, strongest: describeContrast(strongest, sample, scaling) };
}

/**
 * What to test and what to tell of values without NaN, in their order. `ranks` are average ranks. `fenced` are the values
 * with those that are far out (by Tukey's outer fences, three interquartile ranges past the quartiles) put on the fence:
 * one wild day must not carry the mean of its weekday. At most a fortieth on either side is far out, so that a weekday
 * or a month which always is remains what it is.
 */
export function scoreValues(values: Float64Array): { ranks: Float64Array; fenced: Float64Array } {
  const finite = values.map(toFinite);
  const sorted = finite.toSorted();
  const { least, most } = findFences(sorted);
  // Faster than sorting indexes: a rank is half a search from below and half from above.
  const ranks = finite.map((value) => (findPlace(sorted, value, false) + findPlace(sorted, value, true) + 1) / 2);
  return { ranks, fenced: finite.map((value) => Math.max(least, Math.min(most, value))) };
}

function findFences(sorted: Float64Array): { least: number; most: number } {
  const [low, high] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const least = Math.min(low - FENCE * (high - low), quantile(sorted, FAR_OUT));
  const most = Math.max(high + FENCE * (high - low), quantile(sorted, 1 - FAR_OUT));
  // Nearly all values are one: the few others are all there is to tell.
  if (least === most) return { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
  return { least, most };
}

/** How many of an ascending list are less than the value, or, `inclusive`, not greater. */
function findPlace(sorted: Float64Array, value: number, inclusive: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const isBelow = inclusive ? sorted[middle]! <= value : sorted[middle]! < value;
    if (isBelow) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countPositions({ positionOf, positions }: CalendarSample): number[] {
  const counts = Array.from({ length: positions }, () => 0);
  for (const position of positionOf) counts[position]!++;
  return counts;
}

/** The position with the smallest p, times the number of those to choose from (Bonferroni). */
function findStrongest(fits: GroupFit[], present: number[], isCounted: (position: number) => boolean) {
  const last = fits.at(-1)!;
  let best: { position: number; difference: number; pValue: number } | null = null;
  for (const [group, position] of present.entries()) {
    const [score, value] = last.contrasts[group]!.differences;
    if (!isCounted(position) || !(score! * value! > 0)) continue;
    const pValue = Math.min(1, present.length * Math.max(...fits.map((fit) => fit.contrasts[group]!.pValue)));
    const isBetter =
      !best || pValue < best.pValue || (pValue === best.pValue && Math.abs(value!) > Math.abs(best.difference));
    if (isBetter) best = { position, difference: value!, pValue };
  }
  return best;
}

/**
 * The others' level is their plain mean; the position's own is that plus the fitted difference, which compares it with
 * the others of its own time. Without gaps and trends that is its plain mean too.
 */
function describeContrast(
  { position, difference, pValue }: { position: number; difference: number; pValue: number },
  { positionOf }: CalendarSample,
  { scaled, middle, halfRange }: Scaled,
): CalendarContrast {
  let [sum, count] = [0, 0];
  for (let i = 0; i < scaled.length; i++) {
    if (positionOf[i] === position) continue;
    sum += scaled[i]!;
    count++;
  }
  const others = sum / count;
  // No level can be beyond what has been: a share stays between 0 and 1.
  const own = Math.max(-1, Math.min(1, others + difference));
  const toLevel = (level: number) => toFinite(middle + halfRange * level);
  return {
    position,
    difference: toFinite(halfRange * (own - others)),
    ownLevel: toLevel(own),
    othersLevel: toLevel(others),
    pValue,
  };
}

/** Halves before differences: the range of the largest doubles is infinite. */
function scaleValues(values: Float64Array): Scaled {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const [middle, halfRange] = [least / 2 + most / 2, most / 2 - least / 2];
  return {
    scaled: values.map((value) => (halfRange > 0 ? (value / 2 - middle / 2) / (halfRange / 2) : 0)),
    middle,
    halfRange,
  };
}

/** The quantile of an ascending list, between its neighbours (Hyndman & Fan's type 7). */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const part = place % 1;
  return sorted[Math.floor(place)]! * (1 - part) + sorted[Math.ceil(place)]! * part;
}
