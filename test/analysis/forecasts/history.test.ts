import { describe, expect, it } from 'vitest';
import { divideHistory, type History } from '../../../src/analysis/forecasts/history.ts';
import { toSeries } from './references.ts';

const complete = (days: number) => Float64Array.from({ length: days }, (_, day) => day);

describe('divideHistory', () => {
  it('lets two weeks teach, a third of the rest choose and two thirds judge', () => {
    const { origin, chooseFrom, judgeFrom, n } = divideHistory(complete(194), 0, 7) as History;
    expect({ origin, chooseFrom, judgeFrom, n }).toEqual({ origin: 13, chooseFrom: 14, judgeFrom: 74, n: 194 });
  });

  it('judges over four weeks at the least', () => {
    expect(divideHistory(complete(56), 0, 7)).toMatchObject({ chooseFrom: 14, judgeFrom: 28 });
  });

  it('looks back a year to judge, and another to choose', () => {
    expect(divideHistory(complete(2000), 0, 7)).toMatchObject({ chooseFrom: 1270, judgeFrom: 1635 });
  });

  it('begins and ends with a value, and knows the weekday it begins with', () => {
    // Day 4 after 1970-01-01 was a Monday.
    const { values, weekday } = divideHistory(toSeries([null, null, ...complete(60), null]), 2, 7) as History;
    expect([values.length, values[0], weekday]).toEqual([60, 0, 0]);
  });

  it('counts the days that a forecast reaches', () => {
    const weekly = Float64Array.from({ length: 70 * 7 }, (_, day) => (day % 7 === 0 ? day : Number.NaN));
    expect(divideHistory(weekly, 0, 6)).toEqual({ reason: 'TOO_FEW_DAYS', missingDays: 42 });
    expect(divideHistory(weekly, 0, 7)).toMatchObject({ n: 70, origin: 13 * 7, chooseFrom: 14 * 7 });
  });
});
