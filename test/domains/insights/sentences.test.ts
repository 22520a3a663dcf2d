import { describe, expect, it } from 'vitest';
import { describeAnomaly, describeForecast } from '../../../src/domains/insights/sentences/days.ts';
import {
  describeCalendarPattern,
  describeChangePoint,
  describeStreak,
  describeTrend,
} from '../../../src/domains/insights/sentences/courses.ts';
import {
  describeChangingRelation,
  describeCorrelation,
  describeRecommendation,
} from '../../../src/domains/insights/sentences/relations.ts';

const sleep = { name: 'Sleep', unit: null, type: 'DURATION' };
const mood = { name: 'Mood', unit: null, type: 'RATING' };
const meditation = { name: 'Meditation', unit: null, type: 'BINARY' };
const weight = { name: 'Weight', unit: 'kg', type: 'NUMBER' };
const metricId = 'm';
const range = { from: '2026-01-01', to: '2026-03-01' };
const test = {
  driver: 'd',
  outcome: 'o',
  lagDays: 1,
  method: 'SPEARMAN' as const,
  coefficient: 0.4,
  adjustedCoefficient: 0.35,
  interval: { low: 0.2, high: 0.5 },
  n: 133,
  effectiveN: 120,
  pValue: 0.0001,
  qValue: 0.01,
  isSignificant: true,
  familySize: 100,
};
const effect = {
  threshold: 8 * 3600,
  meanAbove: 7.4,
  meanBelow: 6.7,
  nAbove: 62,
  nBelow: 71,
  difference: 0.7,
  adjustedDifference: 0.68,
  interval: { low: 0.3, high: 1.1 },
};

describe('sentences about relations', () => {
  it('tell the effect in the units of both metrics, with the days behind it', () => {
    expect(describeCorrelation(sleep, mood, { ...test, effect })).toBe(
      'On days with at least 8 h of Sleep, Mood is 0.68 higher on the next day (7.4 on 62 days against 6.7 on 71; ρ = 0.35 beyond weekday and trend, q = 0.01).',
    );
  });

  it('compare days with and without a habit, and speak of shares when the outcome is one', () => {
    const shares = { ...effect, threshold: null, meanAbove: 0.64, meanBelow: 0.41, adjustedDifference: -0.23 };
    expect(
      describeCorrelation(meditation, { ...meditation, name: 'Headache' }, { ...test, lagDays: 0, effect: shares }),
    ).toBe(
      'On days with Meditation, Headache is 23 points lower on the same day (64 % on 62 days against 41 % on 71; ρ = 0.35 beyond weekday and trend, q = 0.01).',
    );
  });

  it('do without groups where there are none', () => {
    expect(describeCorrelation(sleep, mood, { ...test, lagDays: 3, effect: null })).toBe(
      'On days with more Sleep, Mood tends to be higher 3 days later (ρ = 0.35 beyond weekday and trend, q = 0.01).',
    );
  });

  it('say how a relation has changed', () => {
    const windows = [0.5, 0.3, 0.02].map((coefficient) => ({ range, coefficient, n: 80 }));
    expect(describeChangingRelation(sleep, mood, { ...test, verdict: 'FADED', windows, pValue: 0.0001 })).toBe(
      'Sleep and Mood on the next day no longer go together (from 0.50 to 0.02 over 3 windows of 90 days, p < 0.001).',
    );
  });

  it('suggest without promising', () => {
    const recommendation = {
      driver: 'd',
      outcome: 'o',
      lagDays: 0,
      aim: 'YES' as const,
      threshold: null,
      expectedDifference: 0.5,
      interval: { low: 0.2, high: 0.8 },
      habitShare: 0.25,
      score: 1,
    };
    expect(describeRecommendation(meditation, mood, recommendation)).toBe(
      'Meditation may be worth trying: on such days Mood is 0.5 higher on the same day, and it was so on 25 % of your last 28 days.',
    );
    expect(describeRecommendation(sleep, mood, { ...recommendation, aim: 'AT_LEAST', threshold: 27_000 })).toMatch(
      /^At least 7 h 30 min of Sleep may be worth trying:/,
    );
  });
});

describe('sentences about one metric', () => {
  it('give a trend a week, in the unit', () => {
    const trend = {
      metricId,
      range,
      direction: 'FALLING' as const,
      slopePerDay: -0.1,
      n: 90,
      pValue: 0.0001,
      strength: -0.5,
      velocity: null,
      acceleration: null,
    };
    expect(describeTrend(weight, trend)).toBe('Weight is falling by about 0.7 kg a week (90 days, p < 0.001).');
  });

  it('give both levels of a change', () => {
    const change = {
      metricId,
      date: '2026-02-01',
      before: 80,
      after: 78.5,
      daysBefore: 60,
      daysAfter: 30,
      pValue: 0.004,
    };
    expect(describeChangePoint(weight, change)).toBe(
      'Since 2026-02-01, Weight is 1.5 kg lower than before (78.5 kg on 30 days since, 80 kg on 60 before, p = 0.004).',
    );
  });

  it('name the weekday and the month', () => {
    const pattern = {
      metricId,
      cycle: 'WEEKDAY' as const,
      effects: [],
      strongest: { position: 0, difference: -0.6, ownLevel: 7.1, othersLevel: 7.7, days: 52 },
      n: 360,
      pValue: 0.001,
      qValue: 0.02,
    };
    expect(describeCalendarPattern(mood, pattern)).toBe(
      'On Mondays, Mood is 0.6 lower than otherwise (7.1 against 7.7, 52 such days, q = 0.02).',
    );
    expect(describeCalendarPattern(mood, { ...pattern, cycle: 'MONTH' })).toMatch(/^In January, /);
  });

  it('compare a streak with the longest', () => {
    const streak = { metricId, days: 12, since: '2026-01-01', milestone: 7, longestDays: 12 };
    expect(describeStreak(meditation, streak)).toBe('Meditation on 12 days in a row: your longest streak.');
    expect(describeStreak(meditation, { ...streak, longestDays: 40 })).toBe(
      'Meditation on 12 days in a row: your longest streak was 40.',
    );
  });

  it('explain an unusual day', () => {
    const anomaly = {
      metricId,
      date: '2026-03-03',
      value: 14_400,
      expected: 27_000,
      deviation: -3.12,
      extreme: 'LOWEST' as const,
      extremeOfDays: 90,
      weekday: 1,
    };
    expect(describeAnomaly(sleep, anomaly)).toBe(
      'Sleep was 4 h on 2026-03-03, your lowest in 90 days: 3.12 MADs below a usual Tuesday (7 h 30 min).',
    );
  });

  it('tell a forecast with its range and its record', () => {
    const points = [
      { date: '2026-03-02', value: 71, low: 70, high: 72 },
      { date: '2026-03-08', value: 70.5, low: 69, high: 72 },
    ];
    const forecast = {
      metricId,
      model: 'SIMPLE' as const,
      points,
      level: 0.9,
      coverage: 0.91,
      error: 0.4,
      naiveError: 0.5,
      skill: 0.2,
      n: 100,
    };
    expect(describeForecast(weight, forecast)).toBe(
      'Weight should be 71 kg on 2026-03-02 (70 kg to 72 kg) and 70.5 kg by 2026-03-08, lower (20 % better than a plain guess; ranges meant to hold 90 % of days held 91 %).',
    );
  });
});
