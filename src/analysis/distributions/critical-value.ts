import { upperGamma } from './incomplete-gamma.ts';
import { studentPValue } from './significance.ts';

/** Enough halvings to bring any bracket down to neighbouring doubles. */
const HALVINGS = 64;

/** The z that a standard normal value exceeds, on either side, with probability 1 - `level` (0 < level < 1). */
export const normalCriticalValue = (level: number): number => solve((z) => upperGamma(0.5, (z * z) / 2), 1 - level);

/** The t that Student's t with `df` ≥ 1 degrees of freedom exceeds, on either side, with probability 1 - `level`. */
export const studentCriticalValue = (level: number, df: number): number =>
  solve((t) => studentPValue(t, df), 1 - level);

/** Where a p-value that falls from 1 at 0 reaches `p`. By halving: no starting point can make it fail. */
function solve(pValueAt: (x: number) => number, p: number): number {
  let [low, high] = [0, 1];
  while (pValueAt(high) > p) [low, high] = [high, 2 * high];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (pValueAt(middle) > p) low = middle;
    else high = middle;
  }
  return high;
}
