import { describe, expect, it } from 'vitest';
import { normalCriticalValue, studentCriticalValue } from '../../../src/analysis/distributions/critical-value.ts';
import { references } from '../correlations/effect-references.ts';

describe('critical values', () => {
  it.each(references.normal)('of the normal distribution agree with SciPy at $level', ({ level, z }) => {
    expect(normalCriticalValue(level)).toBeCloseTo(z, 10);
  });

  it.each(references.student)("of Student's t agree with SciPy at $level for $df", ({ level, df, t }) => {
    expect(studentCriticalValue(level, df) / t).toBeCloseTo(1, 8);
  });
});
