import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MonthEffects, testMonths } from '../../../src/analysis/patterns/month-effects.ts';
import { monthOf } from '../../../src/analysis/series/calendar.ts';
import { isSilence } from '../../../src/analysis/silence.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

const { NaN: missing } = Number;
/** 2021-01-01. */
const NEW_YEAR = 18_628;
const THREE_YEARS = 1095;
const noise = (days: number, phi: number, seed: number) => drawAutoregressive(days, phi, seedUniform(seed));
const find = (values: Float64Array, firstDay = NEW_YEAR) => testMonths(values, firstDay) as MonthEffects;
const inMonth = (month: number) => (day: number) => monthOf(NEW_YEAR, day) % 12 === month;
const lowerInDecember = (values: Float64Array, by: number) => values.map((x, day) => (inMonth(11)(day) ? x - by : x));
const rate = (count: number, shape: (uniform: () => number) => Float64Array) => {
  const found = Array.from({ length: count }, (_, seed) => find(shape(seedUniform(seed + 1))));
  return found.filter(({ pValue }) => pValue <= 0.05).length / count;
};

describe('testMonths', () => {
  it('says by how much the strongest month differs', () => {
    const found = find(
      lowerInDecember(
        noise(THREE_YEARS, 0.3, 1).map((z) => 50 + 5 * z),
        10,
      ),
    );
    expect(found).toMatchObject({ n: THREE_YEARS, months: 36, years: Array(12).fill(3) });
    expect(found.counts).toEqual([93, 84, 93, 90, 93, 90, 93, 93, 90, 93, 90, 93]);
    expect(found.pValue).toBeLessThan(0.001);
    const { strongest } = found;
    expect(strongest).toMatchObject({ month: 11, count: 93, othersCount: THREE_YEARS - 93, years: 3 });
    expect(Math.abs(strongest.difference + 10)).toBeLessThan(1.5);
    expect(strongest.ownLevel - strongest.othersLevel).toBeCloseTo(strongest.difference, 9);
    expect(found.effects.reduce((sum, effect) => sum + effect, 0)).toBeCloseTo(0, 9);
  });

  it('leaves out months of few days and months of one year', () => {
    const values = noise(THREE_YEARS, 0.3, 2).map((z, day) => {
      const date = new Date((NEW_YEAR + day) * 86_400_000);
      if (inMonth(1)(day) && date.getUTCDate() > 9) return missing;
      return inMonth(6)(day) && date.getUTCFullYear() > 2021 ? missing : z;
    });
    const { years, counts, effects, strongest } = find(values);
    expect([years[1], counts[1], effects[1]]).toEqual([0, 0, 0]);
    expect([years[6], counts[6], effects[6]]).toEqual([0, 0, 0]);
    expect(years[0]).toBe(3);
    expect([1, 6]).not.toContain(strongest.month);
  });

  it('says how many days kept daily are missing', () => {
    for (const kept of [0, 5, 100, 400]) {
      const silence = testMonths(noise(kept, 0, 3), NEW_YEAR);
      if (!isSilence(silence)) throw new Error('spoke too soon');
      const extended = (more: number) => testMonths(noise(kept + more, 0, 3), NEW_YEAR);
      expect(extended(silence.missingDays! - 1)).toEqual({ reason: 'TOO_FEW_DAYS', missingDays: 1 });
      expect(isSilence(extended(silence.missingDays!))).toBe(false);
    }
  });

  it('does not take a steady rise for the seasons', () => {
    const line = Float64Array.from({ length: THREE_YEARS }, (_, day) => 3 * day);
    const found = testMonths(line, NEW_YEAR);
    expect(isSilence(found) || found.pValue > 0.05).toBe(true);
    expect(testMonths(line.fill(0.1), NEW_YEAR)).toEqual({ reason: 'CONSTANT', missingDays: null });
  });

  it('compares shares of yes and no', () => {
    const uniform = seedUniform(4);
    const values = Float64Array.from({ length: THREE_YEARS }, (_, day) =>
      Number(uniform() < (inMonth(7)(day) ? 0.9 : 0.4)),
    );
    const { pValue, strongest } = find(values);
    expect(pValue).toBeLessThan(0.001);
    expect(strongest.month).toBe(7);
    expect(strongest.ownLevel).toBeGreaterThan(0.8);
    expect(strongest.ownLevel).toBeLessThanOrEqual(1);
  });

  it('does not care for units, nor for missing days around the values', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: -500, max: 500 }),
        (seed, scale, shift) => {
          const values = noise(750, 0.5, seed);
          const found = find(values);
          const scaled = find(values.map((x) => scale * x + shift));
          expect(scaled.pValue).toBeCloseTo(found.pValue, 9);
          expect(scaled.strongest.difference / scale).toBeCloseTo(found.strongest.difference, 7);
          const padded = new Float64Array(800).fill(missing);
          padded.set(values, 30);
          const moved = find(padded, NEW_YEAR - 30);
          expect(moved.pValue).toBeCloseTo(found.pValue, 9);
          expect(moved.strongest).toMatchObject({ month: found.strongest.month, count: found.strongest.count });
          moved.effects.forEach((effect, month) => expect(effect).toBeCloseTo(found.effects[month]!, 9));
        },
      ),
      { numRuns: 20 },
    );
  });

  it.each([
    ['the largest doubles', (z: number) => Math.sign(z) * Number.MAX_VALUE],
    ['the smallest', (z: number) => z * 1e-308],
    ['infinities', (z: number) => (z > 1 ? Number.POSITIVE_INFINITY : z)],
    ['one huge outlier', (z: number, day: number) => (day === 30 ? 1e308 : z)],
    ['one value and one exception', (_: number, day: number) => Number(day === 30)],
  ])('answers in finite numbers: %s', (_, shape) => {
    const found = testMonths(noise(800, 0.3, 9).map(shape), NEW_YEAR);
    const { pValue, effects, strongest } = found as MonthEffects;
    const numbers = isSilence(found) ? [] : [pValue, ...effects, ...Object.values(strongest)];
    expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
    expect(isSilence(found) ? found.reason : pValue <= 1).toBeOneOf([true, 'NOTHING_FOUND']);
  });

  it.each([0, 0.6, 0.8])('keeps its level over two years of noise, φ = %f', (phi) => {
    const limit = 0.055 + 2.33 * Math.sqrt((0.055 * 0.945) / 300);
    expect(rate(300, (uniform) => drawAutoregressive(730, phi, uniform))).toBeLessThanOrEqual(limit);
  });

  it('sees a yearly wave of half a standard deviation in three years', () => {
    const wave = (uniform: () => number) =>
      drawAutoregressive(THREE_YEARS, 0.6, uniform).map((z, day) => z + 0.5 * Math.cos((2 * Math.PI * day) / 365.25));
    expect(rate(100, wave)).toBeGreaterThanOrEqual(0.8);
  });
});
