import { describe, expect, it } from 'vitest';
import { isNearCopy } from '../../../src/analysis/correlations/near-copy.ts';
import { drawAutoregressive, drawNormal, seedUniform } from '../noise.ts';

const uniform = seedUniform(8);
const steps = drawAutoregressive(60, 0.3, uniform);

describe('isNearCopy', () => {
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
});
