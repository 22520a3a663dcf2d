import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { upperGamma } from '../../../src/analysis/distributions/incomplete-gamma.ts';
import {
  benjaminiHochberg,
  correlationPValue,
  studentPValue,
} from '../../../src/analysis/distributions/significance.ts';
import { references, relativeError } from '../references.ts';

describe('distribution functions', () => {
  it.each(references.student)("agree with SciPy: Student's t = $t, $df degrees of freedom", ({ t, df, p }) => {
    expect(relativeError(studentPValue(t, df), p)).toBeLessThan(1e-9);
    expect(studentPValue(-t, df)).toBe(studentPValue(t, df));
  });

  it.each(references.coefficients)('agree with SciPy: r = $r of $n pairs', ({ r, n, p }) => {
    expect(relativeError(correlationPValue(r, n), p)).toBeLessThan(1e-9);
  });

  it.each(references.gamma)('agree with SciPy: Q($a, $x)', ({ a, x, q }) =>
    expect(relativeError(upperGamma(a, x), q)).toBeLessThan(1e-9),
  );
});

describe('correlationPValue', () => {
  it('proves nothing with three pairs or fewer', () => {
    expect([1, 2.9, 3].map((n) => correlationPValue(0.99, n))).toEqual([1, 1, 1]);
    expect(correlationPValue(0.99, 3.5)).toBeLessThan(1);
  });

  it('has an answer on the very border between its two expansions', () => {
    for (let n = 4; n <= 500; n++) {
      const p = correlationPValue(Math.sqrt(3 / (n + 3)), n);
      expect(p).toBeGreaterThan(0.05);
      expect(p).toBeLessThan(0.5);
    }
  });

  it('spans 1 for no correlation to 0 for a perfect one', () => {
    expect(correlationPValue(0, 20)).toBe(1);
    expect(correlationPValue(-1, 20)).toBe(0);
  });
});

describe('benjaminiHochberg', () => {
  it('agrees with the definition, in the order of the input', () => {
    const { p, q } = references.adjustment;
    benjaminiHochberg(Float64Array.from(p)).forEach((value, i) => expect(value).toBeCloseTo(q[i]!, 12));
  });

  it('is monotone, between p and 1, and indifferent to order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (list) => {
        const p = Float64Array.from(list);
        const q = benjaminiHochberg(p);
        expect([...benjaminiHochberg(p.toReversed())]).toEqual(Array.from(q).toReversed());
        p.forEach((a, i) => {
          expect(q[i]).toBeGreaterThanOrEqual(a);
          expect(q[i]).toBeLessThanOrEqual(1);
          p.forEach((b, j) => expect(a < b && q[i]! > q[j]!).toBe(false));
        });
      }),
    );
  });

  it('rejects exactly what the step-up procedure rejects', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1 }), (list) => {
        const p = list.map((value) => value / 1000);
        const last = p
          .toSorted((a, b) => a - b)
          .findLastIndex((value, i) => value <= (0.1 * (i + 1)) / p.length + 1e-12);
        const rejected = benjaminiHochberg(Float64Array.from(p)).filter((q) => q <= 0.1 + 1e-11);
        expect(rejected).toHaveLength(last + 1);
      }),
    );
  });
});
