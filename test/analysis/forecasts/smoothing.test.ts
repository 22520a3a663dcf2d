import { describe, expect, it } from 'vitest';
import { advance, dampedDays, startState } from '../../../src/analysis/forecasts/smoothing.ts';
import { references, toSeries } from './references.ts';

describe('advance', () => {
  it.each(references.recursions)('agrees with statsmodels and R: $name', (reference) => {
    const { alpha, beta, gamma, phi, level, trend } = reference;
    const parameters = { alpha, beta, gamma, phi };
    // Weights of 1/α and 1/γ* are those of a start that lies long ago: the gains are fixed.
    const seasonWeights = new Float64Array(7).fill(1 / gamma);
    const state = {
      level,
      trend,
      season: Float64Array.from(reference.season),
      levelWeight: 1 / alpha,
      seasonWeights,
    };
    toSeries(reference.values).forEach((value, day) => {
      const fitted = state.level + phi * state.trend + state.season[day % 7]!;
      expect(Math.abs(fitted - reference.fitted[day]!), `day ${day}`).toBeLessThan(1e-10);
      advance(state, parameters, value, day % 7);
    });
    const days = dampedDays(phi, reference.forecast.length);
    reference.forecast.forEach((expected, i) => {
      const weekday = (reference.values.length + i) % 7;
      const point = state.level + days[i]! * state.trend + state.season[weekday]!;
      expect(Math.abs(point - expected), `${i + 1} days ahead`).toBeLessThan(1e-10);
    });
  });

  it('gives an early level the exact exponentially weighted mean', () => {
    const alpha = 0.3;
    const parameters = { alpha, beta: 0, gamma: 0, phi: 1 };
    const values = [4, 7, 1, 9, 3, 3];
    const state = startState(Float64Array.of(values[0]!), 0, parameters);
    for (const value of values.slice(1)) advance(state, parameters, value, 0);
    const weights = values.map((_, i) => (1 - alpha) ** (values.length - 1 - i));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    expect(state.level).toBeCloseTo(values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / total, 12);
  });
});

describe('startState', () => {
  it('takes mean and weekdays from the values that are there', () => {
    const values = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 3, Number.NaN, 5, 6, 7, 8, 9);
    const state = startState(values, 2, { alpha: 0.01, beta: 0, gamma: 0.01, phi: 1 });
    const level = 66 / 13;
    expect(state.level).toBeCloseTo(level, 12);
    // Index 0 is a Wednesday.
    expect(state.season[2]).toBeCloseTo(2 - level, 12);
    expect(state.season[3]).toBeCloseTo(2 - level, 12);
    expect([...state.seasonWeights]).toEqual([2, 2, 2, 1, 2, 2, 2]);
    expect(state.levelWeight).toBe(13);
  });

  it('never weighs more than the parameters allow', () => {
    const state = startState(new Float64Array(14).fill(2), 0, { alpha: 0.5, beta: 0, gamma: 0.8, phi: 1 });
    expect(state.levelWeight).toBe(2);
    expect([...state.seasonWeights]).toEqual([1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25]);
  });
});
