import { regularizedBeta } from '../distributions/incomplete-beta.ts';
import { studentPValue } from '../distributions/significance.ts';
import { type CrossProducts, type Moments, whitenMoments } from './cross-products.ts';

/** AR(1) errors; `spent` degrees of freedom are the price of a φ that was itself estimated. */
export type Errors = { phi: number; spent: number };
/** One group beside all others: the differences are own level minus theirs, one per outcome. */
export type GroupContrast = { pValue: number; differences: number[] };
/**
 * `pValue` is that of "all groups have one level", judged by the first outcome; `levels[k][g]` is the level of group g
 * in outcome k at the middle of the time, next to the same errors and line; `contrasts` has one entry per group.
 */
export type GroupFit = { pValue: number; levels: number[][]; contrasts: GroupContrast[] };
/** Coefficients per outcome and column of the fit, and what it leaves of the first outcome's sum of squares. */
type Solution = { rest: number; coefficients: number[][] };

/** A column, or a sum of squares, that keeps less than this share of itself is spent: the rest is rounding. */
const SPENT = 1e-11;
const SEARCH_STRIDE = 0.25;
const SEARCH_STEPS = 10;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Whether the groups differ in level: generalized least squares with a level per group and one line in time, errors
 * AR(1) in `times`, gaps and all; F with groups - 1 and n - groups - 1 - spent degrees of freedom against one common level,
 * and Student's t for each group against the others. Needs n > groups + 1 + spent.
 */
export function fitGroups(moments: Moments, { phi, spent }: Errors): GroupFit {
  const products = whitenMoments(moments, phi);
  const { groupCount } = moments;
  const residualDf = moments.n - groupCount - 1 - spent;
  const total = products.entries[(groupCount + 1) * (products.size + 1)]!;
  const full = solveMerged(products, groupCount, (group) => group);
  const common = solveMerged(products, groupCount, () => 0);
  const levels = full.coefficients.map((column) => column.slice(0, groupCount));
  const contrasts = Array.from({ length: groupCount }, (_, own) => {
    const split = solveMerged(products, groupCount, (group) => Number(group !== own));
    const ratio = fRatio(common.rest - split.rest, full.rest, total, 1, residualDf);
    return {
      pValue: studentPValue(Math.sqrt(ratio), residualDf),
      differences: split.coefficients.map(([mine, others]) => mine! - others!),
    };
  });
  const ratio = fRatio(common.rest - full.rest, full.rest, total, groupCount - 1, residualDf);
  return { pValue: fisherPValue(ratio, groupCount - 1, residualDf), levels, contrasts };
}

/**
 * φ of the AR(1) errors of the first outcome by restricted maximum likelihood (Patterson & Thompson 1971), between
 * `least` and `most`: it knows how many levels were fitted, so φ is not pulled down by them as an autocorrelation of
 * residuals is. A coarse walk, then golden sections: φ to within 0.002.
 */
export function findPhi(moments: Moments, least: number, most: number): number {
  const cost = (phi: number) => restrictedDeviance(moments, phi);
  let best = least;
  for (let phi = least, lowest = Number.POSITIVE_INFINITY; phi <= most; phi += SEARCH_STRIDE) {
    const here = cost(phi);
    if (here < lowest) [best, lowest] = [phi, here];
  }
  return searchGolden(cost, Math.max(least, best - SEARCH_STRIDE), Math.min(most, best + SEARCH_STRIDE));
}

/** Upper tail of Fisher's F: I_{b/(b+aF)}(b/2, a/2), Abramowitz & Stegun 26.6.2. */
export function fisherPValue(ratio: number, a: number, b: number): number {
  if (ratio === Number.POSITIVE_INFINITY) return 0;
  return regularizedBeta(b / (b + a * ratio), (a * ratio) / (b + a * ratio), b / 2, a / 2);
}

/** -2 log restricted likelihood, but for a constant. */
function restrictedDeviance(moments: Moments, phi: number): number {
  const products = whitenMoments(moments, phi);
  const fitted = moments.groupCount + 1;
  const judged = fitted * (products.size + 1);
  // A perfect fit says nothing about φ; the logarithm of 0 would say anything.
  const floor = Math.max(SPENT * products.entries[judged]!, Number.MIN_VALUE);
  const logDeterminant = products.logDeterminant + eliminate(products, fitted);
  return logDeterminant + (moments.n - fitted) * Math.log(Math.max(products.entries[judged]!, floor));
}

function searchGolden(cost: (x: number) => number, low: number, high: number): number {
  let [from, to] = [low, high];
  let [left, right] = [to - GOLDEN * (to - from), from + GOLDEN * (to - from)];
  let [costLeft, costRight] = [cost(left), cost(right)];
  for (let step = 0; step < SEARCH_STEPS; step++) {
    if (costLeft < costRight) {
      [to, right, costRight] = [right, left, costLeft];
      left = to - GOLDEN * (to - from);
      costLeft = cost(left);
    } else {
      [from, left, costLeft] = [left, right, costRight];
      right = from + GOLDEN * (to - from);
      costRight = cost(right);
    }
  }
  return (from + to) / 2;
}

/**
 * (explained / a) / (rest / b). What is nothing beside the total is rounding: a straight line has no weekdays, and a
 * perfect fit of something that varies is infinitely unlikely by chance.
 */
function fRatio(explained: number, rest: number, total: number, a: number, b: number): number {
  if (!(explained > SPENT * total)) return 0;
  return rest > SPENT * total ? explained / a / (rest / b) : Number.POSITIVE_INFINITY;
}

/** Least squares on a line and the groups after each was given the level `mergedTo` says. */
function solveMerged(products: CrossProducts, groupCount: number, mergedTo: (group: number) => number): Solution {
  const targets = Array.from({ length: groupCount }, (_, group) => mergedTo(group));
  const levels = Math.max(...targets) + 1;
  const merged = merge(products, groupCount, targets, levels);
  eliminate(merged, levels + 1);
  const outcomes = merged.size - levels - 1;
  const coefficients = Array.from({ length: outcomes }, (_, k) =>
    Array.from({ length: levels + 1 }, (__, column) => coefficientOf(merged, column, levels + 1 + k)),
  );
  const own = levels + 1;
  return { rest: Math.max(0, merged.entries[own * merged.size + own]!), coefficients };
}

/** Indicators of groups that share a level add up, and so do their products. */
function merge(products: CrossProducts, groupCount: number, targets: number[], levels: number): CrossProducts {
  const position = Int32Array.from({ length: products.size }, (_, i) =>
    i < groupCount ? targets[i]! : i - groupCount + levels,
  );
  const size = products.size - groupCount + levels;
  const entries = new Float64Array(size * size);
  for (let i = 0; i < products.size; i++) {
    for (let j = 0; j < products.size; j++) {
      entries[position[i]! * size + position[j]!]! += products.entries[i * products.size + j]!;
    }
  }
  return { size, entries };
}

/**
 * Gauss & Jordan on the first `count` columns, in place: the pivots stay on the diagonal, the rest becomes that of the
 * least-squares fit. Columns that the earlier ones span are left out. Answers the log determinant.
 */
function eliminate({ size, entries }: CrossProducts, count: number): number {
  let logDeterminant = 0;
  for (let column = 0; column < count; column++) {
    const start = column * size;
    const pivot = entries[start + column]!;
    if (!(pivot > SPENT)) {
      entries.fill(0, start, start + size);
      continue;
    }
    logDeterminant += Math.log(pivot);
    for (let row = 0; row < size; row++) {
      const factor = entries[row * size + column]! / pivot;
      if (row === column || factor === 0) continue;
      for (let j = column; j < size; j++) entries[row * size + j]! -= factor * entries[start + j]!;
    }
  }
  return logDeterminant;
}

function coefficientOf({ size, entries }: CrossProducts, column: number, outcome: number): number {
  const pivot = entries[column * size + column]!;
  return pivot > SPENT ? entries[column * size + outcome]! / pivot : 0;
}
