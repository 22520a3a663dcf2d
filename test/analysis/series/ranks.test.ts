import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageRanks } from '../../../src/analysis/series/ranks.ts';
import { references } from '../references.ts';

describe('averageRanks', () => {
  it('gives ties their average rank and leaves NaN alone', () => {
    const values = Float64Array.of(5, Number.NaN, 1, 5, 3, 5, Number.NaN);
    expect([...averageRanks(values)]).toEqual([4, Number.NaN, 1, 4, 2, 4, Number.NaN]);
  });

  it('takes 0 and -0 for a tie and ranks infinities at the ends', () => {
    expect([...averageRanks(Float64Array.of(0, -0, Infinity, -Infinity, Infinity))]).toEqual([2.5, 2.5, 4.5, 1, 4.5]);
  });

  it('has nothing to rank in an empty or empty-handed series', () => {
    expect([...averageRanks(new Float64Array(0))]).toEqual([]);
    expect([...averageRanks(Float64Array.of(Number.NaN))]).toEqual([Number.NaN]);
  });

  it.each(references.correlations)('agrees with SciPy: $name', ({ a, ranksA }) => {
    expect([...averageRanks(Float64Array.from(a))]).toEqual(ranksA);
  });

  it('always spends the ranks 1..n, in the order of the values', () => {
    const list = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN)), { maxLength: 30 });
    fc.assert(
      fc.property(list, (numbers) => {
        const ranks = averageRanks(Float64Array.from(numbers));
        const present = numbers.filter((value) => !Number.isNaN(value));
        const sum = ranks.filter((rank) => !Number.isNaN(rank)).reduce((total, rank) => total + rank, 0);
        expect(sum).toBe((present.length * (present.length + 1)) / 2);
        numbers.forEach((a, i) => numbers.forEach((b, j) => expect(ranks[i]! < ranks[j]!).toBe(a < b)));
      }),
    );
  });
});
