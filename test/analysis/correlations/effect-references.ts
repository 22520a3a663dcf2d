import { readFileSync } from 'node:fs';

type Pair = [number, number];
type References = {
  intervals: { n: number; r: number; rho: number; usual: Pair; strict: Pair; spearman: Pair }[];
  groups: {
    name: string;
    days: number[];
    firstDay: number;
    group: number[];
    values: number[];
    difference: number;
    error: number;
  }[];
  fits: { x: number[][]; y: number[]; level: number; coefficients: number[] }[];
  normal: { level: number; z: number }[];
  student: { level: number; df: number; t: number }[];
};

/** What SciPy and statsmodels say; made by references/effects/make-effects.py. */
export const references = JSON.parse(
  readFileSync(new URL('../references/effects/effects.json', import.meta.url), 'utf8'),
) as References;
