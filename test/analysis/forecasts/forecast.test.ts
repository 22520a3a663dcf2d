import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecast, type Forecast } from '../../../src/analysis/forecasts/forecast.ts';
import { isSilence, type Silence } from '../../../src/analysis/silence.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';
import { drawDrift, drawWalk, drawWeekly, loseDays } from './histories.ts';
import { references, toSeries } from './references.ts';

/** A Monday. */
const FIRST_DAY = 19_723;

function expectForecast(answer: Forecast | Silence): Forecast {
  expect(answer).not.toHaveProperty('reason');
  return answer as Forecast;
}

/** Close in units of `size`. */
function expectSame(actual: Forecast, expected: Forecast, change: (value: number) => number, size: number): void {
  expect(actual).toMatchObject({
    model: expected.model,
    parameters: expected.parameters,
    coverage: expected.coverage,
    n: expected.n,
    backTestedDays: expected.backTestedDays,
  });
  expect(actual.skill).toBeCloseTo(expected.skill, 8);
  expect(actual.error / size).toBeCloseTo(expected.error, 8);
  expect(actual.naiveError / size).toBeCloseTo(expected.naiveError, 8);
  for (const [i, point] of actual.points.entries()) {
    for (const part of ['value', 'low', 'high'] as const) {
      expect((point[part] - change(expected.points[i]![part])) / size).toBeCloseTo(0, 8);
    }
  }
}

const moveForecast = (answer: Forecast, days: number): Forecast => ({
  ...answer,
  points: answer.points.map((point) => ({ ...point, index: point.index + days })),
});

const emptyDays = (days: number): null[] => Array.from({ length: days }, () => null);

const rhythm = (seed: number) => drawWeekly(170, 2, 0, seedUniform(seed));

describe('forecast', () => {
  it.each(references.forecasts)('agrees with a second program: $name', (reference) => {
    const { model, points, horizon } = reference;
    const answer = expectForecast(forecast(toSeries(reference.values), FIRST_DAY, horizon));
    expect(answer.model).toBe(model);
    expect(answer.parameters).toEqual(
      Object.fromEntries(Object.keys(answer.parameters).map((key) => [key, reference.parameters[key as 'alpha']])),
    );
    expect(answer.backTestedDays).toBe(reference.backTestedDays);
    expect(answer.coverage).toBeCloseTo(reference.coverage, 12);
    expect(answer.error).toBeCloseTo(reference.error, 10);
    expect(answer.naiveError).toBeCloseTo(reference.naiveError, 10);
    expect(answer.skill).toBeCloseTo(1 - reference.error / reference.naiveError, 10);
    expect(answer.points.map(({ index }) => index)).toEqual(points.map(({ index }) => index));
    for (const part of ['value', 'low', 'high'] as const) {
      answer.points.forEach((point, i) => expect(point[part]).toBeCloseTo(points[i]![part], 9));
    }
  });

  it('names only the parameters that its model has', () => {
    const week = expectForecast(forecast(rhythm(1), FIRST_DAY));
    expect([week.model, Object.keys(week.parameters)]).toEqual(['WEEKLY', ['alpha', 'gamma']]);
    const line = drawAutoregressive(170, 0, seedUniform(1)).map((x, day) => x + 0.1 * day);
    const trend = expectForecast(forecast(line, FIRST_DAY));
    expect([trend.model, Object.keys(trend.parameters)]).toEqual(['DAMPED_TREND', ['alpha', 'beta', 'phi']]);
  });

  it('can be sent to another thread as it is, without a number that is none', () => {
    const answer = expectForecast(forecast(rhythm(1), FIRST_DAY));
    expect(structuredClone(answer)).toEqual(answer);
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  });

  it('starts after the last value, however long ago that is, until the metric counts as given up', () => {
    const answer = expectForecast(forecast(rhythm(2), FIRST_DAY));
    expect(answer.points.map(({ index }) => index)).toEqual([170, 171, 172, 173, 174, 175, 176]);
    const later = (days: number) => forecast(toSeries([...rhythm(2), ...emptyDays(days)]), FIRST_DAY);
    expect(later(13)).toEqual(answer);
    expect(later(14)).toEqual({ reason: 'NOT_APPLICABLE', missingDays: null });
  });

  it('does not care how many empty days come before the first value', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.nat({ max: 300 }), (before, seed) => {
        const values = loseDays(rhythm(seed), 0.2, seedUniform(seed));
        values[0] = 0;
        const answer = forecast(values, FIRST_DAY);
        const moved = forecast(toSeries([...emptyDays(before), ...values]), FIRST_DAY - before);
        expect(moved).toEqual(isSilence(answer) ? answer : moveForecast(answer, before));
      }),
      { numRuns: 25 },
    );
  });

  it('moves and grows with the values', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 1000 }),
        // Values stay on both sides of zero, where nothing is cut off.
        fc.integer({ min: -10, max: 10 }),
        (seed, scale, shift) => {
          const change = (value: number) => scale * (value + shift / 10);
          const answer = forecast(rhythm(seed), FIRST_DAY);
          fc.pre(!isSilence(answer));
          const changed = forecast(rhythm(seed).map(change), FIRST_DAY);
          expectSame(expectForecast(changed), answer as Forecast, change, scale);
        },
      ),
      { numRuns: 25 },
    );
    expect.hasAssertions();
  });

  it('turns round with the values', () => {
    const answer = expectForecast(forecast(rhythm(4), FIRST_DAY));
    const turned = expectForecast(
      forecast(
        rhythm(4).map((x) => -x),
        FIRST_DAY,
      ),
    );
    turned.points = turned.points.map(({ low, high, ...point }) => ({ ...point, low: high, high: low }));
    expectSame(turned, answer, (value) => -value, 1);
    expect(turned.points).toHaveLength(7);
  });

  it('forecasts nothing below zero where nothing ever was', () => {
    const steps = rhythm(5).map((x) => Math.max(0, x));
    const answer = expectForecast(forecast(steps, FIRST_DAY));
    expect(answer.points.every(({ low, value }) => low >= 0 && value >= 0)).toBe(true);
    expect(answer.points.some(({ low }) => low === 0)).toBe(true);
    expect(expectForecast(forecast(rhythm(5), FIRST_DAY)).points.some(({ low }) => low < 0)).toBe(true);
  });

  it('forecasts the weekday of a metric that is kept once a week, and no other', () => {
    const kept = drawDrift(300, 0.1, seedUniform(1));
    const values = toSeries(Array.from({ length: 2100 }, (_, i) => (i % 7 === 6 ? kept[(i - 6) / 7]! : null)));
    const answer = expectForecast(forecast(values, FIRST_DAY));
    expect(answer.points.map(({ index }) => index)).toEqual([2106]);
    expect(forecast(values, FIRST_DAY, 6)).toEqual({ reason: 'TOO_FEW_DAYS', missingDays: 42 });
  });

  it('brings a horizon that makes no sense to the nearest that does', () => {
    const count = (horizon: number) => expectForecast(forecast(rhythm(1), FIRST_DAY, horizon)).points.length;
    expect([-3, 0, 1, 2.7, 14, Number.NaN].map(count)).toEqual([1, 1, 1, 2, 14, 1]);
    expect(count(500)).toBe(28);
  });

  describe('is silent', () => {
    it('about fewer than 56 values', () => {
      expect(forecast(rhythm(1).subarray(0, 55), FIRST_DAY)).toEqual({ reason: 'TOO_FEW_DAYS', missingDays: 1 });
      expect(forecast(rhythm(1).subarray(0, 56), FIRST_DAY)).not.toHaveProperty('reason', 'TOO_FEW_DAYS');
      expect(forecast(new Float64Array(0), FIRST_DAY)).toEqual({ reason: 'TOO_FEW_DAYS', missingDays: 56 });
      expect(forecast(new Float64Array(90).fill(Number.NaN), FIRST_DAY)).toEqual({
        reason: 'TOO_FEW_DAYS',
        missingDays: 56,
      });
    });

    it('about values that never change', () => {
      expect(forecast(new Float64Array(90).fill(0.1), FIRST_DAY)).toEqual({ reason: 'CONSTANT', missingDays: null });
      expect(forecast(new Float64Array(90), FIRST_DAY)).toEqual({ reason: 'CONSTANT', missingDays: null });
    });

    it('about yes and no, and infinities', () => {
      const habit = drawWeekly(170, 2, 0, seedUniform(1)).map((x) => Number(x > 0));
      expect(forecast(habit, FIRST_DAY)).toEqual({ reason: 'NOT_APPLICABLE', missingDays: null });
      const wild = rhythm(1).map((x, day) => (day === 60 ? Number.POSITIVE_INFINITY : x));
      expect(forecast(wild, FIRST_DAY)).toEqual({ reason: 'NOT_APPLICABLE', missingDays: null });
    });

    it.each([
      ['white noise', (seed: number) => drawAutoregressive(170, 0, seedUniform(seed))],
      ['a random walk', (seed: number) => drawWalk(170, seedUniform(seed))],
      ['a rhythm without noise, which last week foretells', () => Float64Array.from({ length: 170 }, (_, i) => i % 7)],
      ['a single outlier', () => new Float64Array(170).map((_, day) => (day === 90 ? 1e308 : 1))],
      ['a jump', () => new Float64Array(170).map((_, day) => Number(day > 90) + 3)],
    ])('about %s', (_, draw) => {
      expect(forecast(draw(8), FIRST_DAY)).toEqual({ reason: 'NOT_BETTER_THAN_NAIVE', missingDays: null });
    });
  });

  it('has an answer or a reason, and finite numbers, whatever happens on some days', () => {
    const strange = fc.constantFrom(1e308, -1e308, 1e-308, -1e-308, 5e-324, 0, -0, 40, Number.NaN);
    let given = 0;
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.tuple(fc.nat({ max: 169 }), strange), { maxLength: 60 }), (seed, days) => {
        const values = rhythm(seed);
        for (const [day, value] of days) values[day] = value;
        const answer = forecast(values, FIRST_DAY);
        if (isSilence(answer)) return;
        given++;
        const { error, naiveError, skill, coverage, points } = answer;
        expect([error, naiveError, skill, coverage].every((x) => x >= 0 && x < Number.POSITIVE_INFINITY)).toBe(true);
        expect(points.every(({ low, value, high }) => low <= value && value <= high)).toBe(true);
        expect(points.every(({ low, high }) => Number.isFinite(low) && Number.isFinite(high))).toBe(true);
      }),
      { numRuns: 150 },
    );
    expect(given).toBeGreaterThan(10);
  });

  it.each([
    [
      'noise of the largest doubles',
      () => drawAutoregressive(90, 0, seedUniform(1)).map((x) => Math.sign(x) * 1.7e308),
    ],
    ['noise of the smallest', () => drawAutoregressive(90, 0, seedUniform(1)).map((x) => Math.sign(x) * 5e-324)],
    ['two values a year apart', () => new Float64Array(366).map((_, day) => (day % 365 === 0 ? 1 : Number.NaN))],
    ['an infinity in every place', () => new Float64Array(90).fill(Number.NEGATIVE_INFINITY)],
  ])('has a reason for %s', (_, draw) => {
    expect(forecast(draw(), FIRST_DAY)).toHaveProperty('reason');
  });

  it.each([1e-320, 1e-300, 1e300, 1e307])('forecasts values near the ends of the range of doubles: %s', (unit) => {
    const answer = expectForecast(forecast(rhythm(1), FIRST_DAY));
    const scaled = expectForecast(
      forecast(
        rhythm(1).map((x) => x * unit),
        FIRST_DAY,
      ),
    );
    expect(scaled).toMatchObject({ model: answer.model, parameters: answer.parameters });
    expect(scaled.skill).toBeCloseTo(answer.skill, 2);
    scaled.points.forEach((point, i) => {
      expect(point.low).toBeLessThanOrEqual(point.value);
      expect(point.high).toBeGreaterThanOrEqual(point.value);
      expect(point.value / unit).toBeCloseTo(answer.points[i]!.value, 2);
    });
  });
});
