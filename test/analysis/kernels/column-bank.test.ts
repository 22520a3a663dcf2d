import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openBank } from '../../../src/analysis/kernels/column-bank.ts';
import { correlateSlowly, findDifference, findFurthest, drawColumn, drawKinds, fillBank, kinds } from './columns.ts';

const methods = ['pearson', 'spearman'] as const;
const { NaN: missing } = Number;

/** What is wrong with the profile of a pair of columns; empty when it is what the slow way says. */
function findErrors(columns: readonly Float64Array[], maxLag: number): string[] {
  const bank = fillBank(columns);
  const errors: string[] = [];
  for (const method of methods) {
    for (const [i, a] of columns.entries()) {
      for (const [j, b] of columns.entries()) {
        const { coefficients, counts } = bank[method](i, j, maxLag);
        for (let lag = -maxLag; lag <= maxLag; lag++) {
          const expected = correlateSlowly(method, a, b, lag);
          const [r, n] = [coefficients[maxLag + lag]!, counts[maxLag + lag]!];
          if (n === expected.n && findDifference(r, expected.coefficient) < 1e-10) continue;
          errors.push(`${method} ${i} ${j} at ${lag}: ${r} (${n}), not ${expected.coefficient} (${expected.n})`);
        }
      }
    }
  }
  return errors;
}

describe('the profile of a pair', () => {
  it.each([0, 1, 2, 3, 7, 8, 9, 40, 63, 64, 65, 130])(
    'is what the slow way says over %i days of any kind',
    (length) => {
      expect(findErrors(drawKinds(length, length), 14)).toEqual([]);
    },
  );

  it.each([0, 1, 3, 4, 5, 13, 30])('is so at lags up to %i', (maxLag) => {
    const columns = [drawColumn(kinds['a third missing']!, 50, 1), drawColumn(kinds['rating']!, 50, 2)];
    expect(findErrors(columns, maxLag)).toEqual([]);
    expect(fillBank(columns).pearson(0, 1, maxLag).counts).toHaveLength(2 * maxLag + 1);
  });

  it.each([0, 1, 7, 8, 14, 30])('is the same one way, from the same day to %i days ahead', (maxLag) => {
    const bank = fillBank(drawKinds(130, 3));
    for (const [a, b] of [
      [0, 1],
      [1, 0],
      [2, 2],
    ] as const) {
      const both = bank.pearson(a, b, maxLag);
      const ahead = bank.pearsonAhead(a, b, maxLag);
      expect(ahead.counts).toEqual(both.counts.slice(maxLag));
      const gaps = ahead.coefficients.map((r, lag) => findDifference(r, both.coefficients[maxLag + lag]!));
      expect(Math.max(...gaps)).toBeLessThan(1e-10);
    }
  });

  it('is so for random lengths, gaps and ties', () => {
    const value = fc.oneof(fc.constant(missing), fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true }));
    const pair = fc.integer({ min: 0, max: 90 }).chain((length) => {
      const column = fc.array(value, { minLength: length, maxLength: length }).map((list) => Float64Array.from(list));
      return fc.tuple(column, column);
    });
    fc.assert(
      fc.property(pair, fc.nat(14), (columns, maxLag) => {
        expect(findErrors(columns, maxLag)).toEqual([]);
      }),
    );
  });

  it('is so with gaps of any density', () => {
    for (const share of [0.01, 0.2, 0.5, 0.8, 0.99]) {
      const draw = (z: number, _: number, uniform: () => number) => (uniform() < share ? missing : z);
      const columns = [1, 2, 3].map((seed) => drawColumn(draw, 400, seed));
      expect(findErrors(columns, 7)).toEqual([]);
    }
  });

  it('puts the days of a before those of b at positive lags', () => {
    const a = drawColumn(kinds['continuous']!, 60, 3);
    const b = a.map((_, day) => a[day - 2] ?? missing);
    for (const method of methods) {
      const { coefficients, counts } = fillBank([a, b])[method](0, 1, 3);
      expect(coefficients[5]).toBeCloseTo(1, 12);
      expect(Math.max(...coefficients.subarray(0, 5), coefficients[6]!)).toBeLessThan(0.9);
      expect(counts[5]).toBe(58);
    }
  });
});

describe('long columns', () => {
  // i32 holds the sum of eight products a step for 322 steps at 1,825 days, 35 at 5,500, a single one at 32,766.
  it.each([1825, 5500, 16_384, 32_766, 33_000])('have exact rank sums over %i days', (length) => {
    const rising = Float64Array.from({ length }, (_, day) => day);
    const columns = [rising, rising.map((x) => -x), rising.map((x) => Math.floor(x / (length / 2)))];
    const bank = fillBank(columns);
    expect(bank.spearman(0, 0, 0).coefficients[0]).toBeCloseTo(1, 14);
    expect(bank.spearman(0, 1, 0).coefficients[0]).toBeCloseTo(-1, 14);
    expect(bank.spearman(2, 0, 0).coefficients[0]).toBeCloseTo(Math.sqrt(0.75), 4);
    expect(bank.spearman(0, 1, 2).coefficients[4]).toBeCloseTo(-1, 14);
  });

  it.each([5500, 8000])('agree with the slow way over %i days', (length) => {
    const columns = ['continuous', 'a third missing', 'rating', 'rounded, with pairs of ties'].map((kind, seed) =>
      drawColumn(kinds[kind]!, length, seed),
    );
    expect(findErrors(columns, 2)).toEqual([]);
  });
});

describe('a bank', () => {
  it('knows nothing any more of a column that was replaced', () => {
    const [full, sparse, other] = ['continuous', 'nearly all missing', 'rating'].map((kind, seed) =>
      drawColumn(kinds[kind]!, 90, seed),
    ) as [Float64Array, Float64Array, Float64Array];
    for (const [before, after] of [
      [full, sparse],
      [sparse, full],
      [drawColumn(kinds['an infinite day']!, 90, 9), sparse],
    ] as const) {
      const bank = fillBank([before, other]);
      for (const method of methods) bank[method](0, 1, 7);
      bank.set(0, after);
      const fresh = fillBank([after, other]);
      for (const method of methods) expect(bank[method](0, 1, 7)).toEqual(fresh[method](0, 1, 7));
      expect(bank.pearsonMatrix([0, 1])).toEqual(fresh.pearsonMatrix([0, 1]));
    }
  });

  it('copies what it is given', () => {
    const columns = [drawColumn(kinds['constant but for one day']!, 30, 1), drawColumn(kinds['rating']!, 30, 2)];
    const bank = fillBank(columns);
    const expected = bank.spearman(0, 1, 2);
    columns[0]!.fill(0);
    expect(bank.spearman(0, 1, 2)).toEqual(expected);
    expect(bank.pearson(0, 1, 0).coefficients[0]).not.toBeNaN();
  });

  it('gives answers that later ones leave alone', () => {
    const bank = fillBank(drawKinds(40, 1));
    const first = bank.pearson(0, 1, 3);
    const kept = structuredClone(first);
    bank.pearson(1, 2, 3);
    bank.spearman(0, 8, 3);
    expect(first).toEqual(kept);
  });

  it('refuses slots, lengths and lags that it does not have', () => {
    const bank = openBank(10, 2);
    bank.set(0, new Float64Array(10));
    for (const wrong of [
      () => bank.set(2, new Float64Array(10)),
      () => bank.set(-1, new Float64Array(10)),
      () => bank.set(1, new Float64Array(9)),
      () => bank.pearson(0, 1, 0),
      () => bank.spearman(0, 0, 31),
      () => bank.pearson(0, 0, -1),
      () => bank.pairDistances(0, 0, 0.5),
      () => bank.pearsonMatrix([0, 5]),
    ]) {
      expect(wrong).toThrow(RangeError);
    }
  });
});

describe('the coefficients', () => {
  const draw = (seed: number) => [
    drawColumn(kinds['a third missing']!, 45, seed),
    drawColumn(kinds['rating']!, 45, seed + 1),
  ];
  it('do not care for units, for the zero of a scale, or which one is called a', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: -1000, max: 1000 }),
        (seed, scale, shift) => {
          const [a, b] = draw(seed) as [Float64Array, Float64Array];
          const bank = fillBank([a, b, a.map((x) => scale * x + shift), a.map((x) => -x)]);
          for (const method of methods) {
            const { coefficients } = bank[method](0, 1, 5);
            const negative = coefficients.map((r) => -r);
            expect(findFurthest(bank[method](2, 1, 5).coefficients, coefficients)).toBeLessThan(1e-10);
            expect(findFurthest(bank[method](3, 1, 5).coefficients, negative)).toBeLessThan(1e-10);
            expect(findFurthest(bank[method](1, 0, 5).coefficients, coefficients.toReversed())).toBeLessThan(1e-10);
          }
        },
      ),
    );
  });

  it('run backwards in time when the days do', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const [a, b] = draw(seed) as [Float64Array, Float64Array];
        const bank = fillBank([a, b, a.toReversed(), b.toReversed()]);
        for (const method of methods) {
          const forwards = bank[method](0, 1, 5).coefficients;
          expect(findFurthest(bank[method](2, 3, 5).coefficients, forwards.toReversed())).toBeLessThan(1e-10);
        }
      }),
    );
  });

  it('do not care how many days are missing around those that are there', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(70), fc.nat(70), (seed, before, after) => {
        const columns = draw(seed);
        const gaps = (days: number): number[] => Array.from({ length: days }, () => missing);
        const padded = columns.map((values) => Float64Array.of(...gaps(before), ...values, ...gaps(after)));
        for (const method of methods) {
          const expected = fillBank(columns)[method](0, 1, 9);
          const actual = fillBank(padded)[method](0, 1, 9);
          expect(findFurthest(actual.coefficients, expected.coefficients)).toBeLessThan(1e-10);
          expect(actual.counts).toEqual(expected.counts);
        }
      }),
    );
  });

  it('of ranks do not care for anything that keeps the order', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const [a, b] = draw(seed) as [Float64Array, Float64Array];
        const bank = fillBank([a, b, a.map(Math.exp)]);
        expect(bank.spearman(2, 1, 5)).toEqual(bank.spearman(0, 1, 5));
      }),
    );
  });
});
