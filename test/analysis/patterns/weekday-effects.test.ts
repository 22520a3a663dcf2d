import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreValues } from '../../../src/analysis/patterns/calendar-effects.ts';
import { testWeekdays, type WeekdayEffects } from '../../../src/analysis/patterns/weekday-effects.ts';
import { averageRanks } from '../../../src/analysis/series/ranks.ts';
import { weekdayOf } from '../../../src/analysis/series/calendar.ts';
import { isSilence } from '../../../src/analysis/silence.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';
import { references } from './reference-values.ts';

const { NaN: missing, MAX_VALUE } = Number;
/** A Monday. */
const MONDAY = 4;
const noise = (days: number, phi: number, seed: number) => drawAutoregressive(days, phi, seedUniform(seed));
const find = (values: Float64Array, firstDay = MONDAY) => testWeekdays(values, firstDay) as WeekdayEffects;
const lowerOnMondays = (values: Float64Array, by: number) => values.map((x, day) => (day % 7 === 0 ? x - by : x));
const meanOf = (values: Float64Array, belongs: (day: number) => boolean) => {
  const chosen = values.filter((_, day) => belongs(day));
  return chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
};
const rate = (histories: Float64Array[]) =>
  histories.filter((values) => {
    const found = testWeekdays(values, MONDAY);
    return !isSilence(found) && found.pValue <= 0.05;
  }).length / histories.length;
const draw = (count: number, shape: (uniform: () => number) => Float64Array) =>
  Array.from({ length: count }, (_, seed) => shape(seedUniform(seed + 1)));

describe('testWeekdays', () => {
  it('says by how much the strongest weekday differs, in plain means', () => {
    const values = lowerOnMondays(
      noise(364, 0.3, 1).map((z) => 7.7 + z),
      1,
    );
    const found = find(values);
    expect(found).toMatchObject({ n: 364, weeks: 52, counts: Array(7).fill(52) });
    expect(found.pValue).toBeLessThan(0.001);
    expect(found.strongest).toMatchObject({ weekday: 0, count: 52, othersCount: 312 });
    expect(found.strongest.pValue).toBeLessThan(0.001);
    expect(found.strongest.othersLevel).toBeCloseTo(
      meanOf(values, (day) => day % 7 !== 0),
      9,
    );
    expect(found.strongest.ownLevel).toBeCloseTo(
      meanOf(values, (day) => day % 7 === 0),
      1,
    );
    expect(found.strongest.difference).toBeCloseTo(found.strongest.ownLevel - found.strongest.othersLevel, 9);
    expect(found.effects[0]).toBeCloseTo((found.strongest.difference * 6) / 7, 1);
    expect(found.effects.reduce((sum, effect) => sum + effect, 0)).toBeCloseTo(0, 9);
  });

  it('knows which weekday index 0 is', () => {
    const values = lowerOnMondays(noise(180, 0.3, 2), 1.5);
    expect([0, 1, 2, 3, 4, 5, 6].map((later) => find(values, MONDAY + later).strongest.weekday)).toEqual([
      0, 1, 2, 3, 4, 5, 6,
    ]);
    expect(find(values, MONDAY - 7 * 2000)).toEqual(find(values));
  });

  it('compares shares of yes and no', () => {
    const uniform = seedUniform(3);
    const values = Float64Array.from({ length: 350 }, (_, day) => Number(uniform() < (day % 7 === 5 ? 0.8 : 0.3)));
    const { pValue, strongest } = find(values);
    expect(pValue).toBeLessThan(1e-6);
    expect(strongest.weekday).toBe(5);
    expect(strongest.ownLevel).toBeCloseTo(
      meanOf(values, (day) => day % 7 === 5),
      1,
    );
    expect(strongest.othersLevel).toBeCloseTo(
      meanOf(values, (day) => day % 7 !== 5),
      9,
    );
  });

  it('does not take the times in which a weekday was kept for the weekday', () => {
    // A high second half, in which only Saturdays and Sundays are kept.
    const values = noise(350, 0, 4).map((z, day) => (day < 175 ? z : weekdayOf(MONDAY, day) > 4 ? z + 10 : missing));
    const found = find(values);
    expect(found.pValue).toBeGreaterThan(0.05);
    expect(Math.abs(found.strongest.difference)).toBeLessThan(1);
  });

  it('does not let one wild day speak for its weekday', () => {
    const values = lowerOnMondays(noise(180, 0.3, 5), 1.2);
    const wild = values.with(9, 1e9);
    const { strongest } = find(wild);
    expect(strongest.weekday).toBe(0);
    expect(strongest.difference).toBeCloseTo(find(values).strongest.difference, 0);
  });

  it('says how many days kept daily are missing', () => {
    for (const kept of [0, 1, 10, 20, 36]) {
      const values = noise(kept, 0, 6);
      const silence = testWeekdays(values, MONDAY);
      if (!isSilence(silence)) throw new Error('spoke too soon');
      expect(silence.reason).toBe('TOO_FEW_DAYS');
      const extended = (more: number) => testWeekdays(noise(kept + more, 0, 6), MONDAY);
      expect(extended(silence.missingDays! - 1)).toMatchObject({ reason: 'TOO_FEW_DAYS', missingDays: 1 });
      expect(isSilence(extended(silence.missingDays!))).toBe(false);
    }
  });

  it('needs weeks with two weekdays: a metric of Sundays has none', () => {
    const sundays = noise(700, 0, 7).map((z, day) => (day % 7 === 6 ? z : missing));
    expect(testWeekdays(sundays, MONDAY)).toMatchObject({ reason: 'TOO_FEW_DAYS' });
    const weekends = noise(140, 0, 7).map((z, day) => (day % 7 > 4 ? z : missing));
    expect(find(weekends)).toMatchObject({ weeks: 20, counts: [0, 0, 0, 0, 0, 20, 20], n: 40 });
    expect(find(weekends).effects.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
  });

  it('has nothing to say of constant values and nothing of a straight line', () => {
    expect(testWeekdays(new Float64Array(90).fill(0.1), MONDAY)).toEqual({ reason: 'CONSTANT', missingDays: null });
    const line = testWeekdays(
      Float64Array.from({ length: 90 }, (_, day) => 0.1 * day),
      MONDAY,
    );
    expect(isSilence(line) || line.pValue === 1).toBe(true);
  });

  it('is certain of a habit that keeps to its weekdays', () => {
    const workdays = Float64Array.from({ length: 70 }, (_, day) => Number(day % 7 < 5));
    expect(find(workdays).pValue).toBe(0);
    const { effects } = find(workdays);
    expect(effects[0]! - effects[6]!).toBeCloseTo(1, 9);
  });

  it('does not care for units, and mirrors with the values', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: -500, max: 500 }),
        (seed, scale, shift) => {
          const uniform = seedUniform(seed);
          const values = noise(90, 0.5, seed).map((z, day) =>
            uniform() < 0.2 ? missing : Math.round(4 * z) + (day % 7),
          );
          const found = find(values);
          const scaled = find(values.map((x) => scale * x + shift));
          expect(scaled.pValue).toBeCloseTo(found.pValue, 9);
          expect(scaled.strongest.weekday).toBe(found.strongest.weekday);
          expect(scaled.strongest.difference / scale).toBeCloseTo(found.strongest.difference, 7);
          const mirrored = find(values.map((x) => -x));
          expect(mirrored.pValue).toBeCloseTo(found.pValue, 9);
          mirrored.effects.forEach((effect, weekday) => expect(effect).toBeCloseTo(-found.effects[weekday]!, 7));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('does not care for missing days around the values', () => {
    const values = noise(100, 0.5, 8);
    const padded = new Float64Array(130).fill(missing);
    padded.set(values, 14);
    expect(find(padded, MONDAY - 14)).toEqual(find(values));
  });

  it.each([
    ['the largest doubles', (z: number) => Math.sign(z) * MAX_VALUE],
    ['nearly the largest', (z: number) => z * 1e307],
    ['the smallest', (z: number) => z * 1e-308],
    ['infinities', (z: number) => (z > 1 ? Number.POSITIVE_INFINITY : z)],
    ['a large offset', (z: number) => 1e15 + Math.round(z)],
    ['one huge outlier', (z: number, day: number) => (day === 30 ? 1e308 : z)],
    ['one value and one exception', (_: number, day: number) => Number(day === 30)],
  ])('answers in finite numbers: %s', (_, shape) => {
    const found = testWeekdays(noise(90, 0.3, 9).map(shape), MONDAY);
    const { pValue, effects, strongest } = found as WeekdayEffects;
    const numbers = isSilence(found) ? [] : [pValue, ...effects, ...Object.values(strongest)];
    expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
    expect(isSilence(found) ? found.reason : pValue <= 1).toBeOneOf([true, 'NOTHING_FOUND']);
  });

  it.each([
    ['white', draw(400, (uniform) => drawAutoregressive(120, 0, uniform))],
    ['φ = 0.6', draw(400, (uniform) => drawAutoregressive(120, 0.6, uniform))],
    ['φ = 0.8 in ratings', draw(400, (uniform) => drawAutoregressive(120, 0.8, uniform).map((z) => Math.round(3 + z)))],
    ['a trend', draw(400, (uniform) => drawAutoregressive(120, 0.3, uniform).map((z, day) => z + day / 20))],
    [
      'log-normal with 40 % missing',
      draw(400, (uniform) =>
        drawAutoregressive(120, 0.6, uniform).map((z) => (uniform() < 0.4 ? missing : Math.exp(1.5 * z))),
      ),
    ],
    ['yes on 16 % of days', draw(400, (uniform) => drawAutoregressive(120, 0.3, uniform).map((z) => Number(z > 1)))],
  ])('keeps its level: %s', (_, histories) => {
    expect(rate(histories)).toBeLessThanOrEqual(0.05 + 2.33 * Math.sqrt((0.05 * 0.95) / 400));
  });

  it('sees Mondays that are 0.6 standard deviations lower on days that depend on each other', () => {
    const histories = draw(100, (uniform) => lowerOnMondays(drawAutoregressive(180, 0.6, uniform), 0.6));
    expect(rate(histories)).toBeGreaterThanOrEqual(0.75);
  });
});

describe('scoreValues', () => {
  it.each(references.ranks)('has the ranks SciPy has', ({ values, ranks }) => {
    expect([...scoreValues(Float64Array.from(values)).ranks]).toEqual(ranks);
  });

  it('has the ranks of averageRanks', () => {
    const list = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-0, Infinity, -Infinity)));
    fc.assert(
      fc.property(list, (numbers) => {
        const values = Float64Array.from(numbers);
        expect(scoreValues(values).ranks).toEqual(averageRanks(values));
      }),
    );
  });

  it('puts wild values on the fence, and leaves a weekday alone that always is far out', () => {
    const steady = Float64Array.from({ length: 100 }, (_, day) => day % 10);
    expect(scoreValues(steady.with(50, 1e6)).fenced[50]).toBe(7 + 3 * 5);
    expect(scoreValues(steady.with(50, 20)).fenced[50]).toBe(20);
    const sundays = steady.map((value, day) => (day % 7 === 6 ? 100 : value));
    expect(scoreValues(sundays).fenced).toEqual(sundays);
    const rare = new Float64Array(100).with(3, 1);
    expect(scoreValues(rare).fenced).toEqual(rare);
  });
});
