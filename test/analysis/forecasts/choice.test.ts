import { describe, expect, it } from 'vitest';
import { chooseCandidate } from '../../../src/analysis/forecasts/choice.ts';
import { divideHistory, type History } from '../../../src/analysis/forecasts/history.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';
import { drawDrift, drawWeekly } from './histories.ts';

const choose = (values: Float64Array) => chooseCandidate(divideHistory(values, 0, 7) as History);

describe('chooseCandidate', () => {
  it('finds what made the values', () => {
    const uniform = seedUniform(1);
    expect(choose(drawWeekly(700, 1, 0, uniform)).model).toBe('WEEKLY');
    expect(choose(drawAutoregressive(700, 0, uniform).map((x, day) => x + 0.1 * day)).model).toBe('DAMPED_TREND');
    const both = drawWeekly(700, 2, 0, uniform).map((x, day) => x + 0.1 * day);
    expect(choose(both).model).toBe('DAMPED_TREND_WEEKLY');
    expect(choose(drawAutoregressive(700, 0, uniform))).toMatchObject({ model: 'SIMPLE', parameters: { alpha: 0.02 } });
  });

  it('forgets the faster, the more a drift outweighs the noise', () => {
    const alphas = [0.05, 0.3, 2].map((step) => choose(drawDrift(700, step, seedUniform(4))).parameters.alpha);
    expect(alphas).toEqual(alphas.toSorted((a, b) => a - b));
    expect(alphas[2]! - alphas[0]!).toBeGreaterThan(0.3);
  });

  it('does not look at the days that judge', () => {
    const values = drawWeekly(200, 1, 0, seedUniform(2));
    const { judgeFrom } = divideHistory(values, 0, 7) as History;
    const changed = values.map((value, day) => (day >= judgeFrom ? 1000 * (day - judgeFrom) : value));
    expect(choose(changed)).toEqual(choose(values));
  });

  it('takes the simplest of equals', () => {
    expect(choose(new Float64Array(90).fill(3)).model).toBe('SIMPLE');
  });
});
