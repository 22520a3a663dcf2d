import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortInverting } from '../../../src/analysis/trends/inversions.ts';

const inOrder = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
const keyLists = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 70 });

/** Every pair of indexes whose keys are not in ascending order. */
function listInversions(keys: readonly number[]): string[] {
  return keys.flatMap((key, j) => keys.slice(0, j).flatMap((earlier, i) => (earlier >= key ? [`${i} ${j}`] : [])));
}

describe('sortInverting', () => {
  it('sorts, equal keys by descending index, and counts the pairs that change places', () => {
    fc.assert(
      fc.property(keyLists, (keys) => {
        const order = inOrder(keys.length);
        expect(sortInverting(Float64Array.from(keys), order)).toBe(listInversions(keys).length);
        const expected = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || b - a);
        expect([...order]).toEqual(expected);
      }),
    );
  });

  it('hands out every inversion once, or as few as the steps say', () => {
    fc.assert(
      fc.property(keyLists, fc.integer({ min: 1, max: 5 }), (keys, step) => {
        const taken: string[] = [];
        const take = (former: number, latter: number) => taken.push(`${former} ${latter}`);
        sortInverting(Float64Array.from(keys), inOrder(keys.length), { next: 0, step: () => step, take });
        const all = listInversions(keys);
        expect(new Set(taken).size).toBe(taken.length);
        expect(taken).toHaveLength(Math.ceil(all.length / step));
        expect(all).toEqual(expect.arrayContaining(taken));
      }),
    );
  });

  it('counts what changes from one order to another', () => {
    const [before, after] = [Float64Array.of(1, 5, 2, 4, 3), Float64Array.of(1, 2, 5, 4, 3)];
    const order = inOrder(5);
    sortInverting(before, order);
    // From 0 2 4 3 1 to 0 1 4 3 2: the point 1 overtakes 2, 4 and 3, and those overtake 2.
    expect(sortInverting(after, order)).toBe(5);
    expect([...order]).toEqual([0, 1, 4, 3, 2]);
  });
});
