import { describe, expect, it } from 'vitest';
import { findUsualValues } from '../../../src/analysis/anomalies/usual-values.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

const { NaN: missing } = Number;
const MONDAY = 4;

describe('findUsualValues', () => {
  it('learns the weekdays and the level', () => {
    const weekly = Float64Array.from({ length: 80 }, (_, day) => 10 + (day % 7 === 5 ? 4 : 0));
    const usual = findUsualValues(weekly, MONDAY);
    expect([...usual.subarray(42)]).toEqual([...weekly.subarray(42)]);
  });

  it('says nothing before it has 14 values and 3 of the weekday since', () => {
    const usual = findUsualValues(new Float64Array(60).fill(2), MONDAY);
    expect(usual.findIndex((value) => !Number.isNaN(value))).toBe(35);
    const gaps = new Float64Array(60).fill(2).fill(missing, 40, 50);
    expect([...findUsualValues(gaps, MONDAY).subarray(40, 50)]).toEqual(Array(10).fill(missing));
  });

  it('follows a new level within two weeks', () => {
    const shifted = drawAutoregressive(200, 0, seedUniform(1)).map((z, day) => z / 10 + (day < 100 ? 0 : 20));
    const usual = findUsualValues(shifted, MONDAY);
    expect(usual[100]).toBeLessThan(1);
    for (let day = 114; day < 200; day++) expect(Math.abs(usual[day]! - 20)).toBeLessThan(1);
  });

  it('knows nothing of the day itself nor of what comes later', () => {
    const values = drawAutoregressive(120, 0.5, seedUniform(2));
    const usual = findUsualValues(values, MONDAY);
    for (const day of [40, 77, 119]) {
      const other = values.map((value, i) => (i < day ? value : -50 * i));
      expect(findUsualValues(other, MONDAY)[day]).toBe(usual[day]);
    }
  });
});
