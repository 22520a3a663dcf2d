/** A column that keeps less than this share of its length once the earlier ones are taken out says nothing new. */
const DEPENDENT = 1e-10;
/** Where less than this share is left, as many digits are lost as a second step mends. */
const MUCH_LOST = 0.5;

/**
 * Orthonormal columns that span what `basis` (orthonormal) and `columns` (all of one length, no NaN) span, by Gram &
 * Schmidt's method in its modified form. A step that leaves less than half of a column is done twice ("twice is
 * enough", Parlett 1980): that keeps them orthogonal to rounding however nearly dependent the columns were. A column that the earlier ones already span is
 * dropped: the length of the answer is the rank.
 */
export function orthonormalize(columns: readonly Float64Array[], basis: readonly Float64Array[] = []): Float64Array[] {
  const result = [...basis];
  for (const column of columns) {
    const before = norm(column);
    const rest = residualsOf(column, result);
    const length = norm(rest);
    if (length > DEPENDENT * before) result.push(divide(rest, length));
  }
  return result;
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
  for (const column of basis) {
    const share = dot(rest, column);
    for (let i = 0; i < rest.length; i++) rest[i]! -= share * column[i]!;
  }
}

function divide(values: Float64Array, divisor: number): Float64Array {
  for (let i = 0; i < values.length; i++) values[i]! /= divisor;
  return values;
}

const norm = (values: Float64Array): number => Math.sqrt(dot(values, values));

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
