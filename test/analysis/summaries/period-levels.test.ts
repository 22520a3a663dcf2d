import { describe, expect, it } from 'vitest';
import { measurePeriod } from '../../../src/analysis/summaries/period-levels.ts';

const missing = Number.NaN;

describe('measurePeriod', () => {
  it('takes the mean over the days that have a value, beside the period of equal length before', () => {
    const values = Float64Array.of(9, 1, missing, 2, 4, 8, missing);
    expect(measurePeriod(values, 4, 6)).toEqual({
      level: 6,
      previousLevel: 1.5,
      difference: 4.5,
      days: 2,
      previousDays: 2,
      lowest: { day: 4, value: 4 },
      highest: { day: 5, value: 8 },
    });
  });

  it('names the first of equal days', () => {
    const { lowest, highest } = measurePeriod(Float64Array.of(2, 1, 2, 1), 0, 3);
    expect([lowest, highest]).toEqual([
      { day: 1, value: 1 },
      { day: 0, value: 2 },
    ]);
  });

  it('knows a single day', () => {
    expect(measurePeriod(Float64Array.of(1, 3), 1, 1)).toMatchObject({ level: 3, previousLevel: 1, difference: 2 });
  });

  it('takes what lies outside of the series for missing', () => {
    const values = Float64Array.of(5, 7);
    expect(measurePeriod(values, 1, 3)).toMatchObject({ level: 7, days: 1, previousLevel: 5, previousDays: 1 });
    expect(measurePeriod(values, 4, 5)).toMatchObject({ level: null, previousDays: 0, difference: null, lowest: null });
    expect(measurePeriod(values, -3, -2)).toMatchObject({ level: null, previousLevel: null });
  });

  it('gives exact means of equal values, and finite ones of the largest', () => {
    expect(measurePeriod(new Float64Array(14).fill(0.1), 7, 13).level).toBeCloseTo(0.1, 15);
    expect(measurePeriod(new Float64Array(14).fill(7), 7, 13).level).toBe(7);
    const largest = Number.MAX_VALUE;
    expect(measurePeriod(Float64Array.of(-largest, -largest, largest, largest), 2, 3)).toMatchObject({
      level: largest,
      previousLevel: -largest,
      difference: largest,
    });
  });
});
