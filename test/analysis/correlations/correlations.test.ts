import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairAtLag, pearson, spearman } from '../../../src/analysis/correlations/correlation.ts';
import {
  type CorrelationResult,
  judgeFamily,
  testCorrelations,
} from '../../../src/analysis/correlations/correlations.ts';
import { benjaminiHochberg } from '../../../src/analysis/distributions/significance.ts';
import { drawPerson, seedUniform } from '../noise.ts';
import { references, toSeries } from './reference-values.ts';

const options = { method: 'SPEARMAN', maxLagDays: 3 } as const;

function drawGappyPerson(seed: number) {
  const uniform = seedUniform(seed + 1000);
  const rating = (z: number) => (uniform() < 0.3 ? Number.NaN : Math.round(2 * z));
  return drawPerson(seed, 4, 80, 0.5, rating);
}

describe('testCorrelations', () => {
  it('tests each pair once on the same day, and both ways at each lag', () => {
    const { familySize, results } = testCorrelations({ firstDay: 0, series: drawPerson(1, 4, 60, 0.3) }, options);
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
    const { results } = testCorrelations({ firstDay: 0, series }, { method, maxLagDays: 3 });
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
    const { results } = testCorrelations(
      { firstDay: 0, series: drawPerson(3, 5, 60, 0.3) },
      { ...options, falseDiscoveryRate: 0.9 },
    );
    const qValues = benjaminiHochberg(Float64Array.from(results, ({ pValue }) => pValue));
    expect(results.map(({ qValue }) => qValue)).toEqual([...qValues]);
    expect(results.map(({ isSignificant }) => isSignificant)).toEqual([...qValues].map((q) => q <= 0.9));
  });

  it('leaves constant, scarce and infinite series out of the family', () => {
    const [a, b] = drawPerson(4, 2, 60, 0.3);
    const flat = { id: 'flat', values: new Float64Array(60).fill(0.1) };
    const scarce = { id: 'scarce', values: a!.values.map((x, day) => (day < 13 ? -x * x : Number.NaN)) };
    const infinite = { id: 'infinite', values: a!.values.map((x) => (x > 1 ? Infinity : -x)) };
    const { familySize, results } = testCorrelations(
      { firstDay: 0, series: [a!, b!, flat, scarce, infinite] },
      {
        method: 'PEARSON',
        maxLagDays: 1,
      },
    );
    expect(familySize).toBe(3);
    expect(results.every(({ qValue }) => Number.isFinite(qValue))).toBe(true);
    expect(
      testCorrelations({ firstDay: 0, series: [a!, b!, scarce] }, { ...options, minPairs: 13 }).familySize,
    ).toBeGreaterThan(7);
  });

  it.each([1e-300, 1e300])('is not thrown off by values as far out as %s', (scale) => {
    const series = drawGappyPerson(7);
    const scaled = series.map(({ id, values }) => ({ id, values: values.map((x) => scale * x) }));
    for (const method of ['PEARSON', 'SPEARMAN'] as const) {
      const expected = testCorrelations({ firstDay: 0, series }, { method, maxLagDays: 1 }).results;
      const pValues = testCorrelations({ firstDay: 0, series: scaled }, { method, maxLagDays: 1 }).results.map(
        ({ pValue }) => pValue,
      );
      expect(expected.length).toBeGreaterThan(10);
      expect(pValues).toEqual(expected.map(({ pValue }) => expect.closeTo(pValue, 9)));
    }
  });

  it('reports near-copies instead of testing them, at every lag', () => {
    const [a, b] = drawPerson(5, 2, 60, 0.6);
    const copy = { id: 'copy', values: a!.values.map((x) => 0.7 * x) };
    const { familySize, tautologies } = testCorrelations({ firstDay: 0, series: [a!, b!, copy] }, options);
    expect(tautologies).toEqual([{ kind: 'COPY', a: a!.id, b: 'copy', coefficient: expect.closeTo(1, 12) }]);
    expect(familySize).toBe(2 * 7);
  });

  it('says the same in other units and in another order of the series', () => {
    const series = drawGappyPerson(6);
    const rescaled = series.map(({ id, values }, i) => ({ id, values: values.map((x) => (i + 2) * x + 40) }));
    // At lag 0 the order of the series decides which one is called the driver.
    const nameTest = ({ driver, outcome, lagDays }: CorrelationResult) =>
      `${lagDays ? [driver, outcome] : [driver, outcome].sort()} ${lagDays}`;
    const numbers = (list: typeof series) =>
      testCorrelations({ firstDay: 0, series: list }, { method: 'PEARSON', maxLagDays: 2 })
        .results.map((result) => ({ key: nameTest(result), p: result.pValue }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    const expected = numbers(series).map(({ key, p }) => ({ key, p: expect.closeTo(p, 9) }));
    expect(expected.length).toBeGreaterThan(20);
    expect(numbers(rescaled)).toEqual(expected);
    expect(numbers(series.toReversed())).toEqual(expected);
  });

  it('has an empty family for fewer than two series', () => {
    expect(testCorrelations({ firstDay: 0, series: [] }, options)).toEqual({
      familySize: 0,
      results: [],
      tautologies: [],
    });
  });
});

describe('the adjusted coefficient', () => {
  const both = ['PEARSON', 'SPEARMAN'] as const;
  const firstDay = references.firstDay;

  it.each(references.correlations)('agrees with statsmodels and SciPy: $name', (reference) => {
    const series = [
      { id: 'a', values: toSeries(reference.a) },
      { id: 'b', values: toSeries(reference.b) },
    ];
    for (const method of both) {
      const { results } = testCorrelations({ firstDay, series }, { method, maxLagDays: reference.lag });
      const found = results.find(({ driver, lagDays }) => driver === 'a' && lagDays === reference.lag)!;
      const isRanked = method === 'SPEARMAN';
      expect(found.n).toBe(reference.n);
      expect(found.coefficient).toBeCloseTo(isRanked ? reference.spearman : reference.pearson, 9);
      expect(found.adjustedCoefficient).toBeCloseTo(
        isRanked ? reference.adjustedSpearman : reference.adjustedPearson,
        9,
      );
    }
  });

  it("has statsmodels' q-values", () => {
    const { p, q } = references.adjustment;
    const [test] = testCorrelations(
      { firstDay, series: drawPerson(1, 2, 30, 0) },
      { ...options, maxLagDays: 0 },
    ).results;
    const judged = judgeFamily(p.map((pValue) => ({ ...test!, pValue })));
    judged.forEach(({ qValue }, i) => expect(qValue).toBeCloseTo(q[i]!, 12));
  });

  it('sees nothing in two rising lines, nor in two metrics that dip on Sundays', () => {
    const shapes = [(day: number) => day / 10, (day: number) => (day % 7 === 0 ? -5 : 0)];
    for (const shape of shapes) {
      const series = drawPerson(9, 2, 120, 0).map(({ id, values }) => ({
        id,
        values: values.map((x, day) => x + shape(day)),
      }));
      for (const method of both) {
        const [test] = testCorrelations({ firstDay, series }, { method, maxLagDays: 0 }).results;
        expect(test!.coefficient).toBeGreaterThan(0.35);
        expect(Math.abs(test!.adjustedCoefficient)).toBeLessThan(0.2);
        expect(test!.pValue).toBeGreaterThan(0.05);
      }
    }
  });

  it('is 0, and certain of nothing, where only a straight line was', () => {
    const [noise] = drawPerson(10, 1, 60, 0);
    const line = { id: 'line', values: noise!.values.map((_, day) => 3 * day) };
    const { results } = testCorrelations({ firstDay, series: [noise!, line] }, { ...options, method: 'PEARSON' });
    expect(results).toHaveLength(7);
    expect(results.every((test) => test.adjustedCoefficient === 0 && test.pValue === 1)).toBe(true);
    expect(results[0]!.coefficient).not.toBe(0);
  });

  it('does not change with units, lines, weekday profiles, the order of series or empty days at the ends', () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, isLong) => {
        const uniform = seedUniform(seed);
        const gap = (z: number) => (uniform() < 0.15 ? Number.NaN : z);
        const series = drawPerson(seed, 3, isLong ? 200 : 60, 0.5, gap);
        const profile = Array.from({ length: 7 }, () => uniform());
        const changed = series.toReversed().map(({ id, values }) => {
          const [unit, offset, slope] = [0.1 + uniform(), 10 * uniform(), (uniform() - 0.5) / 50];
          const other = values.map((x, day) => unit * x + offset + slope * day + profile[day % 7]!);
          return { id, values: Float64Array.of(Number.NaN, Number.NaN, ...other, Number.NaN) };
        });
        const list = (given: typeof series, first: number) =>
          testCorrelations({ firstDay: first, series: given }, { method: 'PEARSON', maxLagDays: 2 })
            .results.map(({ driver, outcome, lagDays, adjustedCoefficient, effectiveN, pValue }) => ({
              key: `${lagDays ? [driver, outcome] : [driver, outcome].sort()} ${lagDays}`,
              numbers: [adjustedCoefficient, effectiveN, pValue],
            }))
            .sort((a, b) => (a.key < b.key ? -1 : 1));
        const expected = list(series, firstDay).map(({ key, numbers: [r, n, p] }) => ({
          key,
          numbers: [expect.closeTo(r!, 9), expect.closeTo(n!, 6), expect.closeTo(p!, 8)],
        }));
        expect(list(changed, firstDay - 2)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('of ranks does not care how a metric is bent', () => {
    const series = drawGappyPerson(8);
    const bent = series.map(({ id, values }) => ({ id, values: values.map((x) => Math.exp(x) + 2) }));
    const expected = testCorrelations({ firstDay, series }, options).results;
    expect(testCorrelations({ firstDay, series: bent }, options).results).toEqual(expected);
  });

  it('is finite whatever the values are', () => {
    const value = fc.oneof(fc.constant(Number.NaN), fc.constantFrom(0, 1, 1e308, -1e308, 5e-324), fc.double());
    const values = fc.array(value, { minLength: 40, maxLength: 40 }).map((list) => Float64Array.from(list));
    fc.assert(
      fc.property(values, values, (a, b) => {
        const series = [
          { id: 'a', values: a },
          { id: 'b', values: b },
        ];
        for (const method of both) {
          const { results } = testCorrelations({ firstDay, series }, { method, maxLagDays: 1 });
          for (const { driver: _d, outcome: _o, method: _m, isSignificant: _s, ...numbers } of results) {
            expect(Object.values(numbers).every(Number.isFinite)).toBe(true);
          }
        }
      }),
    );
  });
});
