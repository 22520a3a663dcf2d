import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstDay,
  fromDayNumber,
  isDay,
  isInstant,
  isLocalTime,
  isTimeZone,
  lastDay,
  toDay,
  toDayNumber,
  toInstant,
  toLocalDay,
  toWallClock,
} from '../../src/kernel/civil-time.ts';

describe('an instant', () => {
  it('is written as the runtime writes it, whatever came before it', () => {
    const anyInstant = fc.date({ noInvalidDate: true });
    fc.assert(fc.property(anyInstant, (date) => void expect(toInstant(date)).toBe(date.toISOString())));
    for (const time of [0, -1, 8.64e15, -8.64e15, 86_399_999, 86_400_000]) {
      expect(toInstant(new Date(time))).toBe(new Date(time).toISOString());
    }
    expect(() => toInstant(new Date(NaN))).toThrow(RangeError);
  });

  it.each([
    '2026-11-21T06:30:15.250Z',
    '2026-11-21T06:30:15Z',
    '2024-02-29T23:59:59.999999+14:00',
    '2026-11-21T00:00:00-03:30',
  ])('%s is one, which Date reads', (text) => {
    expect(isInstant(text)).toBe(true);
    expect(new Date(text).getTime()).not.toBeNaN();
  });

  it.each([
    '2026-11-21',
    '2026-11-21T06:30Z',
    '2026-11-21T06:30:15',
    '2026-11-21 06:30:15Z',
    '2026-02-29T06:30:15Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T23:59:60Z',
    '2026-11-21T06:30:15.Z',
    '2026-11-21T06:30:15+24:00',
    '2026-11-21T06:30:15Z\n',
    '',
  ])('%j is none', (text) => {
    expect(isInstant(text)).toBe(false);
  });
});

describe('a day', () => {
  it('exists when the calendar has it', () => {
    const part = (max: number) => fc.integer({ min: 0, max });
    const twoDigits = (number: number) => String(number).padStart(2, '0');
    fc.assert(
      fc.property(fc.integer({ min: 1890, max: 2210 }), part(13), part(32), (year, month, day) => {
        const text = `${year}-${twoDigits(month)}-${twoDigits(day)}`;
        const time = Date.parse(`${text}T00:00:00Z`);
        const isReal = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
        expect(isDay(text)).toBe(isReal && year >= 1900 && year <= 2200);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['2026-11-21', '2024-02-29', '2000-02-29', firstDay, lastDay, '2026-12-31'])('%s exists', (day) => {
    expect(isDay(day)).toBe(true);
  });

  it.each([
    '2026-02-29',
    '1900-02-29',
    '2100-02-29',
    '2026-04-31',
    '2026-00-01',
    '2026-01-00',
    '2026-13-01',
    '2026-01-32',
    '1899-12-31',
    '2201-01-01',
    '0001-01-01',
    '20261121',
    '2026-11-21T00:00',
    ' 2026-11-21',
    '2026-11-21\n',
    '2026-1-1',
    '',
    '٢٠٢٦-١١-٢١',
    '-2026-11-21',
    '12026-11-21',
  ])('%j does not', (day) => {
    expect(isDay(day)).toBe(false);
  });

  const dayNumbers = fc.integer({ min: toDayNumber(firstDay), max: toDayNumber(lastDay) });

  it('and its number are the same thing', () => {
    expect([toDayNumber('1970-01-01'), toDayNumber('1969-12-31'), toDayNumber('2026-11-21')]).toEqual([0, -1, 20_778]);
    fc.assert(
      fc.property(dayNumbers, (number) => {
        const day = fromDayNumber(number);
        expect(isDay(day)).toBe(true);
        expect(toDayNumber(day)).toBe(number);
        expect(toDay(new Date(`${day}T00:00:00Z`))).toBe(day);
      }),
    );
  });

  it('comes before another exactly when its number and its text do', () => {
    fc.assert(
      fc.property(dayNumbers, dayNumbers, (a, b) => {
        expect(fromDayNumber(a) < fromDayNumber(b)).toBe(a < b);
      }),
    );
  });
});

describe('a wall-clock time', () => {
  it.each(['00:00', '23:59', '07:30:15', '23:59:59'])('%s is one', (time) => expect(isLocalTime(time)).toBe(true));
  it.each(['24:00', '7:30', '07:60', '07:30:60', '07:30:15.5', '0730', '', '07:30 ', '07:30\n'])(
    '%j is none',
    (time) => {
      expect(isLocalTime(time)).toBe(false);
    },
  );
});

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Vienna', 'America/Argentina/Buenos_Aires', 'Asia/Kathmandu', 'Pacific/Apia'])(
    '%s is known',
    (zone) => {
      expect(isTimeZone(zone)).toBe(true);
    },
  );
  it.each(['', 'Mars/Olympus', '+02:00', '-0300', 'Europe/Vienna ', 'Europe/Vienna\0'])('%j is none', (zone) => {
    expect(isTimeZone(zone)).toBe(false);
  });
});

describe('the day a person counts an instant to', () => {
  it.each([
    // The clocks go forward at 2026-03-29 01:00 UTC in Vienna: the day has 23 hours.
    ['2026-03-28T22:59:59Z', 'Europe/Vienna', 0, '2026-03-28'],
    ['2026-03-28T23:00:00Z', 'Europe/Vienna', 0, '2026-03-29'],
    ['2026-03-29T21:59:59Z', 'Europe/Vienna', 0, '2026-03-29'],
    ['2026-03-29T22:00:00Z', 'Europe/Vienna', 0, '2026-03-30'],
    // They go back at 2026-10-25 01:00 UTC: 25 hours.
    ['2026-10-24T22:00:00Z', 'Europe/Vienna', 0, '2026-10-25'],
    ['2026-10-25T22:59:59Z', 'Europe/Vienna', 0, '2026-10-25'],
    ['2026-10-25T23:00:00Z', 'Europe/Vienna', 0, '2026-10-26'],
    // A day that begins at four.
    ['2026-11-21T02:59:59Z', 'Europe/Vienna', 4, '2026-11-20'],
    ['2026-11-21T03:00:00Z', 'Europe/Vienna', 4, '2026-11-21'],
    // On the day without an hour from two to three, and one that begins in it: 01:59 is yesterday, 03:00 is today.
    ['2026-03-29T00:59:59Z', 'Europe/Vienna', 2, '2026-03-28'],
    ['2026-03-29T01:00:00Z', 'Europe/Vienna', 2, '2026-03-29'],
    // Four hours after a midnight before the change would be 05:00: the wall clock counts, not the hours gone by.
    ['2026-03-29T01:59:59Z', 'Europe/Vienna', 4, '2026-03-28'],
    ['2026-03-29T02:00:00Z', 'Europe/Vienna', 4, '2026-03-29'],
    // Where midnight itself does not exist (Beirut, 2026-03-29), where half hours and 45 minutes count, and across a date line.
    ['2026-03-28T22:00:00Z', 'Asia/Beirut', 0, '2026-03-29'],
    ['2026-11-20T18:14:59Z', 'Asia/Kathmandu', 0, '2026-11-20'],
    ['2026-11-20T18:15:00Z', 'Asia/Kathmandu', 0, '2026-11-21'],
    ['2026-11-20T10:00:00Z', 'Pacific/Kiritimati', 0, '2026-11-21'],
    ['2026-11-20T10:00:00Z', 'Pacific/Pago_Pago', 0, '2026-11-19'],
    ['2027-01-01T00:30:00Z', 'UTC', 1, '2026-12-31'],
    ['2024-03-01T00:30:00Z', 'UTC', 1, '2024-02-29'],
  ])('of %s in %s, beginning at %d, is %s', (instant, zone, dayStartsAt, day) => {
    expect(toLocalDay(new Date(instant), zone, dayStartsAt)).toBe(day);
  });

  it('knows that Samoa had no 30 December 2011', () => {
    expect(toLocalDay(new Date('2011-12-30T09:59:59Z'), 'Pacific/Apia', 0)).toBe('2011-12-29');
    expect(toLocalDay(new Date('2011-12-30T10:00:00Z'), 'Pacific/Apia', 0)).toBe('2011-12-31');
  });

  it('never goes backwards, and moves by one day at most from hour to hour', () => {
    const zones = fc.constantFrom(
      'Europe/Vienna',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'America/St_Johns',
      'UTC',
    );
    const hours = fc.integer({ min: 0, max: 30 * 365 * 24 });
    fc.assert(
      fc.property(zones, hours, fc.integer({ min: 0, max: 23 }), (zone, hour, dayStartsAt) => {
        const at = (offset: number) =>
          toDayNumber(toLocalDay(new Date((hour + offset) * 3_600_000 + 946_684_800_000), zone, dayStartsAt));
        expect([0, 1]).toContain(at(1) - at(0));
      }),
      { numRuns: 300 },
    );
  });

  it('counts midnight as hour 0, not 24', () => {
    expect(toWallClock(new Date('2026-11-21T00:00:00Z'), 'UTC')).toEqual({ day: '2026-11-21', hour: 0 });
  });
});
