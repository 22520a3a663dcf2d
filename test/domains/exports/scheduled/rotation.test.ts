import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseKept, type Keep } from '../../../../src/domains/exports/scheduled/rotation.ts';
import { fromDayNumber, toDayNumber } from '../../../../src/kernel/civil-time.ts';

const daysBefore = (day: string, count: number) =>
  Array.from({ length: count }, (_, i) => fromDayNumber(toDayNumber(day) - i));

describe('of daily files', () => {
  // A Sunday.
  const kept = [...chooseKept(daysBefore('2026-11-22', 500), { days: 7, weeks: 4, months: 12 })].toSorted();

  it('stay those of the last days, the last of each week and of each month', () => {
    expect(kept).toEqual([
      '2025-12-31',
      '2026-01-31',
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
      '2026-05-31',
      '2026-06-30',
      '2026-07-31',
      '2026-08-31',
      '2026-09-30',
      '2026-10-31',
      '2026-11-01',
      '2026-11-08',
      '2026-11-15',
      '2026-11-16',
      '2026-11-17',
      '2026-11-18',
      '2026-11-19',
      '2026-11-20',
      '2026-11-21',
      '2026-11-22',
    ]);
  });
});

const dayNumber = fc.integer({ min: 20_000, max: 20_900 });
const days = fc.uniqueArray(dayNumber, { minLength: 1, maxLength: 120 }).map((all) => all.map(fromDayNumber));
const keep: fc.Arbitrary<Keep> = fc.record({
  days: fc.integer({ min: 1, max: 9 }),
  weeks: fc.integer({ min: 0, max: 6 }),
  months: fc.integer({ min: 0, max: 14 }),
});

describe('whatever files there are', () => {
  it('the newest stay, and never more than were asked for', () => {
    fc.assert(
      fc.property(days, keep, (all, rule) => {
        const kept = chooseKept(all, rule);
        const newest = all.toSorted().slice(-rule.days);
        expect([...kept]).toEqual(expect.arrayContaining(newest));
        expect(kept.size).toBeLessThanOrEqual(rule.days + rule.weeks + rule.months);
      }),
    );
  });

  it('what is thrown away day by day is what would be thrown away at the end', () => {
    fc.assert(
      fc.property(days, keep, (all, rule) => {
        let files: string[] = [];
        for (const day of all.toSorted()) files = [...chooseKept([...files, day], rule)];
        expect(files.toSorted()).toEqual([...chooseKept(all, rule)].toSorted());
      }),
    );
  });
});
