import { describe, expect, it } from 'vitest';
import { type CorrelationMethod, prepareSeries } from '../../../src/analysis/correlations/lagged-test.ts';
import { traceRelation } from '../../../src/analysis/patterns/changing-relations.ts';
import { isSilence } from '../../../src/analysis/silence.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

const firstDay = 20_000;

/** A driver, and an outcome a day later, related by `r` on the days that `isOn` lets. */
function drawRelation(seed: number, days: number, phi: number, r: number, isOn = (_day: number) => true) {
  const uniform = seedUniform(seed);
  const [driver, rest] = [drawAutoregressive(days, phi, uniform), drawAutoregressive(days, phi, uniform)];
  const outcome = rest.map((value, day) => (isOn(day) ? r : 0) * (driver[day - 1] ?? 0) + Math.sqrt(1 - r * r) * value);
  return { driver, outcome };
}

function trace(pair: { driver: Float64Array; outcome: Float64Array }, method: CorrelationMethod = 'SPEARMAN') {
  const [driver, outcome] = [pair.driver, pair.outcome].map((values, i) =>
    prepareSeries({ id: String(i), values }, firstDay, method),
  );
  return traceRelation(driver!, outcome!, 1);
}

function verdicts(draw: (seed: number) => { driver: Float64Array; outcome: Float64Array }, histories: number) {
  return Array.from({ length: histories }, (_, seed) => {
    const found = trace(draw(seed));
    return isSilence(found) ? found.reason : found.verdict;
  });
}

describe('traceRelation', () => {
  it.each([
    [0.3, 0.6],
    [0.6, 0.85],
  ])('lets a relation of %d hold that was always there, φ = %d', (r, phi) => {
    const all = verdicts((seed) => drawRelation(seed, 240, phi, r), 120);
    expect(all.filter((verdict) => verdict !== 'HOLDS').length / all.length).toBeLessThanOrEqual(0.06);
  });

  it('sees a relation fade and another emerge', () => {
    const faded = verdicts((seed) => drawRelation(seed, 365, 0.6, 0.5, (day) => day < 200), 40);
    expect(faded.filter((verdict) => verdict === 'FADED').length).toBeGreaterThan(28);
    const emerged = verdicts((seed) => drawRelation(seed, 365, 0.6, 0.5, (day) => day >= 180), 40);
    expect(emerged.filter((verdict) => verdict === 'EMERGED').length).toBeGreaterThan(28);
  });

  it('names a turn into the opposite a change, and the day', () => {
    const { driver, outcome } = drawRelation(1, 365, 0.3, 0.6, (day) => day < 180);
    const found = trace({
      driver,
      outcome: outcome.map((value, day) => (day < 180 ? value : value - 0.6 * driver[day - 1]!)),
    });
    if (isSilence(found)) throw new Error(found.reason);
    expect(found.verdict).toBe('CHANGED');
    expect(Math.abs(found.change!.day - 180)).toBeLessThan(50);
    expect(found.change!.before).toBeGreaterThan(0.3);
    expect(found.change!.after).toBeLessThan(-0.3);
  });

  it('shows windows of 90 days every 30, up to the newest day', () => {
    const found = trace(drawRelation(2, 200, 0, 0.5), 'PEARSON');
    if (isSilence(found)) throw new Error(found.reason);
    expect(found.windows.map(({ first, last }) => [first, last])).toEqual([
      [20, 109],
      [50, 139],
      [80, 169],
      [110, 199],
    ]);
    expect(found.windows.every(({ n, coefficient }) => n === 90 && Math.abs(coefficient) < 1)).toBe(true);
  });

  it('is the same for other units', () => {
    const { driver, outcome } = drawRelation(3, 200, 0.4, 0.5);
    const scaled = { driver: driver.map((x) => 1e300 * x), outcome: outcome.map((x) => 1e-300 * x) };
    for (const method of ['PEARSON', 'SPEARMAN'] as const) {
      const [a, b] = [trace({ driver, outcome }, method), trace(scaled, method)];
      if (isSilence(a) || isSilence(b)) throw new Error('silent');
      expect(b.pValue).toBeCloseTo(a.pValue, 9);
    }
  });

  it('keeps silent without three windows, and says how many days are missing', () => {
    expect(trace(drawRelation(4, 140, 0, 0.5))).toEqual({ reason: 'TOO_FEW_PAIRED_DAYS', missingDays: 11 });
    const { driver, outcome } = drawRelation(5, 365, 0, 0.5);
    const weekly = { driver: driver.map((x, day) => (day % 7 === 0 ? x : Number.NaN)), outcome };
    expect(trace(weekly)).toEqual({ reason: 'TOO_FEW_PAIRED_DAYS', missingDays: 90 });
  });

  it('keeps silent about a side that does not vary, or is not there', () => {
    const { driver, outcome } = drawRelation(6, 300, 0, 0.5);
    for (const values of [outcome.map(() => 3), outcome.map(() => Number.NaN), outcome.map((_, day) => 0.1 * day)]) {
      expect(trace({ driver, outcome: values })).toEqual({ reason: 'CONSTANT', missingDays: null });
    }
  });

  it('gives finite numbers for a perfect relation and a wild day', () => {
    const { driver, outcome } = drawRelation(7, 300, 0.5, 0.5);
    const perfect = driver.map((_, day) => 2 * (driver[day - 1] ?? 0));
    for (const pair of [
      { driver, outcome: perfect },
      { driver: driver.with(100, 1e300), outcome },
    ]) {
      const found = trace(pair, 'PEARSON');
      if (isSilence(found)) throw new Error(found.reason);
      expect(Number.isFinite(found.pValue)).toBe(true);
      expect(found.windows.every(({ coefficient }) => Number.isFinite(coefficient))).toBe(true);
    }
  });
});
