import type { Column } from './column.ts';
import { countPairs, listMissing } from './common-days.ts';
import type { Workplace } from './instance.ts';
import { createProfile, type LagProfile } from './lag-profile.ts';
import { LANES } from './memory-plan.ts';
import { correlateSums, type Sums } from './pearson-sums.ts';

/** Bytes from a day's values to the next day's in a panel: eight columns side by side. */
const STEP = 8 * LANES;

/**
 * Sums for each [i][j], row by row: of the products, for j ≤ i at least, and of the values and squares of i over the
 * days that j misses.
 */
type SumMatrix = { size: number; products: Float64Array; lost: Float64Array; lostSquares: Float64Array };

/** Pearson's r of every two columns on the same day, row by row; the diagonal is 1 for a column that varies. */
export function correlateAll(place: Workplace, columns: readonly Column[]): LagProfile {
  const size = columns.length;
  const matrix = createProfile(size * size);
  const sums = sumMatrix(place, columns);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const n = countPairs(place, columns[i]!, columns[j]!, 0);
      const r = correlateSums(pickSums(sums, columns, i, j, n), columns[i]!, columns[j]!, 0);
      matrix.counts[i * size + j] = matrix.counts[j * size + i] = n;
      matrix.coefficients[i * size + j] = matrix.coefficients[j * size + i] = i === j && r > 0 ? 1 : r;
    }
  }
  return matrix;
}

function pickSums(sums: SumMatrix, columns: readonly Column[], i: number, j: number, n: number): Sums {
  const [ij, ji] = [i * sums.size + j, j * sums.size + i];
  return {
    n,
    xy: sums.products[ij]!,
    x: columns[i]!.sum - sums.lost[ij]!,
    xx: columns[i]!.squares - sums.lostSquares[ij]!,
    y: columns[j]!.sum - sums.lost[ji]!,
    yy: columns[j]!.squares - sums.lostSquares[ji]!,
  };
}

function sumMatrix(place: Workplace, columns: readonly Column[]): SumMatrix {
  const size = columns.length;
  const createTable = () => new Float64Array(size * size);
  const sums = { size, products: createTable(), lost: createTable(), lostSquares: createTable() };
  for (let first = 0; first < size; first += LANES) sumPanel(place, columns, first, sums);
  return sums;
}

/** Fills eight rows: the columns from `first` on, side by side, against each single one. */
function sumPanel(place: Workplace, columns: readonly Column[], first: number, sums: SumMatrix): void {
  const { kernels, scratch, buffer, length } = place;
  weave(place, columns, first);
  const lanes = new Float64Array(buffer, scratch.sums, 3 * LANES);
  const rows = Math.min(LANES, sums.size - first);
  for (let j = 0; j < sums.size; j++) {
    if (j < first + rows) kernels.sumProductLanes(columns[j]!.values, scratch.panel, STEP, length, scratch.sums);
    const { days, count } = listMissing(columns[j]!, 0, 0);
    kernels.sumPickedLanes(scratch.panel, STEP, days, count, scratch.sums + 8 * LANES);
    for (let lane = 0, at = first * sums.size + j; lane < rows; lane++, at += sums.size) {
      sums.products[at] = lanes[lane]!;
      sums.lost[at] = lanes[LANES + lane]!;
      sums.lostSquares[at] = lanes[2 * LANES + lane]!;
    }
  }
}

/** Lays the eight columns from `first` on side by side; where there are fewer, the last one fills the gap. */
function weave({ kernels, scratch, buffer, length }: Workplace, columns: readonly Column[], first: number): void {
  const woven = new Int32Array(buffer, scratch.woven, LANES);
  for (let lane = 0; lane < LANES; lane++) woven[lane] = columns[Math.min(first + lane, columns.length - 1)]!.values;
  kernels.weaveColumns(scratch.woven, length, scratch.panel);
}
