import { pairAtLag, pearson } from '../correlations/correlation.ts';
import type { Column } from './column.ts';

/** The sums that r is made of: of x, x², y, y² and xy over n common days. */
export type Sums = { n: number; x: number; xx: number; y: number; yy: number; xy: number };

/**
 * The sums over the common days are those over all days less those over the other's missing days. What is left of Σ x²
 * around the mean must be at least this share of it all, or else rounding could reach the tenth digit of r.
 */
const TRUSTED_SHARE = 1e-3;

/**
 * R of a on day t and b on day t + `lag`. Where rounding could matter, and so wherever a side is constant or infinite,
 * the slow way decides, which looks at the values themselves.
 */
export function correlateSums({ n, x, xx, y, yy, xy }: Sums, a: Column, b: Column, lag: number): number {
  if (n < 2) return Number.NaN;
  const varianceX = xx - (x * x) / n;
  const varianceY = yy - (y * y) / n;
  const isTrusted = varianceX > TRUSTED_SHARE * a.squares && varianceY > TRUSTED_SHARE * b.squares;
  if (!isTrusted) return correlateSlowly(a.original, b.original, lag);
  return Math.max(-1, Math.min(1, (xy - (x * y) / n) / (Math.sqrt(varianceX) * Math.sqrt(varianceY))));
}

function correlateSlowly(a: Float64Array, b: Float64Array, lag: number): number {
  const { driver, outcome } = lag < 0 ? pairAtLag(b, a, -lag) : pairAtLag(a, b, lag);
  return pearson(driver, outcome);
}
