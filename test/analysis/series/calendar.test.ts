import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthOf, weekdayOf, weekOf } from '../../../src/analysis/series/calendar.ts';

const day = fc.integer({ min: -200_000, max: 200_000 });
const dateOf = (dayNumber: number) => new Date(dayNumber * 86_400_000);

describe('the calendar of an index', () => {
  it('agrees with Date, before and after 1970, however a day is split into first day and index', () => {
    fc.assert(
      fc.property(day, fc.nat(5000), (firstDay, index) => {
        const date = dateOf(firstDay + index);
        expect(weekdayOf(firstDay, index)).toBe((date.getUTCDay() + 6) % 7);
        expect(monthOf(firstDay, index)).toBe((date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth());
      }),
    );
  });

  it('knows leap days', () => {
    const february29 = Date.UTC(2024, 1, 29) / 86_400_000;
    expect(monthOf(february29, 0)).toBe(54 * 12 + 1);
    expect(monthOf(february29, 1)).toBe(54 * 12 + 2);
    expect(weekdayOf(february29, 0)).toBe(3);
  });

  it('begins a week on Monday', () => {
    fc.assert(
      fc.property(day, (firstDay) => {
        const monday = firstDay - weekdayOf(firstDay, 0);
        expect(weekOf(monday, 6)).toBe(weekOf(monday, 0));
        expect(weekOf(monday, 7)).toBe(weekOf(monday, 0) + 1);
      }),
    );
  });
});
