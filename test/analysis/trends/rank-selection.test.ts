import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, selectRank } from '../../../src/analysis/trends/rank-selection.ts';

const lists = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 })), {
  minLength: 1,
  maxLength: 60,
});

describe('selectRank', () => {
  it('finds what sorting would put there, and parts the rest', () => {
    fc.assert(
      fc.property(lists, fc.nat(), (list, seed) => {
        const k = seed % list.length;
        const values = Float64Array.from(list);
        const found = selectRank(values, k);
        expect(found + 0).toBe(Float64Array.from(list).sort()[k]! + 0);
        expect(values.subarray(0, k).every((value) => value <= found)).toBe(true);
        expect(values.subarray(k).every((value) => value >= found)).toBe(true);
      }),
    );
  });
});

describe('median', () => {
  it('is the middle value or halfway between the two, of the largest doubles too', () => {
    expect(median(Float64Array.of(3, 1, 2))).toBe(2);
    expect(median(Float64Array.of(4, 1, 2, 3))).toBe(2.5);
    expect(median(Float64Array.of(1.7e308, 1.7e308))).toBe(1.7e308);
    expect(median(Float64Array.of(7))).toBe(7);
  });
});
