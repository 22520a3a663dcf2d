import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Anomalies, findAnomalies } from '../../../src/analysis/anomalies/anomalies.ts';
import { weekdayOf } from '../../../src/analysis/series/calendar.ts';
import { isSilence } from '../../../src/analysis/silence.ts';
import { drawAutoregressive, drawNormal, seedUniform } from '../noise.ts';

const { NaN: missing } = Number;
const MONDAY = 4;
const noise = (days: number, phi: number, seed: number) => drawAutoregressive(days, phi, seedUniform(seed));
const find = (values: Float64Array, days?: { first: number; last: number }) =>
  findAnomalies(values, MONDAY, days) as Anomalies;
const indexesOf = ({ anomalies }: Anomalies) => anomalies.map(({ index }) => index);

describe('findAnomalies', () => {
  it('describes a day unlike all before it', () => {
    const values = noise(300, 0.3, 1)
      .map((z) => 7 + z / 2)
      .with(290, 1);
    const { anomalies, daysTested } = find(values);
    expect(daysTested).toBe(28);
    expect(anomalies).toHaveLength(1);
    expect(anomalies[0]).toMatchObject({
      index: 290,
      value: 1,
      extreme: 'LOWEST',
      extremeOfDays: 290,
      weekday: weekdayOf(MONDAY, 290),
    });
    expect(Math.abs(anomalies[0]!.expected - 7)).toBeLessThan(1);
    expect(anomalies[0]!.deviation).toBeLessThan(-10);
    expect(anomalies[0]!.pValue).toBeLessThan(0.01);
  });

  it('counts the days since a value as high, and does not speak of few', () => {
    const values = noise(1000, 0.3, 2).with(860, 9);
    expect(find(values.with(990, 8.5)).anomalies).toMatchObject([
      { index: 990, extreme: 'HIGHEST', extremeOfDays: 130 },
    ]);
    const again = find(values.with(980, 9).with(990, 8.5)).anomalies.at(-1);
    expect(again).toMatchObject({ index: 990, extreme: null, extremeOfDays: 10 });
  });

  it('does not call unusual what has been within the year', () => {
    expect(find(noise(400, 0.3, 2).with(280, 9).with(390, 8.5)).anomalies).toEqual([]);
  });

  it('expects of a weekday what is usual on it', () => {
    const weekly = noise(300, 0, 3).map((z, day) => z / 4 + (day % 7 > 4 ? 10 : 0));
    expect(find(weekly).anomalies).toEqual([]);
    // A Wednesday like a Sunday, a Sunday like a Wednesday.
    const swapped = weekly.with(289, 10).with(293, 0);
    expect(find(swapped).anomalies).toMatchObject([
      { index: 289, weekday: 2, deviation: expect.toSatisfy((deviation: number) => deviation > 10) },
      { index: 293, weekday: 6, deviation: expect.toSatisfy((deviation: number) => deviation < -10) },
    ]);
  });

  it('gets used to a new level within two weeks', () => {
    const shifted = noise(360, 0.3, 4).map((z, day) => z + (day < 300 ? 0 : 8));
    const found = indexesOf(find(shifted, { first: 200, last: 359 }));
    expect(found[0]).toBe(300);
    expect(found.filter((day) => day > 314)).toEqual([]);
  });

  it('compares each day with nothing but its past', () => {
    const values = noise(400, 0.5, 5).map((z) => Math.exp(z));
    for (const day of [80, 130, 222, 390]) values[day] = 60 + day;
    const whole = find(values, { first: 57, last: 399 });
    expect(indexesOf(whole)).toContain(390);
    for (let day = 60; day < 400; day += 5) {
      const known = find(values.subarray(0, day + 1), { first: 57, last: day });
      expect(known.anomalies).toEqual(whole.anomalies.filter(({ index }) => index <= day));
    }
  });

  it('says what the next day would have to exceed', () => {
    const values = noise(250, 0.3, 6);
    const { threshold, thresholdAbove, thresholdBelow } = find(values);
    expect(threshold).toBe(Math.min(thresholdAbove!, thresholdBelow!));
    const next = (value: number) =>
      find(Float64Array.of(...values, value)).anomalies.find(({ index }) => index === 250);
    const above = next(20)!;
    const scale = (20 - above.expected) / above.deviation;
    expect(next(above.expected + 1.001 * thresholdAbove! * scale)).toBeDefined();
    expect(next(above.expected + 0.999 * thresholdAbove! * scale)).toBeUndefined();
  });

  it('looks at the last 28 days unless asked otherwise', () => {
    const values = noise(300, 0, 7).with(260, 30).with(280, 40);
    expect(indexesOf(find(values))).toEqual([280]);
    expect(indexesOf(find(values, { first: 250, last: 270 }))).toEqual([260]);
    const padded = new Float64Array(330).fill(missing);
    padded.set(values);
    expect(find(padded)).toEqual(find(values));
  });

  it('says how many days kept daily are missing', () => {
    for (const kept of [0, 1, 30, 56]) {
      const silence = findAnomalies(noise(kept, 0, 8), MONDAY);
      expect(silence).toEqual({ reason: 'TOO_FEW_DAYS', missingDays: 57 - kept });
    }
    expect(find(noise(57, 0, 8)).daysTested).toBe(1);
    const gappy = noise(78, 0, 9).map((z, day) => (day % 3 === 1 ? missing : z));
    const silence = findAnomalies(gappy, MONDAY);
    if (!isSilence(silence)) throw new Error('spoke too soon');
    const longer = (more: number) => Float64Array.of(...gappy, ...noise(more, 0, 10));
    expect(isSilence(findAnomalies(longer(silence.missingDays!), MONDAY))).toBe(false);
    expect(isSilence(findAnomalies(longer(silence.missingDays! - 1), MONDAY))).toBe(true);
  });

  it('does not apply to yes and no, nor to what never varies', () => {
    const habit = noise(100, 0, 11).map((z) => Number(z > 0));
    expect(findAnomalies(habit, MONDAY)).toEqual({ reason: 'NOT_APPLICABLE', missingDays: null });
    expect(findAnomalies(new Float64Array(90).fill(7), MONDAY)).toEqual({ reason: 'CONSTANT', missingDays: null });
    const onceOther = new Float64Array(90).fill(7).with(0, 3);
    expect(findAnomalies(onceOther, MONDAY)).toEqual({ reason: 'CONSTANT', missingDays: null });
  });

  it('measures by the mean deviation where most days are equal', () => {
    const values = new Float64Array(300).fill(5).with(100, 6).with(180, 7).with(290, 30);
    const { anomalies } = find(values);
    expect(anomalies).toMatchObject([{ index: 290, value: 30, expected: 5, extreme: 'HIGHEST' }]);
    expect(anomalies[0]!.deviation).toBeGreaterThan(100);
  });

  it('does not care for units or which Monday it was, and mirrors with the values', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: -500, max: 500 }),
        (seed, power, shift) => {
          // Binary fractions, so that shifting and scaling are exact.
          const values = noise(200, 0.5, seed).map(
            (z, day) => Math.round(64 * z ** 3) / 64 + (day % 11 === 0 ? missing : 0),
          );
          const found = find(values, { first: 60, last: 199 });
          const scale = 2 ** power;
          const moved = findAnomalies(
            values.map((x) => scale * x + shift),
            MONDAY + 70,
            { first: 60, last: 199 },
          );
          const mirrored = find(
            values.map((x) => -x),
            { first: 60, last: 199 },
          );
          expect((moved as Anomalies).anomalies).toEqual(
            found.anomalies.map((one) => ({
              ...one,
              value: scale * one.value + shift,
              expected: scale * one.expected + shift,
              deviation: expect.closeTo(one.deviation, 9),
              pValue: expect.closeTo(one.pValue, 9),
            })),
          );
          // A day exactly as usual counts as above; the tails, and with them few verdicts, differ by those days.
          expect(Math.abs(mirrored.anomalies.length - found.anomalies.length)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    ['the largest doubles', (z: number) => Math.sign(z) * Number.MAX_VALUE],
    ['nearly the largest', (z: number) => z * 5e307],
    ['the smallest', (z: number) => z * 1e-308],
    ['infinities', (z: number) => (z > 1.5 ? Number.POSITIVE_INFINITY : z)],
    ['one huge outlier', (z: number, day: number) => (day === 190 ? 1e308 : z)],
    ['one huge outlier among equal values', (_: number, day: number) => (day === 190 ? 1e308 : 3)],
    ['a large offset', (z: number) => 1e15 + Math.round(z)],
  ])('answers in finite numbers: %s', (_, shape) => {
    for (const days of [200, 300]) {
      const found = findAnomalies(noise(days, 0.3, 12).map(shape), MONDAY, { first: 0, last: days - 1 });
      // Nearly all values are one: there is no scale.
      if (isSilence(found)) continue;
      const numbers = found.anomalies.flatMap((one) => Object.values(one).filter((x) => typeof x === 'number'));
      expect(
        [found.threshold, found.thresholdAbove ?? 0, found.thresholdBelow ?? 0, ...numbers].every(Number.isFinite),
      ).toBe(true);
    }
  });

  const rating = (z: number) => Math.max(1, Math.min(5, Math.round(3.7 + z)));
  it.each<[string, number, (z: number, day: number, uniform: () => number) => number]>([
    ['normal', 0, (z) => z],
    ['φ = 0.3', 0.3, (z) => z],
    ['φ = 0.6', 0.6, (z) => z],
    ['φ = 0.8', 0.8, (z) => z],
    ['log-normal', 0.3, (z) => Math.exp(1.5 * z)],
    ['ratings', 0.6, rating],
    ['weekly', 0.3, (z, day) => z + (day % 7 > 4 ? 3 : 0)],
    ['counts, mostly 0', 0, (z) => Math.max(0, Math.floor(1.5 * z))],
    ['heavy tails', 0, (z, _, uniform) => z / Math.max(0.1, Math.abs(drawNormal(uniform)))],
    ['a trend', 0.3, (z, day) => z + day / 30],
  ])('raises at most one false alarm in 100 days: %s', (_, phi, shape) => {
    let [alarms, tested] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const uniform = seedUniform(1000 + seed);
      const values = drawAutoregressive(400, phi, uniform).map((z, day) => shape(z, day, uniform));
      const found = find(values, { first: 57, last: 399 });
      alarms += found.anomalies.length;
      tested += found.daysTested;
    }
    expect(tested).toBeGreaterThan(20_000);
    expect(alarms / tested).toBeLessThanOrEqual(0.01);
  });

  it('sees most days that are five standard deviations off after four months', () => {
    const seen = Array.from({ length: 100 }, (_, seed) => find(noise(121, 0.3, seed + 1).with(120, 5))).filter(
      (found) => indexesOf(found).includes(120),
    );
    expect(seen.length).toBeGreaterThanOrEqual(85);
  });
});
