import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/analysis/correlations/effect.ts';
import {
  type FoundRelation,
  type Preference,
  recommend,
  type RecommendationInput,
  type Wish,
} from '../../../src/analysis/recommendations/recommendations.ts';

const { NaN: missing } = Number;
const effect: Effect = {
  threshold: 8,
  meanAbove: 6.7,
  meanBelow: 6,
  difference: 0.7,
  adjustedDifference: 0.6,
  low: 0.2,
  high: 1,
  nAbove: 62,
  nBelow: 71,
  outcomeIsBinary: false,
};
const sleepMood: FoundRelation = {
  driver: 'sleep',
  outcome: 'mood',
  lagDays: 1,
  adjustedCoefficient: 0.4,
  qValue: 0.01,
  effect,
  trace: { reason: 'TOO_FEW_PAIRED_DAYS', missingDays: 20 },
};
const negative = { adjustedCoefficient: -0.4, effect: { ...effect, adjustedDifference: -0.6, low: -1, high: -0.2 } };
const metrics: Wish[] = [
  { id: 'sleep', desired: null, isActionable: true },
  { id: 'coffee', desired: null, isActionable: true },
  { id: 'mood', desired: 'HIGHER', isActionable: false },
  { id: 'pain', desired: 'LOWER', isActionable: false },
];

/** Sixty days, of which every `every`-th has `high`, and the others 6. */
const drawDays = (every: number, high = 9) => Float64Array.from({ length: 60 }, (_, day) => (day % every ? 6 : high));
const mood = Float64Array.from({ length: 60 }, (_, day) => Math.sin(day));
const pain = mood.map((value) => 2 * value);
const series = [
  { id: 'sleep', values: drawDays(4) },
  { id: 'coffee', values: drawDays(2) },
  { id: 'mood', values: mood },
  { id: 'pain', values: pain },
];
const ask = (input: Partial<RecommendationInput>) =>
  recommend({ relations: [sleepMood], metrics, preferences: [], series, ...input });
const rate = (rating: Preference['rating'], ageDays = 0, over: Partial<Preference> = {}): Preference => ({
  driver: 'sleep',
  outcome: 'mood',
  rating,
  ageDays,
  ...over,
});
const scoreWith = (preferences: Preference[]) => ask({ preferences })[0]!.score;

describe('recommend', () => {
  it('says what to try, what to expect of it, and how often it is so already', () => {
    const spread = Math.sqrt(mood.reduce((sum, x) => sum + (x - mood.reduce((a, b) => a + b) / 60) ** 2, 0) / 59);
    expect(ask({})).toEqual([
      {
        driver: 'sleep',
        outcome: 'mood',
        lagDays: 1,
        aim: 'AT_LEAST',
        threshold: 8,
        expectedDifference: 0.6,
        low: 0.2,
        high: 1,
        habitShare: 0.25,
        score: expect.closeTo((0.6 / spread) * 0.75, 12),
      },
    ]);
  });

  it.each([
    ['mood', {}, 8, 'AT_LEAST', 0.6],
    ['mood', negative, 8, 'BELOW', 0.6],
    ['pain', {}, 8, 'BELOW', -0.6],
    ['pain', negative, 8, 'AT_LEAST', -0.6],
    ['mood', {}, null, 'YES', 0.6],
    ['pain', {}, null, 'NO', -0.6],
  ] as const)('aims at the better side: %s', (outcome, sign, threshold, aim, expectedDifference) => {
    const { effect: signed, ...rest } = { ...sleepMood, ...sign };
    const relation = { ...rest, outcome, effect: { ...signed!, threshold } };
    const binary = { id: 'sleep', values: drawDays(2, 1).map((value) => Number(value === 1)) };
    const days = threshold === null ? [binary, ...series.slice(1)] : series;
    const [found] = ask({ relations: [relation], series: days });
    expect(found).toMatchObject({ aim, expectedDifference });
    expect(found!.low).toBeLessThan(found!.high);
    expect(Math.sign(found!.low)).toBe(Math.sign(expectedDifference));
  });

  it.each([
    ['a relation that may be chance', { qValue: 0.06 }],
    ['a weak one', { adjustedCoefficient: 0.24 }],
    ['one that points the other way than its means', { adjustedCoefficient: -0.4 }],
    ['an unclear difference', { effect: { ...effect, low: -0.1 } }],
    ['one without a difference', { effect: null }],
    ['one that is over', { trace: { verdict: 'FADED', pValue: 0.01, change: null, windows: [] } }],
    ['one that goes backwards', { lagDays: -1 }],
    ['a driver that nobody decides over', { driver: 'pain' }],
    ['an outcome of which nobody said what is better', { outcome: 'coffee' }],
    ['a metric that is not known', { driver: 'weather' }],
    ['a metric by itself', { driver: 'mood' }],
  ] as const)('does not recommend by %s', (_, change) => {
    expect(ask({ relations: [{ ...sleepMood, ...change } as FoundRelation] })).toEqual([]);
  });

  it('recommends by a relation that holds or has emerged', () => {
    for (const verdict of ['HOLDS', 'EMERGED', 'CHANGED'] as const) {
      expect(
        ask({ relations: [{ ...sleepMood, trace: { verdict, pValue: 0.2, change: null, windows: [] } }] }),
      ).toHaveLength(1);
    }
  });

  it('does not recommend what is a habit, or what is no longer tracked', () => {
    const sleeping = (values: Float64Array) => ask({ series: [{ id: 'sleep', values }, ...series.slice(1)] });
    const habit = (days: number) => drawDays(60).map((_, day) => (day >= 60 - days ? 9 : 6));
    expect(sleeping(habit(22))).toHaveLength(1);
    expect(sleeping(habit(23))).toEqual([]);
    expect(sleeping(drawDays(4).map((value, day) => (day > 37 ? missing : value)))).toEqual([]);
    expect(
      sleeping(
        drawDays(4)
          .map((value, day) => (day > 37 ? missing : value))
          .with(50, 6)
          .with(51, 6),
      ),
    ).toHaveLength(1);
  });

  it('counts the last days from the newest that any metric has', () => {
    const padded = series.map(({ id, values }) => {
      const longer = new Float64Array(256).fill(missing);
      longer.set(values);
      return { id, values: longer };
    });
    expect(ask({ series: padded })).toEqual(ask({}));
  });

  it('has more to recommend where there is more room', () => {
    const [often] = ask({ series: [{ id: 'sleep', values: drawDays(2) }, ...series.slice(1)] });
    expect(often!.habitShare).toBe(0.5);
    expect(often!.score).toBeLessThan(ask({})[0]!.score);
  });

  it('heeds what the person said, the less the longer ago', () => {
    const score = scoreWith([]);
    expect(scoreWith([rate('HELPFUL')])).toBeCloseTo(2 * score, 12);
    expect(scoreWith([rate('ACTED_ON')])).toBeCloseTo(4 * score, 12);
    expect(scoreWith([rate('NOT_HELPFUL')])).toBeCloseTo(score / 4, 12);
    expect(scoreWith([rate('ACTED_ON', 90)])).toBeCloseTo(2 * score, 12);
    expect(scoreWith([rate('HELPFUL', 1e9)])).toBeCloseTo(score, 12);
    expect(scoreWith([rate('HELPFUL', -5)])).toBeCloseTo(2 * score, 12);
    expect(scoreWith(Array.from({ length: 9 }, () => rate('ACTED_ON')))).toBeCloseTo(8 * score, 12);
  });

  it('heeds a little what the person said of similar ones', () => {
    const score = scoreWith([]);
    expect(scoreWith([rate('NOT_HELPFUL', 0, { outcome: 'pain' })])).toBeCloseTo(score / Math.SQRT2, 12);
    expect(scoreWith([rate('NOT_HELPFUL', 0, { driver: 'coffee' })])).toBeCloseTo(score / Math.SQRT2, 12);
    expect(scoreWith([rate('NOT_HELPFUL', 0, { driver: 'coffee', outcome: 'pain' })])).toBe(score);
  });

  it('gives one for a driver and an outcome, and nothing contradictory', () => {
    const weaker = { ...sleepMood, lagDays: 2, effect: { ...effect, adjustedDifference: 0.5 } };
    const worse = { ...sleepMood, outcome: 'pain' };
    const found = ask({ relations: [worse, weaker, sleepMood] });
    expect(found.map(({ outcome, lagDays, aim }) => [outcome, lagDays, aim])).toEqual([['mood', 1, 'AT_LEAST']]);
  });

  it('ranks by score, whatever the order and the units', () => {
    const relations = [
      sleepMood,
      { ...sleepMood, driver: 'coffee' },
      { ...sleepMood, driver: 'coffee', outcome: 'pain', ...negative },
    ];
    const expected = ask({ relations });
    expect(expected.map(({ score }) => score)).toEqual(expected.map(({ score }) => score).sort((a, b) => b - a));
    expect(expected).toHaveLength(3);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(relations, { minLength: 3 }),
        fc.integer({ min: -900, max: 900 }),
        (order, power) => {
          const unit = 2 ** power;
          const scale = ({ effect: one, ...rest }: FoundRelation) => ({
            ...rest,
            effect: {
              ...one!,
              adjustedDifference: unit * one!.adjustedDifference,
              low: unit * one!.low,
              high: unit * one!.high,
            },
          });
          const scaled = series.map(({ id, values }) => ({
            id,
            values: /mood|pain/.test(id) ? values.map((x) => unit * x) : values,
          }));
          const found = ask({ relations: order.map(scale), series: scaled });
          expect(found.map(({ driver, outcome }) => [driver, outcome])).toEqual(
            expected.map(({ driver, outcome }) => [driver, outcome]),
          );
          expect(found.map(({ score }) => score)).toEqual(expected.map(({ score }) => expect.closeTo(score, 9)));
        },
      ),
    );
  });

  it('has nothing to say about odd input', () => {
    const flat = series.map(({ id, values }) => ({ id, values: values.map(() => 3) }));
    expect(ask({ series: flat })).toEqual([]);
    expect(ask({ series: [] })).toEqual([]);
    expect(ask({ series: series.map(({ id }) => ({ id, values: new Float64Array(0) })) })).toEqual([]);
    expect(ask({ metrics: [] })).toEqual([]);
    expect(ask({ relations: [] })).toEqual([]);
  });
});
