import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSilence } from '../../../src/analysis/silence.ts';
import { comparePeriods, type PeriodComparison } from '../../../src/analysis/summaries/compare-periods.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

const missing = Number.NaN;

type Shape = (z: number, day: number) => number;

/** The comparison of the last `length` days with those before. */
const compareLast = (values: Float64Array, length: number) =>
  comparePeriods(values, values.length - length, values.length - 1);

/** The last days of a history that nothing happened in, so many times; the last day is every weekday in turn. */
function compareNoise(runs: number, days: number, length: number, phi: number, shape: Shape = (z) => z) {
  return Array.from({ length: runs }, (_, seed) => {
    const noise = drawAutoregressive(days - (seed % 7), phi, seedUniform(seed * 7919 + 13));
    return compareLast(noise.map(shape), length) as PeriodComparison;
  });
}

const isReason = ({ missingDays }: { missingDays: number | null }): boolean => missingDays === null || missingDays > 0;

/** Whether all numbers are finite and in order. */
function isFinding({ lowest, highest, isChanged, zScore, ...numbers }: PeriodComparison): boolean {
  const isFinite = [...Object.values(numbers), zScore ?? 0].every(Number.isFinite);
  const { pValue } = numbers;
  return isFinite && pValue >= 0 && pValue <= 1 && isChanged === pValue < 0.05 && lowest!.value <= highest!.value;
}

const shareChanged = (comparisons: readonly PeriodComparison[]): number =>
  comparisons.filter(({ isChanged }) => isChanged).length / comparisons.length;

describe('comparePeriods', () => {
  it('sees a change beyond the usual ups and downs, and which way it goes', () => {
    const noise = drawAutoregressive(200, 0.3, seedUniform(1));
    const raised = noise.map((z, day) => z + (day >= 193 ? 3 : 0));
    expect(compareLast(noise, 7)).toMatchObject({ isChanged: false });
    const changed = compareLast(raised, 7) as PeriodComparison;
    expect(changed).toMatchObject({ isChanged: true, days: 7, previousDays: 7 });
    expect(changed.zScore).toBeGreaterThan(2);
    const mirrored = compareLast(
      raised.map((value) => -value),
      7,
    ) as PeriodComparison;
    expect(mirrored.zScore).toBeCloseTo(-changed.zScore!, 9);
    expect(mirrored.difference).toBeCloseTo(-changed.difference, 9);
  });

  it('tells how much it usually differs, in its own unit, and how much past that rests on', () => {
    const comparison = compareLast(
      drawAutoregressive(365, 0, seedUniform(2)).map((z) => 50 + 10 * z),
      7,
    ) as PeriodComparison;
    // Means of a week differ by 10 √(2/7) = 5.3; half of such differences are within 0.67 of that.
    expect(comparison.usualDifference).toBeGreaterThan(2.7);
    expect(comparison.usualDifference).toBeLessThan(4.5);
    expect(comparison.pastPeriods).toBe(46);
  });

  it.each([
    [1, 120, 0],
    [1, 120, 0.6],
    [7, 120, 0],
    [7, 120, 0.3],
    [7, 365, 0.6],
    [7, 120, 0.8],
    [30, 365, 0],
    [30, 365, 0.3],
    [30, 365, 0.8],
  ])('keeps its level on noise: %i days at the end of %i, φ = %f', (length, days, phi) => {
    // 5 % of 400 are 20 ± 4.4.
    expect(shareChanged(compareNoise(400, days, length, phi))).toBeLessThanOrEqual(0.075);
  });

  it.each([1, 7, 10, 30])('takes no weekday for a change: %i days', (length) => {
    const weekly: Shape = (z, day) => z + (day % 7 >= 5 ? 5 : 0);
    expect(shareChanged(compareNoise(400, 365, length, 0.3, weekly))).toBeLessThanOrEqual(0.075);
  });

  it.each<[string, Shape]>([
    ['log-normal values', (z) => Math.exp(2 * z)],
    ['ratings from 1 to 5', (z) => Math.max(1, Math.min(5, Math.round(3 + z)))],
    ['yes or no', (z) => Number(z > 0)],
    ['a habit of 16 % yes', (z) => Number(z > 1)],
    ['a rare symptom', (z) => Number(z > 2)],
    ['a number that mostly is 0', (z) => Math.max(0, z - 1.6)],
    ['40 % of days missing', (z, day) => ((day * 7919) % 10 < 4 ? missing : z)],
    ['weekends missing', (z, day) => (day % 7 >= 5 ? missing : z)],
  ])('keeps its level on other kinds of values: %s', (_, shape) => {
    for (const length of [1, 7]) {
      const comparisons = compareNoise(800, 180, length, 0.3, shape).filter((one) => !isSilence(one));
      expect(shareChanged(comparisons)).toBeLessThanOrEqual(0.075);
    }
  });

  it('sees a shift that lasts the period', () => {
    const shifted = (size: number, length: number) =>
      Array.from({ length: 100 }, (_, seed) => {
        const noise = drawAutoregressive(365, 0.3, seedUniform(seed));
        return compareLast(
          noise.map((z, day) => z + (day >= 365 - length ? size : 0)),
          length,
        ) as PeriodComparison;
      });
    expect(shareChanged(shifted(2, 7))).toBeGreaterThan(0.7);
    expect(shareChanged(shifted(1, 30))).toBeGreaterThan(0.7);
  });

  it('sees when a habit begins, and takes a single exception for none', () => {
    const never = new Float64Array(120);
    const begun = never.map((_, day) => Number(day >= 113));
    expect(compareLast(begun, 7)).toMatchObject({ isChanged: true, level: 1, previousLevel: 0 });
    const once = never.map((_, day) => Number(day === 116));
    expect(compareLast(once, 7)).toMatchObject({ isChanged: false, pValue: 1 });
  });

  it('takes the first difference ever for the first in so many, not for a certainty', () => {
    const timetable = Float64Array.from({ length: 154 }, (_, day) => day % 7);
    timetable[150] = 9;
    const first = compareLast(timetable, 7) as PeriodComparison;
    expect(first).toMatchObject({ zScore: null, usualDifference: 0, pastPeriods: 17 });
    expect(first.pValue).toBeGreaterThan(0.05);
  });

  it('is not fooled by one wild day', () => {
    const noise = drawAutoregressive(200, 0.3, seedUniform(4));
    noise[197] = 1e6;
    expect(compareLast(noise, 7)).toMatchObject({ isChanged: false });
  });

  it('claims nothing where the mean goes one way and the days another', () => {
    // Six of seven days clearly lower, and one so high that the mean rises.
    const noise = drawAutoregressive(200, 0, seedUniform(5)).map((z, day) => (day >= 193 ? z - 4 : z));
    noise[196] = 1000;
    const comparison = compareLast(noise, 7) as PeriodComparison;
    expect(comparison.difference).toBeGreaterThan(0);
    expect(comparison).toMatchObject({ pValue: 1, isChanged: false });
  });

  it('compares only like with like where days are missing', () => {
    // A metric kept on Sundays: one value a period, as in the past.
    const sundays = drawAutoregressive(365, 0.5, seedUniform(6)).map((z, day) => (day % 7 === 6 ? z : missing));
    const comparison = comparePeriods(sundays, 357, 363) as PeriodComparison;
    expect(comparison).toMatchObject({ days: 1, previousDays: 1 });
    expect(comparison.pastPeriods).toBeGreaterThan(30);
  });

  it('counts a day that is not over in the levels, and not in the test', () => {
    const steps = drawAutoregressive(120, 0, seedUniform(7)).map((z) => 8000 + 1000 * z);
    const whole = compareLast(steps, 7) as PeriodComparison;
    steps[119] = 10;
    const begun = comparePeriods(steps, 113, 119, 119) as PeriodComparison;
    expect(begun.level).toBeLessThan(whole.level);
    expect(begun.days).toBe(7);
    expect(Math.abs(begun.zScore! - whole.zScore!)).toBeLessThan(1);
    expect(comparePeriods(steps, 119, 119, 119)).toEqual({ reason: 'NOT_APPLICABLE', missingDays: null });
  });

  it('says how many days are missing while the past is too short, and speaks once they are there', () => {
    const noise = drawAutoregressive(200, 0.3, seedUniform(8));
    for (const length of [1, 7, 15]) {
      const early = compareLast(noise.slice(0, 2 * length + 3), length);
      expect(early).toMatchObject({ reason: 'TOO_FEW_DAYS' });
      const { missingDays } = early as { missingDays: number };
      expect(missingDays).toBeGreaterThan(0);
      expect(isSilence(compareLast(noise.slice(0, 2 * length + 3 + missingDays), length))).toBe(false);
      expect(isSilence(compareLast(noise.slice(0, 2 * length + 2 + missingDays), length))).toBe(true);
    }
  });

  it('is silent about a period without values, and about a metric that never changes', () => {
    const noise = drawAutoregressive(100, 0.3, seedUniform(9));
    for (const [first, last] of [
      [93, 99],
      [86, 92],
    ]) {
      const gap = noise.map((z, day) => (day >= first! && day <= last! ? missing : z));
      expect(compareLast(gap, 7)).toMatchObject({ reason: 'TOO_FEW_DAYS' });
    }
    expect(compareLast(new Float64Array(100).fill(0.1), 7)).toEqual({ reason: 'CONSTANT', missingDays: null });
    expect(comparePeriods(new Float64Array(0), 0, 6)).toMatchObject({ reason: 'TOO_FEW_DAYS' });
  });

  it('does not care for units', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: -30, max: 30 }), (seed, power) => {
        const noise = drawAutoregressive(90, 0.5, seedUniform(seed));
        const comparison = compareLast(noise, 7) as PeriodComparison;
        const scaled = compareLast(
          noise.map((z) => z * 10 ** power),
          7,
        ) as PeriodComparison;
        expect(scaled.pValue).toBe(comparison.pValue);
        expect(scaled.usualDifference / 10 ** power).toBeCloseTo(comparison.usualDifference, 9);
      }),
      { numRuns: 50 },
    );
  });

  it('gives finite numbers or a reason for any data', () => {
    const value = fc.oneof(
      fc.constantFrom(0, 1, -1, missing, missing, 1e308, -1e308, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 1e-308),
      fc.double({ noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 80 }),
        fc.integer({ min: -20, max: 100 }),
        fc.integer({ min: 0, max: 20 }),
        fc.option(fc.nat(90)),
        (values, from, more, unfinished) => {
          const comparison = comparePeriods(Float64Array.from(values), from, from + more, unfinished);
          expect(comparison).toSatisfy(isSilence(comparison) ? isReason : isFinding);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
