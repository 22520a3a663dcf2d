import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findStreaks, type Streaks } from '../../../src/analysis/patterns/streaks.ts';

const { NaN: missing } = Number;
const find = (...values: number[]) => findStreaks(Float64Array.from(values)) as Streaks;

describe('findStreaks', () => {
  it('counts days with a yes, up to the last value', () => {
    expect(find(1, 1, 1, 0, 1, 1, missing)).toEqual({
      kind: 'YES',
      current: { first: 4, last: 5, days: 2 },
      longest: { first: 0, last: 2, days: 3 },
      days: 6,
      milestone: null,
    });
  });

  it('ends a streak with a no and with a missing day', () => {
    expect(find(1, 1, 0)).toMatchObject({ current: null, longest: { days: 2 } });
    expect(find(1, 1, missing, 1)).toMatchObject({ current: { first: 3, last: 3, days: 1 }, longest: { days: 2 } });
    expect(find(0, 0)).toMatchObject({ current: null, longest: null, days: 2 });
  });

  it('counts the days that were kept for metrics of other values', () => {
    expect(find(missing, 3, 0, missing, 7, 7, 7)).toEqual({
      kind: 'TRACKED',
      current: { first: 4, last: 6, days: 3 },
      longest: { first: 4, last: 6, days: 3 },
      days: 5,
      milestone: null,
    });
  });

  it('names the earliest of equally long streaks', () => {
    expect(find(1, 1, 0, 1, 1).longest).toEqual({ first: 0, last: 1, days: 2 });
  });

  it.each([
    [6, null],
    [7, 7],
    [29, 7],
    [30, 30],
    [100, 100],
    [364, 100],
    [365, 365],
    [1000, 365],
  ])('has passed the milestone of %i days: %s', (days, milestone) => {
    expect(findStreaks(new Float64Array(days).fill(1))).toMatchObject({ milestone, current: { days } });
  });

  it('is silent without any value', () => {
    expect(find()).toEqual({ reason: 'TOO_FEW_DAYS', missingDays: 1 });
    expect(find(missing, missing)).toEqual({ reason: 'TOO_FEW_DAYS', missingDays: 1 });
  });

  it('finds streaks of nothing but yes that no day could lengthen', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1, missing), { minLength: 1, maxLength: 60 }), (list) => {
        fc.pre(list.some((value) => !Number.isNaN(value)));
        const { current, longest } = find(...list);
        for (const streak of [current, longest]) {
          if (!streak) continue;
          expect(list.slice(streak.first, streak.last + 1)).toEqual(Array(streak.days).fill(1));
          expect([list[streak.first - 1], list[streak.last + 1]]).not.toContain(1);
        }
        expect(longest?.days ?? 0).toBe(
          Math.max(
            ...list
              .join('')
              .split(/0|NaN/)
              .map((run) => run.length),
          ),
        );
      }),
    );
  });
});
