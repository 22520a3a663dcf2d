/** The leading digits of a number that is easy to keep in mind, the roundest first. */
const ROUND_DIGITS = [5, 2.5, 2, 1];
/** How much finer than the spread a step may get, in powers of ten. */
const DECADES = 4;
/** A rounder threshold may cost this share of the smaller group that the evenest split would have. */
const CONCESSION = 0.2;
/** Digits that a round number may need; more are rounding. */
const PRECISION = 12;

/**
 * A number to cut values at, "at least this much" and "less": the roundest whose smaller side has at least four fifths
 * of the values of the evenest cut's smaller side. Multiples of 5, 2.5, 2 and 1 × 10ᵏ count as round, or multiples of
 * the given `steps` (say 3600, 1800 and 300 for durations in seconds); where none will do, it is a value itself.
 *
 * Only the values to be cut are looked at, never what they might go with: a threshold chosen for its effect would
 * exaggerate it. Values without NaN; null when they do not vary.
 */
export function chooseThreshold(values: Float64Array, steps?: readonly number[]): number | null {
  const sorted = values.toSorted();
  const cut = evenestCut(sorted);
  if (cut === 0) return null;
  const [below, above] = [sorted[cut - 1]!, sorted[cut]!];
  const wanted = (1 - CONCESSION) * Math.min(cut, sorted.length - cut);
  for (const step of steps ? steps.toSorted((a, b) => b - a) : roundSteps(sorted)) {
    const [best] = multiplesNear(below, above, step)
      .map((threshold) => ({ threshold, smaller: smallerSide(sorted, threshold) }))
      .sort((a, b) => b.smaller - a.smaller);
    if (best && best.smaller >= wanted) return best.threshold;
  }
  return above;
}

/** How many of the values lie below the cut between two different ones that is nearest the middle; 0 if there is none. */
function evenestCut(sorted: Float64Array): number {
  const middle = sorted.length / 2;
  let best = 0;
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] !== sorted[i - 1] && Math.abs(i - middle) < Math.abs(best - middle)) best = i;
  }
  return best;
}

/** Round steps from as wide as the values spread to a ten-thousandth of it, the widest first. */
function roundSteps(sorted: Float64Array): number[] {
  const spread = Math.min(Number.MAX_VALUE, sorted.at(-1)! - sorted[0]!);
  const widest = Math.floor(Math.log10(spread));
  const decades = Array.from({ length: DECADES + 1 }, (_, i) => 10 ** (widest - i));
  return decades
    .flatMap((decade) => ROUND_DIGITS.map((digits) => digits * decade))
    .filter((step) => step > 0 && step <= spread);
}

/** The multiples of a step next to the gap between two values: those inside, or on either side of it. */
function multiplesNear(below: number, above: number, step: number): number[] {
  const around = [Math.floor(below / step), Math.ceil(below / step), Math.floor(above / step), Math.ceil(above / step)];
  return [...new Set(around)].map((count) => Number((count * step).toPrecision(PRECISION))).filter(Number.isFinite);
}

function smallerSide(sorted: Float64Array, threshold: number): number {
  let below = 0;
  while (below < sorted.length && sorted[below]! < threshold) below++;
  return Math.min(below, sorted.length - below);
}
