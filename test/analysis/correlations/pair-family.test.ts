import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testFamily } from '../../../src/analysis/correlations/correlations.ts';
import {
  type CorrelationMethod,
  type LaggedTest,
  prepareSeries,
  testAtLag,
} from '../../../src/analysis/correlations/lagged-test.ts';
import { prepareSubjects, testPairAtLags } from '../../../src/analysis/correlations/pair-family.ts';
import type { DailySeries } from '../../../src/analysis/series/daily-series.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

const methods: readonly CorrelationMethod[] = ['PEARSON', 'SPEARMAN'];
const firstDay = 20_000;
const options = { maxLagDays: 3, minPairs: 14 };

/** Two series of a kind each, of which a part is missing, and of which the first carries over more. */
function drawPair(seed: number, days: number, missing: number): [DailySeries, DailySeries] {
  const uniform = seedUniform(seed);
  const shapes = [(z: number) => z, (z: number) => Number(z > 1), (z: number) => Math.round(2 * z), Math.exp];
  const draw = (id: string, phi: number) => {
    const shape = shapes[Math.floor(uniform() * shapes.length)]!;
    const values = drawAutoregressive(days, phi, uniform);
    return { id, values: values.map((z) => (uniform() < missing ? Number.NaN : shape(z))) };
  };
  return [draw('a', 0.8), draw('b', 0.3)];
}

/** One test at a time, from the values themselves. */
function testOneByOne(a: DailySeries, b: DailySeries): LaggedTest[] {
  return methods.flatMap((method) => {
    const [x, y] = [prepareSeries(a, firstDay, method), prepareSeries(b, firstDay, method)];
    const later = [1, 2, 3].flatMap((lag) => [testAtLag(x, y, lag), testAtLag(y, x, lag)]);
    return [testAtLag(x, y, 0), ...later].filter((test) => test !== null);
  });
}

const closeTo = (tests: LaggedTest[]) =>
  tests.map(({ coefficient, adjustedCoefficient, effectiveN, pValue, ...names }) => ({
    ...names,
    coefficient: expect.closeTo(coefficient, 10),
    adjustedCoefficient: expect.closeTo(adjustedCoefficient, 10),
    effectiveN: expect.closeTo(effectiveN, 8),
    pValue: expect.closeTo(pValue, 9),
  }));

describe('testPairAtLags', () => {
  it('makes the tests that are made one by one, in the order of method, lag and direction', () => {
    const lengths = fc.constantFrom(20, 60, 150, 500);
    fc.assert(
      fc.property(fc.nat(), lengths, fc.constantFrom(0, 0.25, 0.7), (seed, days, missing) => {
        const [a, b] = drawPair(seed, days, missing);
        const subjects = prepareSubjects([a, b], firstDay, methods);
        const [first, second] = subjects.all;
        const found = testPairAtLags(subjects, first!, second!, options);
        expect(found).toEqual(closeTo(testOneByOne(a, b)));
      }),
      { numRuns: 60 },
    );
  });

  it('is worth no more days than there are, less those that the calendar took', () => {
    const subjects = prepareSubjects(drawPair(3, 500, 0.2), firstDay, methods);
    const [a, b] = subjects.all;
    const tests = testPairAtLags(subjects, a!, b!, options);
    expect(tests).toHaveLength(14);
    for (const { n, effectiveN } of tests) expect(effectiveN).toBeLessThan(n * (1 - 12 / 500));
  });
});

describe('testFamily', () => {
  it('gives both methods one family', () => {
    const series = drawPair(4, 60, 0);
    const both = testFamily({ firstDay, series }, methods, { maxLagDays: 3 });
    const alone = methods.map((method) => testFamily({ firstDay, series }, [method], { maxLagDays: 3 }));
    expect(both.familySize).toBe(14);
    expect(both.results.map(({ pValue }) => pValue)).toEqual(
      alone.flatMap(({ results }) => results.map(({ pValue }) => pValue)),
    );
    expect(both.results.map(({ method }) => method)).toEqual([
      ...Array.from({ length: 7 }, () => 'PEARSON'),
      ...Array.from({ length: 7 }, () => 'SPEARMAN'),
    ]);
    const smallest = both.results.toSorted((a, b) => a.pValue - b.pValue)[0]!;
    expect(smallest.qValue).toBeLessThanOrEqual(14 * smallest.pValue);
  });

  it('takes tautologies that are known already instead of searching', () => {
    const [a, b] = drawPair(5, 60, 0);
    const copy = { id: 'copy', values: a.values };
    const known = { kind: 'COPY', a: 'a', b: 'b', coefficient: 1 } as const;
    const { results, tautologies } = testFamily({ firstDay, series: [a, b, copy] }, ['PEARSON'], {
      maxLagDays: 0,
      tautologies: [known],
    });
    expect(tautologies).toEqual([known]);
    expect(results.map(({ driver, outcome }) => `${driver} ${outcome}`)).toEqual(['a copy', 'b copy']);
  });
});
