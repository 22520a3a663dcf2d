import { describe, expect, it } from 'vitest';
import { explain, explainLevel } from '../../../src/analysis/correlations/trimmed-fit.ts';
import { drawNormal, seedUniform } from '../noise.ts';
import { references } from './effect-references.ts';

function drawFormula(seed: number, rows = 60, noise = 0.1) {
  const uniform = seedUniform(seed);
  const draw = () => Float64Array.from({ length: rows }, () => drawNormal(uniform));
  const regressors = [draw(), draw()];
  const target = draw().map((rest, i) => regressors[0]![i]! + 0.5 * regressors[1]![i]! + noise * rest);
  return { regressors, target };
}

describe('explain', () => {
  it.each(references.fits)('is an ordinary fit where nothing is trimmed, as statsmodels has it', (reference) => {
    const regressors = reference.x.map((column) => Float64Array.from(column));
    const found = explain(Float64Array.from(reference.y), regressors)!;
    expect(found.level).toBeCloseTo(reference.level, 9);
    expect([...found.coefficients]).toEqual(reference.coefficients.map((value) => expect.closeTo(value, 9)));
  });

  it('finds a formula through days on which it does not hold', () => {
    const { regressors, target } = drawFormula(1);
    for (const day of [3, 30, 31, 59]) target[day] = -8;
    const found = explain(target, regressors)!;
    expect(found.level).toBeGreaterThan(0.95);
    expect(found.steps).toBeGreaterThan(0.8);
    expect(found.rank).toBeGreaterThan(0.95);
    expect(found.coefficients[0]).toBeCloseTo(1, 1);
    expect(found.coefficients[1]).toBeCloseTo(0.5, 1);
  });

  it('explains no more by trimming where the formula holds on all days alike', () => {
    const levels = Array.from({ length: 100 }, (_, seed) => {
      const { regressors, target } = drawFormula(seed, 60, 0.5);
      return explainLevel(target, regressors);
    });
    // 1.25 of the variance is explained, 0.25 is not.
    expect(levels.reduce((a, b) => a + b) / levels.length).toBeCloseTo(1.25 / 1.5, 1);
  });

  it('has no answer for regressors that say the same, and no share of nothing', () => {
    const { regressors, target } = drawFormula(2);
    expect(explain(target, [regressors[0]!, regressors[0]!.map((x) => 2 * x)])).toBeNull();
    expect(explainLevel(target, [new Float64Array(60)])).toBe(-1);
    expect(explainLevel(new Float64Array(60).fill(0.3), regressors)).toBe(-1);
  });
});
