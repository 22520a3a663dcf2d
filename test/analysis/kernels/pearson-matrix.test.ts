import { describe, expect, it } from 'vitest';
import { openBank } from '../../../src/analysis/kernels/column-bank.ts';
import { correlateSlowly, drawKinds, fillBank, findDifference, kinds } from './columns.ts';

describe('the matrix', () => {
  it.each([1, 2, 8, 9, 18])('has every two of %i columns of any kind on the same day', (size) => {
    const columns = drawKinds(75, size).slice(0, size);
    const slots = [...columns.keys()].toReversed();
    const { coefficients, counts } = fillBank(columns).pearsonMatrix(slots);
    for (const [row, i] of slots.entries()) {
      for (const [column, j] of slots.entries()) {
        const expected = correlateSlowly('pearson', columns[i]!, columns[j]!, 0);
        expect(counts[row * size + column]).toBe(expected.n);
        const r = coefficients[row * size + column]!;
        expect(findDifference(r, expected.coefficient), `${i} and ${j}`).toBeLessThan(1e-10);
      }
    }
  });

  it('is 1 all along the diagonal, but for columns that do not vary', () => {
    const names = Object.keys(kinds);
    const { coefficients } = fillBank(drawKinds(75, 1)).pearsonMatrix([...names.keys()]);
    const without = names.filter((_, i) => coefficients[i * names.length + i] !== 1);
    expect(without).toEqual(['constant', 'all missing', 'an infinite day']);
    expect(openBank(5, 0).pearsonMatrix([]).coefficients).toHaveLength(0);
  });
});
