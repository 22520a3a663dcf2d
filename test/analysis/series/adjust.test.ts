import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjust } from '../../../src/analysis/series/adjust.ts';
import { references, toSeries } from '../correlations/reference-values.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

const { NaN: missing } = Number;
const line = (days: number, slope: number) => Float64Array.from({ length: days }, (_, day) => slope * day);
/** The largest difference of two series; infinite where only one has a value. */
function differ(a: Float64Array, b: Float64Array): number {
  const gaps = a.map((x, day) => (Number.isNaN(x) === Number.isNaN(b[day]) ? Math.abs(x - b[day]!) : Infinity));
  return Math.max(0, ...gaps.filter((gap) => !Number.isNaN(gap)));
}

describe('adjust', () => {
  it.each(references.adjustments)("gives statsmodels' residuals: $name", ({ values, residuals, terms }) => {
    const adjusted = adjust(toSeries(values), references.firstDay);
    expect(differ(adjusted.residuals, toSeries(residuals))).toBeLessThan(1e-7);
    expect(adjusted.terms).toBe(terms);
  });

  it('leaves nothing of weekday, line or waves over years with gaps', () => {
    const days = 1825;
    const uniform = seedUniform(4);
    const isMissing = (day: number) => uniform() < 0.25 || (day > 700 && day < 740);
    const values = drawAutoregressive(days, 0.6, uniform).map((x, day) =>
      isMissing(day) ? missing : 80 - 0.01 * day + x,
    );
    const { residuals, drifts } = adjust(values, 0);
    const project = (column: (day: number) => number) =>
      Math.abs(residuals.reduce((sum, x, day) => sum + (Number.isNaN(x) ? 0 : (x * column(day)) / days), 0));
    expect(drifts).toBe(1 + Math.floor((2 * days) / 120));
    for (let weekday = 0; weekday < 7; weekday++)
      expect(project((day) => Number(day % 7 === weekday))).toBeLessThan(1e-12);
    expect(project((day) => day / days)).toBeLessThan(1e-12);
    for (let k = 1; k < drifts; k++) {
      expect(project((day) => Math.cos((Math.PI * k * (day + 0.5)) / days))).toBeLessThan(1e-12);
    }
  });

  it('knows Sundays by the calendar, also before 1970', () => {
    // 2024-01-07, 1970-01-04 and 1969-12-28 were Sundays.
    for (const sunday of [19_729, 3, -4]) {
      const dips = Float64Array.from({ length: 70 }, (_, day) => (day % 7 === 0 ? -1 : 0));
      expect([...adjust(dips, sunday).residuals]).toEqual([...new Float64Array(70)]);
    }
  });

  it('takes a line and a weekday profile away entirely', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: -30_000, max: 30_000 }),
        fc.constantFrom(60, 400),
        (seed, firstDay, days) => {
          const uniform = seedUniform(seed);
          const values = drawAutoregressive(days, 0.5, uniform).map((x) => (uniform() < 0.2 ? missing : x));
          const profile = Array.from({ length: 7 }, () => 10 * uniform());
          const slope = uniform() - 0.5;
          const other = values.map((x, day) => x + 5 + slope * day + profile[day % 7]!);
          expect(differ(adjust(other, firstDay).residuals, adjust(values, firstDay).residuals)).toBeLessThan(1e-9);
        },
      ),
    );
  });

  it('leaves the same of a series that runs backwards, through the longest gaps', () => {
    // Each wave is the same backwards, or its opposite; and days a week apart stay a week apart.
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 600, max: 1800 }),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.double({ min: 0.5, max: 0.9, noNaN: true }),
        (seed, days, middle, share) => {
          const isGap = (day: number) => Math.abs(day - middle * days) < (share * days) / 2;
          const values = drawAutoregressive(days, 0.5, seedUniform(seed)).map((x, day) => (isGap(day) ? missing : x));
          const backwards = adjust(values.toReversed(), 0).residuals.toReversed();
          expect(differ(backwards, adjust(values, 0).residuals)).toBeLessThan(1e-9);
        },
      ),
    );
  });

  it.each([200, 300, 365, 1095])('leaves at most a tenth of a season over %s days', (days) => {
    for (const phase of [0, 1, 2, 3]) {
      const season = Float64Array.from({ length: days }, (_, day) => Math.sin((2 * Math.PI * day) / 365.25 + phase));
      const rest = adjust(season, 0).residuals;
      expect(Math.sqrt(rest.reduce((sum, x) => sum + x * x, 0) / days)).toBeLessThan(0.075);
    }
  });

  it('counts the terms it fitted', () => {
    const noise = drawAutoregressive(730, 0, seedUniform(1));
    expect(adjust(noise.slice(0, 20), 0)).toMatchObject({ terms: 1, drifts: 1 });
    expect(adjust(noise.slice(0, 59), 0)).toMatchObject({ terms: 7, drifts: 1 });
    expect(adjust(noise.slice(0, 120), 0)).toMatchObject({ terms: 9, drifts: 3 });
    expect(adjust(noise, 0)).toMatchObject({ terms: 19, drifts: 13 });
    // Once a week: no weekdays to tell apart, and no more waves than the values bear.
    const sundays = noise.map((x, day) => (day % 7 === 3 ? x : missing));
    expect(adjust(sundays, 0)).toMatchObject({ terms: 6, drifts: 6 });
  });

  it('does not care for days before the first value or after the last', () => {
    const values = drawAutoregressive(100, 0.3, seedUniform(2));
    const padded = Float64Array.of(missing, missing, ...values, missing);
    const { residuals } = adjust(padded, 98);
    expect(differ(residuals.subarray(2, 102), adjust(values, 100).residuals)).toBeLessThan(1e-12);
    expect([residuals[0], residuals[1], residuals[102]]).toEqual([missing, missing, missing]);
  });

  it('takes rounding for what it is', () => {
    for (const offset of [0, 0.1, 1e9, 1e15]) {
      const values = line(50, 0.1).map((x) => offset + x);
      expect(new Set(adjust(values, 0).residuals)).toEqual(new Set([0]));
    }
  });

  it('keeps what differs behind a large offset', () => {
    const values = drawAutoregressive(60, 0, seedUniform(3)).map((x) => Math.round(x * 100));
    const shifted = values.map((x) => x + 1e14);
    expect(differ(adjust(shifted, 0).residuals, adjust(values, 0).residuals)).toBeLessThan(1e-9);
  });

  it('never makes a missing day of a value, nor a value of a missing day', () => {
    const value = fc.oneof(fc.constant(missing), fc.double({ min: -1e150, max: 1e150, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.integer({ min: -1e6, max: 1e6 }), (list, firstDay) => {
        const values = Float64Array.from(list);
        const { residuals } = adjust(values, firstDay);
        expect(Array.from(residuals, Number.isNaN)).toEqual(Array.from(values, Number.isNaN));
        expect(residuals.every((x) => !Number.isFinite(x) === Number.isNaN(x))).toBe(true);
      }),
    );
  });

  it('has nothing left of few values, and nothing to say of infinite ones', () => {
    expect([...adjust(Float64Array.of(missing, 4, missing, 9), 0).residuals]).toEqual([missing, 0, missing, 0]);
    expect(adjust(new Float64Array(0), 0)).toEqual({ residuals: new Float64Array(0), terms: 0, drifts: 0 });
    const infinite = adjust(Float64Array.of(1, 2, Infinity, 4, 5), 0).residuals;
    expect([...infinite]).toEqual([0, 0, 0, 0, 0]);
  });
});
