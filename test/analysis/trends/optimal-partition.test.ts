import { describe, expect, it } from 'vitest';
import { partitionByLevel } from '../../../src/analysis/trends/optimal-partition.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

type Partition = { cost: number; changes: number[] };

/** Optimal partitioning by its recursion over all last changes, O(n²). */
function partitionPlainly(values: Float64Array, penalty: number, shortest: number): Partition {
  const best: Partition[] = [{ cost: -penalty, changes: [] }];
  for (let end = 1; end <= values.length; end++) {
    best.push({ cost: Number.POSITIVE_INFINITY, changes: [] });
    for (let start = 0; start <= end - shortest; start++) {
      const cost = best[start]!.cost + penalty + squaresAround(values.subarray(start, end));
      if (cost < best[end]!.cost)
        best[end] = { cost, changes: [...best[start]!.changes, ...(start > 0 ? [start] : [])] };
    }
  }
  return best.at(-1)!;
}

function squaresAround(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

function costOf(values: Float64Array, changes: readonly number[], penalty: number): number {
  const bounds = [0, ...changes, values.length];
  return changes.reduce(
    (sum, _, i) => sum + penalty + squaresAround(values.subarray(bounds[i + 1]!, bounds[i + 2]!)),
    squaresAround(values.subarray(0, bounds[1]!)),
  );
}

const settings = [0.1, 1, 5, 20, 100].flatMap((penalty) =>
  [1, 2, 7, 14].map((shortest) => [penalty, shortest] as const),
);

describe('partitionByLevel', () => {
  it.each(settings)('is optimal with a penalty of %s and levels of %s values or more', (penalty, shortest) => {
    for (let seed = 0; seed < 12; seed++) {
      const uniform = seedUniform(seed);
      const noise = drawAutoregressive(30 + Math.floor(90 * uniform()), 0.9 * uniform(), uniform);
      const steps = noise.map((z, day) => z + (Math.floor(day / 30) % 3));
      const values = seed % 3 === 0 ? steps.map(Math.round) : steps;
      const changes = partitionByLevel(values, penalty, shortest);
      const { cost } = partitionPlainly(values, penalty, shortest);
      expect(costOf(values, changes, penalty)).toBeCloseTo(cost, 9);
      const bounds = [0, ...changes, values.length];
      expect(Math.min(...changes.map((change, i) => change - bounds[i]!), shortest)).toBe(shortest);
    }
  });

  it('finds the very changes where only one partition is the best', () => {
    for (let seed = 0; seed < 30; seed++) {
      const values = drawAutoregressive(120, 0.3, seedUniform(seed)).map((z, day) => z + 2 * Number(day >= 50));
      expect(partitionByLevel(values, 12, 14)).toEqual(partitionPlainly(values, 12, 14).changes);
    }
  });

  it('has no change in fewer values than two levels need, nor where all are equal', () => {
    expect(partitionByLevel(Float64Array.of(0, 0, 9, 9), 0.1, 3)).toEqual([]);
    expect(partitionByLevel(new Float64Array(0), 1, 14)).toEqual([]);
    expect(partitionByLevel(new Float64Array(50).fill(0.1), 1, 14)).toEqual([]);
  });
});
