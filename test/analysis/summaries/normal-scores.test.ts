import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fisherPValue } from '../../../src/analysis/summaries/fisher.ts';
import { normalQuantile, normalScores } from '../../../src/analysis/summaries/normal-scores.ts';
import { relativeError } from '../references.ts';

type References = {
  quantiles: { p: number; z: number }[];
  tables: { a: number; n: number; b: number; m: number; p: number }[];
};

/** What SciPy says; made by references/summaries/make-summaries.py. */
const references = JSON.parse(
  readFileSync(new URL('../references/summaries/summaries.json', import.meta.url), 'utf8'),
) as References;

describe('normalQuantile', () => {
  it.each(references.quantiles)('agrees with SciPy: $p', ({ p, z }) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 6);
  });
});

describe('normalScores', () => {
  it('says of a value only how many are below it', () => {
    const scores = normalScores(Float64Array.of(3, 1, Number.NaN, 1e308, 2));
    expect(scores).toEqual(normalScores(Float64Array.of(30, -5, Number.NaN, 31, 29)));
    expect(scores[2]).toBeNaN();
    // Blom: (3 - 3/8)/(4 + 1/4) of four values.
    expect(scores[0]).toBeCloseTo(normalQuantile(2.625 / 4.25), 12);
  });

  it('gives ties one score, and is symmetric', () => {
    const scores = normalScores(Float64Array.of(1, 1, 2, 3, 3));
    expect(scores[0]).toBe(scores[1]);
    expect(scores[2]).toBe(0);
    expect(scores[3]).toBeCloseTo(-scores[0]!, 12);
  });
});

describe('fisherPValue', () => {
  it.each(references.tables)('agrees with SciPy: $a of $n and $b of $m', ({ a, n, b, m, p }) => {
    expect(relativeError(fisherPValue(a, n, b, m), p)).toBeLessThan(1e-9);
  });

  it('proves nothing without days', () => {
    expect(fisherPValue(0, 0, 3, 7)).toBe(1);
    expect(fisherPValue(0, 0, 0, 0)).toBe(1);
  });
});
