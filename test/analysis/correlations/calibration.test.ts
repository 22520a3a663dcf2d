import { describe, expect, it } from 'vitest';
import { drawPerson, type Noise, type Planted } from '../../../scripts/calibration/noise.ts';
import { runPermutations } from '../../../scripts/calibration/permutation.ts';
import { LEVELS, runTrial } from '../../../scripts/calibration/trial.ts';

/** What a true share stays under in 19 of 20 such samples. */
const highest = (rate: number, sample: number) => rate + 1.64 * Math.sqrt((rate * (1 - rate)) / sample);
const tryNoise = (noise: Noise, days: number, histories: number, compares = false) =>
  runTrial({ source: { noise }, days, from: 0, histories, compares });
const tryEffect = (planted: Planted, days: number, histories: number, compares = false) =>
  runTrial({ source: { planted }, days, from: 0, histories, compares });

describe('noise', () => {
  const kinds: [Noise, number, number][] = [
    ['white', 120, 12],
    ['AR(1) φ = 0.6', 120, 12],
    ['AR(1) φ = 0.95', 120, 12],
    ['φ = 0.6, 40 % of days missing', 120, 12],
    ['dips on Sundays, φ = 0.3', 120, 12],
    ['rising lines, φ = 0.3', 120, 12],
    ['level shifts, φ = 0.3', 120, 12],
    ['slow state beneath white noise', 120, 12],
    ['seasons of two waves, φ = 0.3', 365, 6],
    ['slow state beneath white noise', 1825, 24],
    ['all of these mixed, 10 % missing', 120, 12],
  ];

  it.each(kinds)('makes a finding in no more people than promised: %s, %s days', (noise, days, histories) => {
    const { counts, tests } = tryNoise(noise, days, histories);
    expect(tests).toBeGreaterThan(1600 * histories);
    expect(counts.used.fooled / histories).toBeLessThanOrEqual(highest(0.1, histories));
    // The tests of a history hang together; the allowance is for that.
    LEVELS.forEach((level, i) => expect(counts.used.below[i]! / tests).toBeLessThan(1.3 * level));
  });

  it('fools what does not look at the past, nor at the calendar', () => {
    const persistent = tryNoise('AR(1) φ = 0.8', 120, 3, true).counts;
    expect(persistent['plain n'].fooled).toBe(3);
    expect(persistent.used.fooled).toBeLessThanOrEqual(1);
    const weekly = tryNoise('dips on Sundays, φ = 0.3', 120, 6, true).counts;
    expect(weekly['raw, as before'].fooled).toBeGreaterThanOrEqual(2);
    expect(weekly.used.fooled).toBeLessThanOrEqual(3);
  });
});

describe('an effect', () => {
  it('is found behind the carry-over of both sides, where whole days do not show it', () => {
    const { counts } = tryEffect({ r: 0.3, driverPhi: 0.6, noisePhi: 0.6 }, 180, 10, true);
    expect(counts.used.found).toBeGreaterThanOrEqual(4);
    expect(counts.used.found).toBeGreaterThan(counts['smaller of the two'].found + 2);
  });

  it('is found behind Sundays and trends of its own', () => {
    const { counts } = tryEffect({ r: 0.5, driverPhi: 0.6, noisePhi: 0.6, hasCalendar: true }, 180, 12);
    expect(counts.used.found).toBeGreaterThanOrEqual(11);
  });

  it('is found when the driver persists and the outcome does not', () => {
    const { counts } = tryEffect({ r: 0.5, driverPhi: 0.6, noisePhi: 0 }, 180, 12);
    expect(counts.used.found).toBeGreaterThanOrEqual(11);
  });
});

describe('permutation', () => {
  it('calls more of slow noise related than the method in use', () => {
    const outcome = runPermutations({ phi: 0.95, days: 120, from: 0, pairs: 40 });
    expect(outcome['used']!.below[0]).toBeLessThanOrEqual(40 * highest(0.05, 40));
    expect(outcome['blocks of 5 days']!.below[0]).toBeGreaterThan(6);
  });
});

describe('drawPerson', () => {
  it('draws the same person for the same seed, and another one for another', () => {
    const kind = 'all of these mixed, 10 % missing';
    expect(drawPerson(kind, 60, 1)).toEqual(drawPerson(kind, 60, 1));
    expect(drawPerson(kind, 60, 1)).not.toEqual(drawPerson(kind, 60, 2));
  });
});
