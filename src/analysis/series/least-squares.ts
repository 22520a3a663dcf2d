/** Directions are told from rounding while the columns they are sums of have factors up to this. */
const LARGEST_FACTORS = 1e6;
/** Where less than this share is left, as many digits are lost as a second step mends. */
const MUCH_LOST = 0.5;
/** The largest variance inflation with which the normal equations lose no more digits than a second step brings back. */
const LARGEST_INFLATION = 1e6;

/** Least-squares fits on the same columns: their rank, and what is left of values when the fit is taken away. */
export type LeastSquares = { rank: number; residualsOf: (values: Float64Array) => Float64Array };

/**
 * Readies fits on some columns (all of one length, no NaN). The normal equations (Cholesky) take a fraction of the time
 * of an orthonormal basis, and where the columns are far from dependent nothing is lost by them: a second step takes away
 * what rounding left of the fit. Elsewhere the basis decides what the rank is.
 * @param gram the lower triangle of their Gram matrix, the products of every two of them; it is used up
 */
export function fitOn(columns: readonly Float64Array[], gram: Float64Array[]): LeastSquares {
  const factor = factorize(gram);
  if (!factor) {
    const basis = orthonormalize(columns);
    return { rank: basis.length, residualsOf: (values) => residualsOf(values, basis) };
  }
  const step = (values: Float64Array): void => {
    const shares = solve(
      factor,
      Float64Array.from(columns, (column) => dot(values, column)),
    );
    columns.forEach((column, i) => subtract(values, shares[i]!, column));
  };
  const takeFit = (values: Float64Array): Float64Array => {
    const rest = Float64Array.from(values);
    step(rest);
    step(rest);
    return rest;
  };
  return { rank: columns.length, residualsOf: takeFit };
}

/** The lower triangle L of LLᵀ, in place, given that of a Gram matrix; null where columns are nearly dependent. */
function factorize(gram: Float64Array[]): Float64Array[] | null {
  const squares = gram.map((row, i) => row[i]!);
  for (const [i, row] of gram.entries()) {
    for (let j = 0; j <= i; j++) {
      let rest = row[j]!;
      for (let k = 0; k < j; k++) rest -= row[k]! * gram[j]![k]!;
      row[j] = j < i ? rest / gram[j]![j]! : Math.sqrt(rest);
    }
  }
  // A column's square times its place in the inverse is 1 / (1 - R²) of it on all others (Marquardt 1970).
  const inflations = squares.map((square, i) => {
    const unit = new Float64Array(squares.length);
    unit[i] = 1;
    return square * solve(gram, unit)[i]!;
  });
  // Not `>`: where a pivot was 0, or less by rounding, there is no number.
  return inflations.every((inflation) => inflation <= LARGEST_INFLATION) ? gram : null;
}

/** The x of LLᵀx = y, in place of y. */
function solve(factor: readonly Float64Array[], y: Float64Array): Float64Array {
  for (let i = 0; i < y.length; i++) {
    for (let k = 0; k < i; k++) y[i]! -= factor[i]![k]! * y[k]!;
    y[i]! /= factor[i]![i]!;
  }
  for (let i = y.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < y.length; k++) y[i]! -= factor[k]![i]! * y[k]!;
    y[i]! /= factor[i]![i]!;
  }
  return y;
}

/**
 * Orthonormal columns that span what `columns` (all of one length, no NaN) span, by Gram & Schmidt's method in its
 * modified form. A step that leaves less than half of a column is done twice ("twice is enough", Parlett 1980): that
 * keeps them orthogonal to rounding however nearly dependent the columns were. A column that the earlier ones as good as
 * span is dropped: the length of the answer is the rank.
 *
 * Each direction is a sum of columns of length 1, whose factors are a column of R⁻¹. Every digit that these have too much
 * of comes out so many times as large, and where it would be too many the direction is one of rounding. The length that
 * is left of a column does not tell: of several that each leave a hundredth, the factors multiply.
 */
export function orthonormalize(columns: readonly Float64Array[]): Float64Array[] {
  const result: Float64Array[] = [];
  const inverse: Float64Array[] = [];
  for (const column of columns) {
    const before = norm(column);
    if (before === 0) continue;
    const unit = divide(column.slice(), before);
    const rest = residualsOf(unit, result);
    const length = norm(rest);
    const factors = combine(unit, result, inverse);
    if (!(norm(factors) <= LARGEST_FACTORS * length)) continue;
    result.push(divide(rest, length));
    inverse.push(divide(factors, length));
  }
  return result;
}

/** What is left of a column, as a sum of the columns that made the basis and of itself: by how much of each. */
function combine(column: Float64Array, basis: readonly Float64Array[], inverse: readonly Float64Array[]): Float64Array {
  const factors = new Float64Array(basis.length + 1);
  factors[basis.length] = 1;
  for (const [j, direction] of basis.entries()) {
    const share = dot(column, direction);
    for (let i = 0; i <= j; i++) factors[i]! -= share * inverse[j]![i]!;
  }
  return factors;
}

/**
 * What is left of `values` when their least-squares fit on the columns of an orthonormal `basis` is taken away: y -
 * QQᵀy, one column at a time, and again where that leaves less than half of them. Same length, no NaN.
 */
export function residualsOf(values: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const rest = Float64Array.from(values);
  const before = norm(rest);
  takeAway(rest, basis);
  if (norm(rest) < MUCH_LOST * before) takeAway(rest, basis);
  return rest;
}

function takeAway(rest: Float64Array, basis: readonly Float64Array[]): void {
  for (const column of basis) subtract(rest, dot(rest, column), column);
}

function subtract(values: Float64Array, share: number, column: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i]! -= share * column[i]!;
}

function divide(values: Float64Array, divisor: number): Float64Array {
  for (let i = 0; i < values.length; i++) values[i]! /= divisor;
  return values;
}

const norm = (values: Float64Array): number => Math.sqrt(dot(values, values));

/** Σ ab, as four sums side by side: each addition to a single one would wait for the one before. */
export function dot(a: Float64Array, b: Float64Array): number {
  let [s, t, u, v] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < a.length; i += 4) {
    s += a[i]! * b[i]!;
    t += a[i + 1]! * b[i + 1]!;
    u += a[i + 2]! * b[i + 2]!;
    v += a[i + 3]! * b[i + 3]!;
  }
  for (; i < a.length; i++) s += a[i]! * b[i]!;
  return s + t + (u + v);
}
