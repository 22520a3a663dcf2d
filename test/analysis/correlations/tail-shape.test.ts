import { describe, expect, it } from 'vitest';
import { correlationPValue } from '../../../src/analysis/distributions/significance.ts';
import { describeShape, gammaTailPValue } from '../../../src/analysis/correlations/tail-shape.ts';
import { references } from '../references.ts';

const normal = { skewness: 0, excessKurtosis: 0 };
const rare = describeShape(Float64Array.from({ length: 120 }, (_, day) => Number(day < 5)));

describe('describeShape', () => {
  it.each(references.correlations)('agrees with SciPy: $name', ({ a, skewnessA, kurtosisA }) => {
    const shape = describeShape(Float64Array.from(a));
    // The large offset costs digits before the moments are taken, in SciPy as well.
    expect(shape.skewness).toBeCloseTo(skewnessA, 6);
    expect(shape.excessKurtosis).toBeCloseTo(kurtosisA, 6);
  });
});

describe('gammaTailPValue', () => {
  it('is no floor where a side is symmetric and light-tailed', () => {
    expect(gammaTailPValue(0.9, 100, normal, rare)).toBe(0);
  });

  it('knows that two rare habits coincide by chance', () => {
    // 5 of 120 days each, 2 in common: r = 0.374. By the hypergeometric distribution that happens to 1.6 %.
    const r = (120 * 2 - 25) / (5 * 115);
    expect(correlationPValue(r, 120)).toBeLessThan(1e-4);
    const p = gammaTailPValue(r, 120, rare, rare);
    expect(p).toBeGreaterThan(0.008);
    expect(p).toBeLessThan(0.04);
  });

  it('shelters only the side of the skew, but both sides of heavy tails', () => {
    const skewed = { skewness: 2, excessKurtosis: 0 };
    const heavy = { skewness: 0, excessKurtosis: 20 };
    expect(gammaTailPValue(0.5, 100, skewed, skewed)).toBeGreaterThan(correlationPValue(0.5, 100));
    expect(gammaTailPValue(-0.5, 100, skewed, skewed)).toBe(0);
    expect(gammaTailPValue(-0.5, 100, heavy, heavy)).toBe(gammaTailPValue(0.5, 100, heavy, heavy));
    expect(gammaTailPValue(0.5, 100, heavy, heavy)).toBeGreaterThan(correlationPValue(0.5, 100));
  });
});
