/** A column that keeps less than this share of its length once the earlier ones are taken out says nothing new. */
const DEPENDENT = 1e-10;

/**
 * Orthonormal columns that span what `basis` (orthonormal) and `columns` (all of one length, no NaN) span, by Gram &
 * Schmidt's method in its modified form, each step done twice ("twice is enough", Parlett 1980), which keeps them
 * orthogonal to rounding however nearly dependent the columns were. A column that the earlier ones already span is
 * dropped: the length of the answer is the rank.
 */
export function orthonormalize(columns: readonly Float64Array[], basis: readonly Float64Array[] = []): Float64Array[] {
  const result = [...basis];
  for (const column of columns) {
    const rest = residualsOf(column, result);
    const length = norm(rest);
    if (length > DEPENDENT * norm(column)) result.push(rest.map((value) => value / length));
  }
  return result;
}

/**
 * What is left of `values` when their least-squares fit on the columns of an orthonormal `basis` is taken away: y -
 * QQᵀy, one column at a time and twice over. Same length, no NaN.
 */
export function residualsOf(values: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const rest = Float64Array.from(values);
  for (const column of [...basis, ...basis]) {
    const share = dot(rest, column);
    for (let i = 0; i < rest.length; i++) rest[i]! -= share * column[i]!;
  }
  return rest;
}

const norm = (values: Float64Array): number => Math.sqrt(dot(values, values));

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
