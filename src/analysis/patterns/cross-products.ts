/**
 * Observations by ascending `times` (whole numbers, no two alike), each in one of `groupCount` groups; every group has
 * one at least. `dates`, ascending too, are where a line through the outcomes would be drawn, and `outcomes` the columns
 * to explain. All of one length, without NaN.
 */
export type GroupedOutcomes = {
  times: Float64Array;
  dates: Float64Array;
  groups: Int32Array;
  groupCount: number;
  outcomes: Float64Array[];
};
/** Sums of products of all columns, row by row: the groups' indicators, the line in time, then the outcomes. */
export type CrossProducts = { size: number; entries: Float64Array };
/** Sums over all neighbours that are `gap` apart: of the later one, of both (either way round), of the earlier one. */
type GapProducts = { gap: number; count: number; later: Float64Array; mixed: Float64Array; earlier: Float64Array };
/** All that a fit with AR(1) errors needs of the observations, whatever φ. */
export type Moments = { n: number; groupCount: number; size: number; first: Float64Array; gaps: GapProducts[] };

/** The columns of one observation that are not 0: its group's indicator, the line, the outcomes. */
type Row = { columns: Int32Array; entries: Float64Array };

/** One pass over the observations; neighbours are put together by the gap between them. */
export function collectMoments(observations: GroupedOutcomes): Moments {
  const { times, dates, groupCount, outcomes } = observations;
  const size = groupCount + 1 + outcomes.length;
  const first = createProducts(0, size);
  const byGap = new Map<number, GapProducts>();
  const line = drawLine(dates);
  const rows = [createRow(groupCount, outcomes.length), createRow(groupCount, outcomes.length)];
  for (let i = 0; i < times.length; i++) {
    const row = rows[i % 2]!;
    fillRow(row, observations, line, i);
    if (i === 0) addSquares(first.later, size, row);
    else addNeighbours(findGap(byGap, times[i]! - times[i - 1]!, size), size, row, rows[(i + 1) % 2]!);
  }
  const gaps = [...byGap.values()];
  for (const products of [first, ...gaps]) mirror(products, size);
  return { n: times.length, groupCount, size, first: first.later, gaps };
}

/**
 * The cross-products of the observations made independent: with AR(1) errors of unit variance, x[t] - φ^g x[t-g] over
 * √(1 - φ^2g) for an observation g after the one before it (Beach & MacKinnon 1978, with gaps). |φ| < 1.
 * `logDeterminant` is that of the errors' covariance.
 */
export function whitenMoments(moments: Moments, phi: number): CrossProducts & { logDeterminant: number } {
  const entries = Float64Array.from(moments.first);
  let logDeterminant = 0;
  for (const { gap, count, later, mixed, earlier } of moments.gaps) {
    const decay = phi ** gap;
    const variance = 1 - decay * decay;
    logDeterminant += count * Math.log(variance);
    for (let k = 0; k < entries.length; k++) {
      entries[k]! += (later[k]! - decay * (mixed[k]! - decay * earlier[k]!)) / variance;
    }
  }
  return { size: moments.size, entries, logDeterminant };
}

function createRow(groupCount: number, outcomes: number): Row {
  // The group's column and entry change from row to row; its indicator is always 1.
  const columns = Int32Array.from({ length: 2 + outcomes }, (_, i) => groupCount + i - 1);
  return { columns, entries: new Float64Array(2 + outcomes).fill(1) };
}

function fillRow(
  { columns, entries }: Row,
  { groups, outcomes }: GroupedOutcomes,
  line: Float64Array,
  i: number,
): void {
  columns[0] = groups[i]!;
  entries[1] = line[i]!;
  for (let k = 0; k < outcomes.length; k++) entries[2 + k] = outcomes[k]![i]!;
}

/** The line runs from -1 to 1: products of large dates would lose the digits of small ones. */
function drawLine(dates: Float64Array): Float64Array {
  const [start, end] = [dates[0]!, dates.at(-1)!];
  return dates.map((date) => (2 * (date - start)) / (end - start || 1) - 1);
}

function findGap(byGap: Map<number, GapProducts>, gap: number, size: number): GapProducts {
  let found = byGap.get(gap);
  if (!found) {
    found = createProducts(gap, size);
    byGap.set(gap, found);
  }
  return found;
}

function createProducts(gap: number, size: number): GapProducts {
  const create = () => new Float64Array(size * size);
  return { gap, count: 0, later: create(), mixed: create(), earlier: create() };
}

/** Of the symmetric sums the upper triangle is enough, of the mixed one one way round: `mirror` adds the rest. */
function addNeighbours(into: GapProducts, size: number, row: Row, previous: Row): void {
  into.count++;
  addSquares(into.later, size, row);
  addSquares(into.earlier, size, previous);
  const count = row.columns.length;
  for (let i = 0; i < count; i++) {
    const start = row.columns[i]! * size;
    const entry = row.entries[i]!;
    for (let j = 0; j < count; j++) into.mixed[start + previous.columns[j]!]! += entry * previous.entries[j]!;
  }
}

/** A row's columns ascend, so this is the upper triangle. */
function addSquares(into: Float64Array, size: number, { columns, entries }: Row): void {
  for (let i = 0; i < columns.length; i++) {
    const start = columns[i]! * size;
    const entry = entries[i]!;
    for (let j = i; j < columns.length; j++) into[start + columns[j]!]! += entry * entries[j]!;
  }
}

function mirror({ later, mixed, earlier }: GapProducts, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const [upper, lower] = [i * size + j, j * size + i];
      later[lower] = later[upper]!;
      earlier[lower] = earlier[upper]!;
      mixed[upper] = mixed[lower] = mixed[upper]! + mixed[lower]!;
    }
  }
}
