import { readFileSync } from 'node:fs';

type GroupCase = {
  name: string;
  times: number[];
  groups: number[];
  groupCount: number;
  y: number[];
  phi: number;
  fits: { phi: number; p: number; levels: number[]; contrasts: { difference: number; p: number }[] }[];
};
type References = {
  cases: GroupCase[];
  fisher: { ratio: number; a: number; b: number; p: number }[];
  ranks: { values: number[]; ranks: number[] }[];
  medians: { sizes: number[]; median: number }[];
};

/** What SciPy and statsmodels say; made by references/patterns/make-groups.py. */
export const references = JSON.parse(
  readFileSync(new URL('../references/patterns/groups.json', import.meta.url), 'utf8'),
) as References;
