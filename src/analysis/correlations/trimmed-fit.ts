import { isConstant } from '../series/daily-series.ts';
import { averageRanks } from '../series/ranks.ts';
import { correlateComplete } from './correlation.ts';

/** Days left out of a fit: the newest is not over yet, on another the tracker lay in a drawer. */
const TRIMMED_SHARE = 0.1;
const REFITS = 2;
/** A pivot below this share of its column's square: the regressors say the same. */
const DEPENDENT = 1e-10;

/**
 * How well one metric is computed from others: shares of its variation explained, 1 being all. `level` is that of the
 * values, `steps` that of their changes from one row to the next by the same formula, `rank` Spearman's coefficient
 * between the values and the formula. -1 where a share has no meaning.
 */
export type Explanation = { level: number; steps: number; rank: number; coefficients: Float64Array };

type Fit = { coefficients: Float64Array /* the constant first */; rest: Float64Array };

/** Only `level`: what a search among many regressors compares. */
export function explainLevel(target: Float64Array, regressors: readonly Float64Array[]): number {
  const fit = fitTrimmed(target, regressors);
  return fit ? shareOfLevel(target, fit.rest, regressors.length) : -1;
}

/**
 * Least trimmed squares (Rousseeuw 1984): an ordinary fit, repeated on the nine tenths of the rows that lie closest to
 * it. The share explained is 1 - s²(rest)/s²(target), both trimmed alike (Rousseeuw & Leroy 1987, p. 44) and with their
 * degrees of freedom. Rows in order of time, no NaN, all of one length.
 */
export function explain(target: Float64Array, regressors: readonly Float64Array[]): Explanation | null {
  const fit = fitTrimmed(target, regressors);
  if (!fit) return null;
  const { rest } = fit;
  const formula = target.map((value, i) => value - rest[i]!);
  const kept = closestRows(rest);
  const pick = (values: Float64Array) => Float64Array.from(kept, (row) => values[row]!);
  const stepsOf = (values: Float64Array) => values.subarray(1).map((value, i) => value - values[i]!);
  const spreadOfSteps = trimmedSquare(stepsOf(target));
  return {
    level: shareOfLevel(target, rest, regressors.length),
    steps: spreadOfSteps > 0 ? 1 - trimmedSquare(stepsOf(rest)) / spreadOfSteps : -1,
    rank: isConstant(formula) ? -1 : correlateComplete(averageRanks(pick(target)), averageRanks(pick(formula))),
    coefficients: fit.coefficients.subarray(1),
  };
}

function shareOfLevel(target: Float64Array, rest: Float64Array, terms: number): number {
  const kept = keptOf(target.length);
  const spread = trimmedSquare(target) / (kept - 1);
  return spread > 0 && kept > terms + 1 ? 1 - squareOfSmallest(rest, kept) / (kept - terms - 1) / spread : -1;
}

const keptOf = (rows: number): number => rows - Math.floor(rows * TRIMMED_SHARE);

/** The trimmed fit, with the residuals of every row; null when the regressors depend on each other. */
function fitTrimmed(target: Float64Array, regressors: readonly Float64Array[]): Fit | null {
  const columns = [new Float64Array(target.length).fill(1), ...regressors];
  let rows = new Int32Array(target.length).map((_, row) => row) as Int32Array;
  let fit: Fit | null = null;
  for (let round = 0; round <= REFITS; round++) {
    const coefficients = solveNormal(columns, target, rows);
    if (!coefficients) return null;
    fit = { coefficients, rest: subtractFit(columns, target, coefficients) };
    rows = closestRows(fit.rest);
  }
  return fit;
}

function subtractFit(columns: readonly Float64Array[], target: Float64Array, coefficients: Float64Array): Float64Array {
  const rest = Float64Array.from(target);
  for (let c = 0; c < columns.length; c++) {
    for (let i = 0; i < rest.length; i++) rest[i]! -= coefficients[c]! * columns[c]![i]!;
  }
  return rest;
}

/** The normal equations over some rows, by Gauss & Jordan; columns need about the same scale and a middle near 0. */
function solveNormal(columns: readonly Float64Array[], target: Float64Array, rows: Int32Array): Float64Array | null {
  const size = columns.length;
  const all = [...columns, target];
  const system = columns.map((column) => new Float64Array(all.map((other) => dotOn(rows, column, other))));
  const squares = system.map((equation, i) => equation[i]!);
  for (let pivot = 0; pivot < size; pivot++) {
    const line = system[pivot]!;
    const head = line[pivot]!;
    if (!(head > DEPENDENT * squares[pivot]!)) return null;
    for (let i = 0; i <= size; i++) line[i]! /= head;
    for (const other of system) {
      if (other === line) continue;
      const factor = other[pivot]!;
      for (let i = pivot; i <= size; i++) other[i]! -= factor * line[i]!;
    }
  }
  return Float64Array.from(system, (equation) => equation[size]!);
}

function dotOn(rows: Int32Array, a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += a[rows[i]!]! * b[rows[i]!]!;
  return sum;
}

/** The nine tenths of the rows that lie closest to the fit, in their order; all those that tie for the last place. */
function closestRows(rest: Float64Array): Int32Array {
  const furthest = rest.map(Math.abs).sort()[keptOf(rest.length) - 1]!;
  const rows = new Int32Array(rest.length);
  let count = 0;
  for (let row = 0; row < rest.length; row++) if (Math.abs(rest[row]!) <= furthest) rows[count++] = row;
  return rows.subarray(0, count);
}

function squareOfSmallest(rest: Float64Array, count: number): number {
  const squares = rest.map((value) => value * value).sort();
  let sum = 0;
  for (let i = 0; i < count; i++) sum += squares[i]!;
  return sum;
}

/**
 * The least sum of squares about their own mean that nine tenths of the values can have: the exact least trimmed squares
 * of a location, whose values are neighbours in order of size (Rousseeuw & Leroy 1987, p. 171).
 */
function trimmedSquare(values: Float64Array): number {
  const sorted = values.toSorted();
  const kept = keptOf(sorted.length);
  const middle = sorted[sorted.length >> 1] ?? 0;
  let [sum, square, least] = [0, 0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < sorted.length; i++) {
    // From the middle, so that the squares of a large offset do not eat the digits.
    const value = sorted[i]! - middle;
    sum += value;
    square += value * value;
    if (i >= kept) {
      const gone = sorted[i - kept]! - middle;
      sum -= gone;
      square -= gone * gone;
    }
    if (i >= kept - 1) least = Math.min(least, square - (sum * sum) / kept);
  }
  return Number.isFinite(least) ? Math.max(0, least) : 0;
}
