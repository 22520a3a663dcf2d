import { describe, expect, it } from 'vitest';
import { spearman } from '../../../src/analysis/correlations/correlation.ts';
import { copyCoefficient } from '../../../src/analysis/correlations/near-copy.ts';
import { drawAutoregressive, drawNormal, seedUniform } from '../noise.ts';

const uniform = seedUniform(8);
const steps = drawAutoregressive(60, 0.3, uniform);

const isNearCopy = (a: Float64Array, b: Float64Array) => !Number.isNaN(copyCoefficient(a, b));

describe('copyCoefficient', () => {
  it('recognises another unit, a bend, an opposite and a little rounding', () => {
    expect(
      isNearCopy(
        steps,
        steps.map((x) => 0.7 * x + 3),
      ),
    ).toBe(true);
    expect(isNearCopy(steps, steps.map(Math.exp))).toBe(true);
    expect(
      isNearCopy(
        steps,
        steps.map((x) => 24 - x),
      ),
    ).toBe(true);
    expect(
      isNearCopy(
        steps,
        steps.map((x) => Math.round(x * 8)),
      ),
    ).toBe(true);
  });

  it('leaves a strong correlation to be discovered', () => {
    expect(
      isNearCopy(
        steps,
        steps.map((x) => x + 0.6 * drawNormal(uniform)),
      ),
    ).toBe(false);
  });

  it('is not fooled by one wild day', () => {
    const [a, b] = [drawAutoregressive(60, 0, uniform), drawAutoregressive(60, 0, uniform)];
    a[7] = b[7] = 1000;
    expect(isNearCopy(a, b)).toBe(false);
  });

  it('does not judge by fewer than 14 common days', () => {
    const brief = steps.map((x, day) => (day < 13 ? x : Number.NaN));
    expect(isNearCopy(steps, brief)).toBe(false);
    brief[13] = steps[13]!;
    expect(isNearCopy(steps, brief)).toBe(true);
  });

  it('is not fooled by two metrics that only rise together', () => {
    const rising = Float64Array.from({ length: 90 }, (_, day) => 0.1 * day + 0.3 * drawNormal(uniform));
    const savings = rising.map((_, day) => 100 + 20 * day + 60 * drawNormal(uniform));
    expect(spearman(rising, savings)).toBeGreaterThan(0.97);
    expect(isNearCopy(rising, savings)).toBe(false);
  });

  it('has no opinion on constants, infinities and nothing', () => {
    const odd = [new Float64Array(60).fill(3), steps.with(5, Infinity), new Float64Array(60).fill(Number.NaN)];
    for (const values of odd)
      expect(
        isNearCopy(
          values,
          steps.map((x) => -x * x),
        ),
      ).toBe(false);
  });
});
