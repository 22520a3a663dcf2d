import { readFileSync } from 'node:fs';

type LineCase = {
  name: string;
  days: number[];
  values: number[];
  slope: number;
  intercept: number;
  tau: number;
  /** Null for the two values that rise, of which R has none; it is 1. */
  z: number | null;
};

/** What SciPy and R say; made by references/trends/make-trends.py. */
export const { cases } = JSON.parse(
  readFileSync(new URL('../references/trends/trends.json', import.meta.url), 'utf8'),
) as { cases: LineCase[] };
