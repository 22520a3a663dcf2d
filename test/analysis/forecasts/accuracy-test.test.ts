import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testAccuracy } from '../../../src/analysis/forecasts/accuracy-test.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';
import { relativeError } from '../references.ts';
import { references } from './references.ts';

describe('testAccuracy', () => {
  it.each(references.accuracy)('agrees with a cosine transform in SciPy: $name', (reference) => {
    const test = testAccuracy(Float64Array.from(reference.differences));
    expect(test.degrees).toBe(reference.degrees);
    expect(relativeError(test.statistic, reference.statistic)).toBeLessThan(1e-10);
    expect(relativeError(test.pValue, reference.p)).toBeLessThan(1e-9);
  });

  it('has no doubt about differences that are all the same, and no opinion on zeros', () => {
    expect(testAccuracy(new Float64Array(30).fill(0.25)).pValue).toBeLessThan(1e-12);
    expect(testAccuracy(new Float64Array(30).fill(-0.25)).pValue).toBeGreaterThan(1 - 1e-12);
    expect(testAccuracy(new Float64Array(30)).pValue).toBe(0.5);
  });

  it('does not care for units, and turns round with the sign', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(1e-300, 1e-200, 0.01, 7, 1e200), (seed, scale) => {
        const differences = drawAutoregressive(40, 0.5, seedUniform(seed));
        const { pValue } = testAccuracy(differences);
        expect(testAccuracy(differences.map((x) => scale * x)).pValue).toBeCloseTo(pValue, 9);
        expect(testAccuracy(differences.map((x) => -x)).pValue).toBeCloseTo(1 - pValue, 9);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps its level on differences that depend on a week of their past', () => {
    for (const days of [28, 120]) {
      const falls = Array.from({ length: 1000 }, (_, seed) => {
        const noise = drawAutoregressive(days + 6, 0, seedUniform(seed));
        const overlapping = Float64Array.from({ length: days }, (_day, i) =>
          noise.subarray(i, i + 7).reduce((sum, x) => sum + x, 0),
        );
        return testAccuracy(overlapping).pValue;
      }).filter((pValue) => pValue <= 0.05);
      expect(falls.length / 1000, `${days} days`).toBeLessThan(0.1);
      expect(falls.length / 1000, `${days} days`).toBeGreaterThan(0.02);
    }
  });
});
