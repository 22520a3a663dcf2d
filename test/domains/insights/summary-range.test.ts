import { describe, expect, it } from 'vitest';
import { checkSummaryRange, endingOn, historyOf, rangeBefore } from '../../../src/domains/insights/summary-range.ts';

describe('the range of a summary', () => {
  it('ends on the day given, and is as long as its period says', () => {
    expect(endingOn('2026-03-02', 'DAILY')).toEqual({ from: '2026-03-02', to: '2026-03-02' });
    expect(endingOn('2026-03-02', 'WEEKLY')).toEqual({ from: '2026-02-24', to: '2026-03-02' });
    expect(endingOn('2024-03-02', 'MONTHLY')).toEqual({ from: '2024-02-02', to: '2024-03-02' });
  });

  it('is compared with the equally many days just before', () => {
    expect(rangeBefore({ from: '2026-03-01', to: '2026-03-01' })).toEqual({ from: '2026-02-28', to: '2026-02-28' });
    expect(rangeBefore({ from: '2024-03-01', to: '2024-03-07' })).toEqual({ from: '2024-02-23', to: '2024-02-29' });
  });

  it('counts days of the calendar, those included that a time zone has skipped', () => {
    // On Samoa 2011-12-30 never was.
    expect(endingOn('2012-01-02', 'WEEKLY')).toEqual({ from: '2011-12-27', to: '2012-01-02' });
  });

  it('looks back no further than days go', () => {
    expect(historyOf({ from: '1900-01-05', to: '1900-01-11' })).toEqual({ from: '1900-01-01', to: '1900-01-11' });
    expect(historyOf({ from: '2026-01-01', to: '2026-01-01' }).from).toBe('2023-01-03');
  });

  it.each([
    ['2026-02-30', '2026-03-01', /does not exist/],
    ['2026-01-01', 'tomorrow', /does not exist/],
    ['2026-01-02', '2026-01-01', /ends before/],
    ['2024-01-01', '2025-01-01', /366 days/],
  ])('is refused from %s to %s', (from, to, message) => {
    expect(() => checkSummaryRange({ from, to })).toThrow(message);
  });

  it('may be a single day or a leap year', () => {
    expect(() => checkSummaryRange({ from: '2026-01-01', to: '2026-01-01' })).not.toThrow();
    expect(() => checkSummaryRange({ from: '2024-01-01', to: '2024-12-31' })).not.toThrow();
  });
});
