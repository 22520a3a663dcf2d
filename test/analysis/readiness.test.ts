import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testCorrelations } from '../../src/analysis/correlations/correlations.ts';
import { assessReadiness } from '../../src/analysis/readiness.ts';
import { testTrend } from '../../src/analysis/trends/trend.ts';

const wave = (keep: (day: number) => boolean) =>
  Float64Array.from({ length: 40 }, (_, day) => (keep(day) ? Math.sin(day * day) : Number.NaN));
const assessPair = (a: Float64Array, b: Float64Array) =>
  assessReadiness([
    { id: 'a', values: a },
    { id: 'b', values: b },
  ]).at(-1)!;

describe('assessReadiness', () => {
  it('gives a row per series for trends and a row per pair for correlations', () => {
    const rows = assessReadiness(['a', 'b', 'c'].map((id) => ({ id, values: wave(() => true) })));
    expect(rows.map(({ type, ids }) => `${type} ${ids}`)).toEqual([
      'TREND a',
      'TREND b',
      'TREND c',
      'CORRELATION a,b',
      'CORRELATION a,c',
      'CORRELATION b,c',
    ]);
    expect(rows.every(({ reason, missingDays }) => reason === 'READY' && missingDays === null)).toBe(true);
  });

  it('counts the days that are still missing', () => {
    expect(assessReadiness([{ id: 'a', values: wave((day) => day < 7) }])).toEqual([
      { ids: ['a'], type: 'TREND', reason: 'TOO_FEW_DAYS', missingDays: 3 },
    ]);
    expect(
      assessPair(
        wave((day) => day < 12),
        wave((day) => day < 9),
      ),
    ).toMatchObject({ reason: 'TOO_FEW_DAYS', missingDays: 5 });
    expect(
      assessPair(
        wave((day) => day < 20),
        wave((day) => day >= 10),
      ),
    ).toMatchObject({ reason: 'TOO_FEW_PAIRED_DAYS', missingDays: 4 });
  });

  it('names what does not vary, also when it varies only on other days', () => {
    const flat = wave(() => true).fill(3);
    expect(assessReadiness([{ id: 'a', values: flat }])[0]).toMatchObject({ reason: 'CONSTANT', missingDays: null });
    expect(
      assessPair(
        flat,
        wave(() => true),
      ),
    ).toMatchObject({ reason: 'CONSTANT', missingDays: null });
    const variesLate = flat.map((value, day) => (day < 20 ? value : day));
    expect(
      assessPair(
        variesLate,
        wave((day) => day < 20),
      ),
    ).toMatchObject({ reason: 'CONSTANT', missingDays: null });
  });

  it('promises exactly what the tests keep', () => {
    const value = fc.constantFrom(Number.NaN, Number.NaN, 1, 2, 3);
    const values = fc.array(value, { minLength: 34, maxLength: 34 }).map((list) => Float64Array.from(list));
    fc.assert(
      fc.property(values, values, (a, b) => {
        const series = [
          { id: 'a', values: a },
          { id: 'b', values: b },
        ];
        const [trend, , pair] = assessReadiness(series);
        expect(trend!.reason === 'READY').toBe(testTrend(a) !== null);
        const { familySize, nearCopies } = testCorrelations(
          { firstDay: 0, series },
          { method: 'SPEARMAN', maxLagDays: 0 },
        );
        expect(pair!.reason === 'READY').toBe(familySize + nearCopies.length === 1);
      }),
    );
  });
});
