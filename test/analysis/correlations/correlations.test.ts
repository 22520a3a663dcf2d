import { describe, expect, it } from 'vitest';
import { pairAtLag, pearson, spearman } from '../../../src/analysis/correlations/correlation.ts';
import { type CorrelationResult, testCorrelations } from '../../../src/analysis/correlations/correlations.ts';
import { benjaminiHochberg } from '../../../src/analysis/distributions/significance.ts';
import { drawPerson, seedUniform } from '../noise.ts';

const options = { method: 'SPEARMAN', maxLagDays: 3 } as const;

function drawGappyPerson(seed: number) {
  const uniform = seedUniform(seed + 1000);
  const rating = (z: number) => (uniform() < 0.3 ? Number.NaN : Math.round(2 * z));
  return drawPerson(seed, 4, 80, 0.5, rating);
}

describe('testCorrelations', () => {
  it('tests each pair once on the same day, and both ways at each lag', () => {
    const { familySize, results } = testCorrelations(drawPerson(1, 4, 60, 0.3), options);
    expect(familySize).toBe(6 + 6 * 3 * 2);
    expect(new Set(results.map(({ driver, outcome, lagDays }) => `${driver} ${outcome} ${lagDays}`)).size).toBe(
      familySize,
    );
    const sameDay = results.filter(({ lagDays }) => lagDays === 0);
    expect(sameDay.every(({ driver, outcome }) => driver < outcome)).toBe(true);
  });

  it.each([
    ['PEARSON', pearson],
    ['SPEARMAN', spearman],
  ] as const)('gives the %s coefficient of just the paired days', (method, correlate) => {
    const series = drawGappyPerson(2);
    const { results } = testCorrelations(series, { method, maxLagDays: 3 });
    const valuesOf = (id: string) => series.find((one) => one.id === id)!.values;
    expect(results.length).toBeGreaterThan(0);
    for (const { driver, outcome, lagDays, coefficient, n, effectiveN } of results) {
      const pairs = pairAtLag(valuesOf(driver), valuesOf(outcome), lagDays);
      expect(coefficient).toBeCloseTo(correlate(pairs.driver, pairs.outcome), 12);
      expect(n).toBe(pairs.days.length);
      expect(effectiveN).toBeLessThanOrEqual(n);
    }
  });

  it('controls the false-discovery rate over all it tested', () => {
    const { results } = testCorrelations(drawPerson(3, 5, 60, 0.3), { ...options, falseDiscoveryRate: 0.9 });
    const qValues = benjaminiHochberg(Float64Array.from(results, ({ pValue }) => pValue));
    expect(results.map(({ qValue }) => qValue)).toEqual([...qValues]);
    expect(results.map(({ isSignificant }) => isSignificant)).toEqual([...qValues].map((q) => q <= 0.9));
  });

  it('leaves constant, scarce and infinite series out of the family', () => {
    const [a, b] = drawPerson(4, 2, 60, 0.3);
    const flat = { id: 'flat', values: new Float64Array(60).fill(0.1) };
    const scarce = { id: 'scarce', values: a!.values.map((x, day) => (day < 13 ? -x * x : Number.NaN)) };
    const infinite = { id: 'infinite', values: a!.values.map((x) => (x > 1 ? Infinity : -x)) };
    const { familySize, results } = testCorrelations([a!, b!, flat, scarce, infinite], {
      method: 'PEARSON',
      maxLagDays: 1,
    });
    expect(familySize).toBe(3);
    expect(results.every(({ qValue }) => Number.isFinite(qValue))).toBe(true);
    expect(testCorrelations([a!, b!, scarce], { ...options, minPairs: 13 }).familySize).toBeGreaterThan(7);
  });

  it.each([1e-300, 1e300])('is not thrown off by values as far out as %s', (scale) => {
    const series = drawGappyPerson(7);
    const scaled = series.map(({ id, values }) => ({ id, values: values.map((x) => scale * x) }));
    for (const method of ['PEARSON', 'SPEARMAN'] as const) {
      const expected = testCorrelations(series, { method, maxLagDays: 1 }).results;
      const pValues = testCorrelations(scaled, { method, maxLagDays: 1 }).results.map(({ pValue }) => pValue);
      expect(expected.length).toBeGreaterThan(10);
      expect(pValues).toEqual(expected.map(({ pValue }) => expect.closeTo(pValue, 9)));
    }
  });

  it('reports near-copies instead of testing them, at every lag', () => {
    const [a, b] = drawPerson(5, 2, 60, 0.6);
    const copy = { id: 'copy', values: a!.values.map((x) => 0.7 * x) };
    const { familySize, nearCopies } = testCorrelations([a!, b!, copy], options);
    expect(nearCopies).toEqual([{ a: a!.id, b: 'copy', coefficient: expect.closeTo(1, 12) }]);
    expect(familySize).toBe(2 * 7);
  });

  it('says the same in other units and in another order of the series', () => {
    const series = drawGappyPerson(6);
    const rescaled = series.map(({ id, values }, i) => ({ id, values: values.map((x) => (i + 2) * x + 40) }));
    // At lag 0 the order of the series decides which one is called the driver.
    const nameTest = ({ driver, outcome, lagDays }: CorrelationResult) =>
      `${lagDays ? [driver, outcome] : [driver, outcome].sort()} ${lagDays}`;
    const numbers = (list: typeof series) =>
      testCorrelations(list, { method: 'PEARSON', maxLagDays: 2 })
        .results.map((result) => ({ key: nameTest(result), p: result.pValue }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    const expected = numbers(series).map(({ key, p }) => ({ key, p: expect.closeTo(p, 9) }));
    expect(expected.length).toBeGreaterThan(20);
    expect(numbers(rescaled)).toEqual(expected);
    expect(numbers(series.toReversed())).toEqual(expected);
  });

  it('has an empty family for fewer than two series', () => {
    expect(testCorrelations([], options)).toEqual({ familySize: 0, results: [], nearCopies: [] });
  });
});
