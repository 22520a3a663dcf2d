import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSilence } from '../../../src/analysis/silence.ts';
import { type ChangePoint, findChangePoints } from '../../../src/analysis/trends/change-points.ts';
import { drawAutoregressive, drawNormal, seedUniform } from '../noise.ts';

type Draw = (seed: number) => Float64Array;

const seriesOf = (days: number, valueOf: (day: number) => number) =>
  Float64Array.from({ length: days }, (_, i) => valueOf(i));
const draw = (days: number, phi: number, shape = (z: number, _day: number) => z): Draw => {
  return (seed) => drawAutoregressive(days, phi, seedUniform(seed)).map(shape);
};

const season = (day: number) => Math.cos((2 * Math.PI * day) / 365.2425);

function changesOf(series: Float64Array): ChangePoint[] {
  const found = findChangePoints(series);
  return isSilence(found) ? [] : found;
}

const shareOf = (runs: number, holds: (seed: number) => boolean) =>
  Array.from({ length: runs }, (_, seed) => holds(seed)).filter(Boolean).length / runs;

describe('findChangePoints on what has no change', () => {
  const rating = (z: number) => Math.max(1, Math.min(5, Math.round(3 + z)));
  const kinds: [string, Draw][] = [
    ['white noise', draw(120, 0)],
    ['φ = 0.3', draw(365, 0.3)],
    ['φ = 0.6', draw(120, 0.6)],
    ['φ = 0.8', draw(365, 0.8)],
    ['five years', draw(1825, 0.3)],
    ['a rise by 1.5 σ', draw(120, 0.3, (z, day) => z + (1.5 * day) / 120)],
    ['a fall by 5 σ', draw(365, 0.3, (z, day) => z - (5 * day) / 365)],
    ['a rise by 20 σ', draw(365, 0, (z, day) => z + (20 * day) / 365)],
    ['a week with two other days', draw(365, 0.3, (z, day) => z + (day % 7 > 4 ? 2 : 0))],
    ['ratings', draw(365, 0.3, rating)],
    ['a habit on few days', draw(365, 0.3, (z) => Number(z > 1.5))],
    ['log-normal values', draw(120, 0.3, (z) => Math.exp(1.5 * z))],
    ['an outlier', draw(120, 0.3, (z, day) => (day === 40 ? 1e6 : z))],
    ['a season in two years', draw(730, 0, (z, day) => z + season(day + 50))],
    ['a season in five years', draw(1825, 0.3, (z, day) => z + 2 * season(day + 200))],
    ['a rise through seasons', draw(1095, 0.3, (z, day) => z + season(day) + day / 365)],
    ['a block missing', draw(365, 0.6, (z, day) => (day > 100 && day < 200 ? Number.NaN : z))],
  ];

  it.each(kinds)('keeps its level of 5 %%: %s', (_, drawOne) => {
    const runs = 200;
    const highest = 0.05 + 1.64 * Math.sqrt((0.05 * 0.95) / runs);
    expect(shareOf(runs, (seed) => changesOf(drawOne(seed)).length > 0)).toBeLessThanOrEqual(highest);
  });
});

describe('findChangePoints on what has changed', () => {
  const isNear = (day: number, within: number) => (series: Float64Array) =>
    changesOf(series).some(({ index }) => Math.abs(index - day) <= within);
  const planted: [string, number, Draw, (series: Float64Array) => boolean][] = [
    ['2 σ in four months', 0.75, draw(120, 0.3, (z, day) => z + (day < 60 ? 0 : 2)), isNear(60, 7)],
    ['1 σ in a year', 0.6, draw(365, 0.3, (z, day) => z + (day < 200 ? 0 : 1)), isNear(200, 14)],
    ['1 σ in five years', 0.95, draw(1825, 0.3, (z, day) => z + (day < 900 ? 0 : 1)), isNear(900, 30)],
    ['a step on a rise', 0.9, draw(365, 0.3, (z, day) => z + day / 120 + (day < 200 ? 0 : 2)), isNear(200, 14)],
    ['1 σ in two years', 0.85, draw(730, 0.3, (z, day) => z + (day < 365 ? 0 : 1)), isNear(365, 30)],
    ['a step in seasons', 0.7, draw(1095, 0.3, (z, day) => z + season(day) + (day < 500 ? 0 : 1)), isNear(500, 30)],
    [
      'a habit taken up',
      0.75,
      (seed) =>
        seriesOf(
          365,
          (
            (uniform) => (day) =>
              Number(uniform() < (day < 180 ? 0.2 : 0.6))
          )(seedUniform(seed)),
        ),
      isNear(180, 21),
    ],
    [
      'forty other days, and back',
      0.85,
      draw(365, 0.3, (z, day) => z + (day >= 200 && day < 240 ? 2 : 0)),
      (series) => changesOf(series).length === 2,
    ],
  ];

  it.each(planted)('sees %s', (_, least, drawOne, isSeen) => {
    expect(shareOf(100, (seed) => isSeen(drawOne(seed)))).toBeGreaterThanOrEqual(least);
  });

  it('says from when, from where to where, and how many values that rests on', () => {
    const series = draw(200, 0, (z, day) => (day % 10 === 0 ? Number.NaN : z + (day < 120 ? 70 : 74)))(1);
    const [change, ...others] = changesOf(series);
    expect(others).toEqual([]);
    expect(change).toEqual({
      index: 121,
      before: expect.closeTo(70, 0),
      after: expect.closeTo(74, 0),
      daysBefore: 108,
      daysAfter: 72,
      pValue: expect.any(Number),
    });
    expect(change!.pValue).toBeLessThan(1e-6);
  });

  it('tells levels of yes and no as shares, and of a rise as of the day of the change', () => {
    const [habit] = changesOf(seriesOf(200, (day) => Number(day < 100 ? day % 5 === 0 : day % 5 !== 0)));
    expect(habit).toMatchObject({ before: expect.closeTo(0.2, 1), after: expect.closeTo(0.8, 1) });
    const [onSlope] = changesOf(draw(300, 0, (z, day) => z / 2 + day / 50 + (day < 150 ? 0 : 3))(3));
    expect(onSlope!.index).toBe(150);
    expect(onSlope!.before).toBeCloseTo(3, 0);
    expect(onSlope!.after).toBeCloseTo(6, 0);
  });

  it('tells levels without the season that they stand beside', () => {
    const rise = draw(1461, 0, (z, day) => 50 + z + 3 * season(day) + (day < 700 ? 0 : 3))(1);
    const [change, ...others] = changesOf(rise);
    expect(others).toEqual([]);
    expect(Math.abs(change!.index - 700)).toBeLessThan(7);
    expect(change!.before).toBeCloseTo(50, 0);
    expect(change!.after).toBeCloseTo(53, 0);
  });

  it('finds steps without any noise', () => {
    const stairs = seriesOf(100, (day) => Math.floor(day / 25));
    expect(changesOf(stairs).map(({ index, before, after }) => [index, before, after])).toEqual([
      [25, 0, 1],
      [50, 1, 2],
      [75, 2, 3],
    ]);
  });

  it('does not care for units or missing days at the ends, and mirrors with the values and in time', () => {
    const missing = [Number.NaN, Number.NaN];
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: -500, max: 500 }),
        (seed, scale, shift) => {
          const series = draw(120, 0.3, (z, day) => z + (day < 50 ? 0 : 3))(seed);
          const found = changesOf(series);
          const days = found.map(({ index }) => index);
          const scaled = changesOf(series.map((x) => scale * x + shift));
          expect(scaled.map(({ index }) => index)).toEqual(days);
          expect(scaled.map(({ after }) => (after - shift) / scale)).toEqual(
            found.map(({ after }) => expect.closeTo(after, 6)),
          );
          expect(changesOf(series.map((x) => -x)).map(({ before }) => before)).toEqual(
            found.map(({ before }) => expect.closeTo(-before, 9)),
          );
          expect(changesOf(Float64Array.of(...missing, ...series, ...missing)).map(({ index }) => index - 2)).toEqual(
            days,
          );
          expect(changesOf(series.toReversed()).map(({ index, after }) => [120 - index, after])).toEqual(
            found.map(({ index, before }) => [index, expect.closeTo(before, 9)]).toReversed(),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('findChangePoints on strange values', () => {
  const z = drawAutoregressive(100, 0.3, seedUniform(3));

  it('says why it keeps silent', () => {
    expect(findChangePoints(seriesOf(40, (day) => (day < 27 ? day % 3 : Number.NaN)))).toEqual({
      reason: 'TOO_FEW_DAYS',
      missingDays: 1,
    });
    expect(findChangePoints(new Float64Array(60).fill(Number.NaN))).toEqual({
      reason: 'TOO_FEW_DAYS',
      missingDays: 28,
    });
    expect(findChangePoints(new Float64Array(0))).toEqual({ reason: 'TOO_FEW_DAYS', missingDays: 28 });
    expect(findChangePoints(new Float64Array(60).fill(0.1))).toEqual({ reason: 'CONSTANT', missingDays: null });
    expect(findChangePoints(z)).toEqual({ reason: 'NOTHING_FOUND', missingDays: null });
  });

  it.each<[string, Float64Array]>([
    ['a straight line', seriesOf(200, (day) => 0.1 * day + 80)],
    ['a parabola', seriesOf(200, (day) => day * day)],
    ['one yes', seriesOf(100, (day) => Number(day === 90))],
    ['one huge value among equal ones', seriesOf(100, (day) => (day === 90 ? 1e308 : 0.1))],
    ['one huge value at an end', z.map((x, day) => (day === 0 ? -1e300 : x))],
    ['the two ends of the range of doubles in turn', seriesOf(60, (day) => (day % 2 ? 1e308 : -1e308))],
    ['growth past every scale', seriesOf(100, (day) => 2 ** (10 * day))],
  ])('sees no change in %s', (_, series) => {
    expect(findChangePoints(series)).toEqual({ reason: 'NOTHING_FOUND', missingDays: null });
  });

  it.each<[string, (level: number) => number]>([
    ['the largest doubles', (level) => (level < 1.5 ? -1 : 1) * 1.7e308],
    ['the smallest doubles', (level) => level * 1e-310],
  ])('sees a change among %s', (_, valueOf) => {
    const [change] = changesOf(seriesOf(100, (day) => valueOf(day < 60 ? 1 : 2)));
    expect(change).toMatchObject({ index: 60, before: valueOf(1), after: valueOf(2) });
  });

  it('sees a change in spite of a wild day', () => {
    const [change] = changesOf(z.map((x, day) => (day === 20 ? 1e300 : x + (day < 60 ? 0 : 3))));
    expect(change).toMatchObject({ index: 60, before: expect.closeTo(0, 0), after: expect.closeTo(3, 0) });
  });

  it('answers with finite numbers whatever comes', () => {
    const values = fc.oneof(fc.double(), fc.integer({ min: -2, max: 2 }), fc.constantFrom(1e308, -1e308, 5e-324, 0));
    fc.assert(
      fc.property(fc.array(values, { maxLength: 120 }), fc.double({ noNaN: true }), (list, step) => {
        const half = list.length / 2;
        for (const one of changesOf(Float64Array.from(list, (value, day) => value + (day < half ? 0 : step)))) {
          expect(Object.values(one).every(Number.isFinite)).toBe(true);
        }
      }),
    );
  });

  it('takes two milliseconds or so for five years', () => {
    const uniform = seedUniform(5);
    const series = seriesOf(1825, (day) => drawNormal(uniform) + Number(day > 900));
    const once = () => {
      const start = performance.now();
      findChangePoints(series);
      return performance.now() - start;
    };
    // Ten times what was measured: the machine that tests may be busy.
    expect(Math.min(...Array.from({ length: 10 }, once))).toBeLessThan(20);
  });
});
