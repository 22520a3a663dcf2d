import { isBinary, isConstant, normalizeScale } from '../series/daily-series.ts';
import { averageRanks } from '../series/ranks.ts';
import { DERIVATIONS } from './derivations.ts';

/**
 * A series readied for the search for tautologies. `raw` are its values, infinite ones missing; `values` are these about
 * their mean, by their mean deviation. `sample` has a few days only: the values, their ranks, and each derivation of
 * them.
 */
export type SampledSeries = {
  raw: Float64Array;
  values: Float64Array;
  isConstant: boolean;
  isBinary: boolean;
  sample: { values: Sample; ranks: Sample; derived: Sample[] };
};
/** The values of the sampled days, 0 where there is none, and 1 or 0 for whether there is one. */
export type Sample = { values: Float64Array; presence: Float64Array };

/** A look at so many days spares most pairs the exact test: the newest ones, and as many spread over all before them. */
const SAMPLED_DAYS = 128;
/** Fewer common days in a sample tell nothing. */
const MIN_SAMPLED_PAIRS = 20;

/** Readies a series; those of one length are sampled on the same days. */
export function sampleSeries(original: Float64Array): SampledSeries {
  const raw = original.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  const values = standardize(normalizeScale(raw));
  const days = sampleDays(values.length);
  const sampled = new Float64Array(days.length).map((_, i) => values[days[i]!]!);
  const derived = DERIVATIONS.map(({ at }) => sampled.map((_, i) => at(values, days[i]!)));
  const sample = {
    values: markPresence(sampled),
    ranks: markPresence(averageRanks(sampled)),
    derived: derived.map(markPresence),
  };
  return { raw, values, isConstant: isConstant(raw), isBinary: isBinary(raw), sample };
}

function sampleDays(length: number): Int32Array {
  const newest = Math.min(length, SAMPLED_DAYS / 2);
  const older = Math.min(length - newest, SAMPLED_DAYS / 2);
  return Int32Array.from({ length: older + newest }, (_, i) =>
    i < older ? Math.floor((i * (length - newest)) / older) : length - newest + (i - older),
  );
}

const markPresence = (values: Float64Array): Sample => ({
  values: values.map((value) => (Number.isNaN(value) ? 0 : value)),
  presence: values.map((value) => Number(!Number.isNaN(value))),
});

/**
 * Pearson's r over the common days of two samples; NaN when they are fewer than 20, or a side does not vary. Plain sums
 * in one loop without a branch, which would be guessed wrong at every other gap: it runs ten thousand times, and only for
 * a hint.
 */
export function correlateSamples(a: Sample, b: Sample): number {
  const [valuesA, valuesB, inA, inB] = [a.values, b.values, a.presence, b.presence];
  let [n, sumA, sumB, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < valuesA.length; i++) {
    const x = valuesA[i]! * inB[i]!;
    const y = valuesB[i]! * inA[i]!;
    n += inA[i]! * inB[i]!;
    sumA += x;
    sumB += y;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  if (n < MIN_SAMPLED_PAIRS) return Number.NaN;
  return (ab - (sumA * sumB) / n) / Math.sqrt((aa - (sumA * sumA) / n) * (bb - (sumB * sumB) / n));
}

/** Values about their mean, by their mean deviation from it. */
function standardize(values: Float64Array): Float64Array {
  const mean = meanOf(values);
  const centred = values.map((value) => value - mean);
  const deviation = meanOf(centred.map(Math.abs));
  return deviation > 0 ? centred.map((value) => value / deviation) : centred;
}

/** The mean of the values that are there; 0 of none. */
function meanOf(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : 0;
}
