import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeEffect } from '../../../src/analysis/correlations/effect.ts';
import { compareGroups } from '../../../src/analysis/correlations/group-difference.ts';
import { drawAutoregressive, drawNormal, seedUniform } from '../noise.ts';
import { references } from './effect-references.ts';

const firstDay = 20_000;
const { NaN: missing } = Number;

function drawPair(seed: number, days = 120) {
  const uniform = seedUniform(seed);
  const sleep = drawAutoregressive(days, 0.3, uniform).map((z) => 7.4 + 0.9 * z);
  const mood = sleep.map((_, day) => 5 + 0.7 * Number(sleep[day - 1]! >= 7.5) + 0.5 * drawNormal(uniform));
  return { sleep, mood };
}

describe('compareGroups', () => {
  it.each(references.groups)('agrees with statsmodels: $name', ({ days, group, values, ...expected }) => {
    const grouped = {
      days: Int32Array.from(days),
      isMember: Float64Array.from(group),
      values: Float64Array.from(values),
    };
    const found = compareGroups(grouped, expected.firstDay)!;
    expect(found.difference).toBeCloseTo(expected.difference, 9);
    // Days that happen to resemble their neighbours widen it, never the other way round.
    expect(found.error / expected.error).toBeGreaterThan(0.98);
    expect(found.error / expected.error).toBeLessThan(1.3);
  });

  it('has no answer where the calendar alone says who is a member', () => {
    const days = Int32Array.from({ length: 70 }, (_, day) => day);
    const isWeekend = Float64Array.from(days, (day) => Number(day % 7 > 4));
    const values = Float64Array.from(days, (day) => Math.sin(day));
    expect(compareGroups({ days, isMember: isWeekend, values }, 4)).toBeNull();
  });
});

describe('describeEffect', () => {
  it("says the difference in the outcome's units, and where the driver was cut", () => {
    const { sleep, mood } = drawPair(1);
    const effect = describeEffect(sleep, mood, 1, { firstDay })!;
    expect(effect.threshold).toBe(7.5);
    const after = (isHigh: boolean) => [...mood].filter((_, day) => day > 0 && sleep[day - 1]! >= 7.5 === isHigh);
    const mean = (list: number[]) => list.reduce((a, b) => a + b) / list.length;
    expect([effect.nAbove, effect.nBelow]).toEqual([after(true).length, after(false).length]);
    expect(effect.meanAbove).toBeCloseTo(mean(after(true)), 12);
    expect(effect.difference).toBeCloseTo(mean(after(true)) - mean(after(false)), 12);
    expect(effect.low).toBeLessThan(0.7);
    expect(effect.high).toBeGreaterThan(0.7);
    expect(effect.low).toBeGreaterThan(0.3);
    expect(effect.outcomeIsBinary).toBe(false);
  });

  it('cuts the driver without looking at the outcome', () => {
    const { sleep, mood } = drawPair(2);
    const threshold = describeEffect(sleep, mood, 1, { firstDay })!.threshold;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const uniform = seedUniform(seed);
        const other = mood.map(() => drawNormal(uniform));
        expect(describeEffect(sleep, other, 1, { firstDay })!.threshold).toBe(threshold);
      }),
      { numRuns: 20 },
    );
  });

  it('compares shares of yes after yes and no', () => {
    const meditated = Float64Array.from({ length: 60 }, (_, day) => Number(day % 3 === 0));
    const good = meditated.map((done, day) => Number(done ? day % 2 === 0 : day % 5 === 0));
    const effect = describeEffect(meditated, good, 0, { firstDay })!;
    expect(effect.threshold).toBeNull();
    expect([effect.nAbove, effect.nBelow]).toEqual([20, 40]);
    expect(effect.meanAbove).toBeCloseTo(0.5, 12);
    expect(effect.meanBelow).toBeCloseTo(0.2, 12);
    expect(effect.outcomeIsBinary).toBe(true);
    expect(effect.low).toBeGreaterThanOrEqual(-1);
    expect(effect.high).toBeLessThanOrEqual(1);
  });

  it('tells an effect from the weekday that both follow', () => {
    const uniform = seedUniform(15);
    const walk = Float64Array.from({ length: 140 }, (_, day) => Number(day % 7 > 4) * 5 + drawNormal(uniform));
    const mood = walk.map((_, day) => 2 * Number(day % 7 > 4) + drawNormal(uniform));
    const effect = describeEffect(walk, mood, 0, { firstDay: 4 })!;
    expect(effect.difference).toBeGreaterThan(0.7);
    expect(effect.low).toBeLessThan(0);
    expect(effect.high).toBeGreaterThan(0);
  });

  it('holds the true difference as often as it says, for groups and days of any kind', () => {
    const holds = Array.from({ length: 300 }, (_, seed) => {
      const uniform = seedUniform(seed);
      const habit = drawAutoregressive(90, 0.6, uniform).map((z) => Number(z > 0.7));
      const mood = drawAutoregressive(90, 0.6, uniform).map((z, day) => (habit[day] ? 1 + 1.5 * z : z));
      const effect = describeEffect(habit, mood, 0, { firstDay });
      return effect ? Number(effect.low <= 1 && effect.high >= 1) : 1;
    });
    expect(holds.reduce((a, b) => a + b) / holds.length).toBeGreaterThan(0.91);
  });

  it("follows the outcome's units, and nothing but the order of the driver's", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: -40, max: 40 }),
        fc.integer({ min: -90, max: 90 }),
        (seed, power, shift) => {
          const { sleep, mood } = drawPair(seed, 60);
          const steps = [1e-3];
          const expected = describeEffect(sleep, mood, 0, { firstDay, steps })!;
          const scaled = mood.map((value) => 2 ** power * (value + shift));
          const effect = describeEffect(sleep, scaled, 0, { firstDay, steps })!;
          expect(effect.difference / 2 ** power).toBeCloseTo(expected.difference, 9);
          expect(effect.low / 2 ** power).toBeCloseTo(expected.low, 6);
          expect(effect.high / 2 ** power).toBeCloseTo(expected.high, 6);
          const turned = describeEffect(
            sleep,
            mood.map((value) => -value),
            0,
            { firstDay, steps },
          )!;
          expect(turned.adjustedDifference).toBeCloseTo(-expected.adjustedDifference, 9);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('looks only at days with both', () => {
    const { sleep, mood } = drawPair(8);
    const gappy = sleep.map((value, day) => (day % 4 === 0 ? missing : value));
    const pairs = [...gappy.keys()].filter((day) => day > 0 && !Number.isNaN(gappy[day - 1]!));
    const effect = describeEffect(gappy, mood, 1, { firstDay })!;
    expect(effect.nAbove + effect.nBelow).toBe(pairs.length);
  });

  it.each([
    ['a constant driver', () => 1, Math.sin],
    ['a constant outcome', Math.sin, () => 0.1],
    ['nothing', () => missing, () => missing],
    ['infinity', (day: number) => (day === 9 ? Infinity : day % 5), (day: number) => (day === 8 ? -Infinity : day)],
    ['outcomes too far apart', Math.sin, (day: number) => (Math.sin(day) > 0 ? 1.7e308 : -1.7e308)],
    ['four yeses', (day: number) => Number(day % 10 === 1), Math.cos],
  ] as const)('has no answer for %s', (_, driver, outcome) => {
    const draw = (shape: (day: number) => number) => Float64Array.from({ length: 40 }, (__, day) => shape(day));
    expect(describeEffect(draw(driver), draw(outcome), 0, { firstDay })).toBeNull();
  });

  it('gives finite numbers for wild ones', () => {
    const { sleep, mood } = drawPair(9);
    const drivers = [sleep, sleep.map((x) => 1e307 * x), sleep.map((x) => 1e-308 * x), sleep.with(3, 1e300)];
    const outcomes = [mood, mood.map((x) => 1e306 * x), mood.map((x) => 1e-308 * x), mood.with(3, -1e300)];
    for (const driver of drivers) {
      for (const outcome of outcomes) {
        const { outcomeIsBinary: _, ...numbers } = describeEffect(driver, outcome, 0, { firstDay })!;
        expect(Object.values(numbers).every(Number.isFinite)).toBe(true);
      }
    }
  });
});
