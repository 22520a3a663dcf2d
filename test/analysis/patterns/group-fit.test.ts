import { describe, expect, it } from 'vitest';
import { collectMoments } from '../../../src/analysis/patterns/cross-products.ts';
import { findPhi, fisherPValue, fitGroups } from '../../../src/analysis/patterns/group-fit.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';
import { relativeError } from '../references.ts';
import { references } from './reference-values.ts';

type Case = { times: number[]; groups: number[]; groupCount: number; y: number[] };
const collect = ({ times, groups, groupCount, y }: Case) =>
  collectMoments({
    times: Float64Array.from(times),
    dates: Float64Array.from(times),
    groups: Int32Array.from(groups),
    groupCount,
    outcomes: [Float64Array.from(y), Float64Array.from(y, (value) => 10 * value)],
  });

describe('fitGroups', () => {
  it.each(references.cases)('agrees with dense generalized least squares: $name', (reference) => {
    const moments = collect(reference);
    for (const { phi, p, levels, contrasts } of reference.fits) {
      const fit = fitGroups(moments, { phi, spent: 0 });
      expect(relativeError(fit.pValue, p)).toBeLessThan(1e-6);
      levels.forEach((level, group) => expect(fit.levels[0]![group]).toBeCloseTo(level, 9));
      contrasts.forEach(({ difference, p: own }, group) => {
        expect(fit.contrasts[group]!.differences[0]).toBeCloseTo(difference, 9);
        expect(fit.contrasts[group]!.differences[1]).toBeCloseTo(10 * difference, 8);
        expect(Math.abs(fit.contrasts[group]!.pValue - own)).toBeLessThan(1e-6);
      });
    }
  });

  it('takes a perfect fit for certain and no difference for none', () => {
    const times = Array.from({ length: 30 }, (_, i) => i);
    const groups = times.map((time) => time % 3);
    const certain = fitGroups(collect({ times, groups, groupCount: 3, y: groups }), { phi: 0.3, spent: 0 });
    expect(certain).toMatchObject({
      pValue: 0,
      levels: [[0, 1, 2].map((x) => expect.closeTo(x, 9)), expect.anything()],
    });
    const line = fitGroups(collect({ times, groups, groupCount: 3, y: times.map((time) => 2 * time) }), {
      phi: 0.3,
      spent: 0,
    });
    expect(line.pValue).toBe(1);
  });
});

describe('findPhi', () => {
  it.each(references.cases)('finds the restricted maximum: $name', (reference) => {
    expect(findPhi(collect(reference), -0.9, 0.98)).toBeCloseTo(reference.phi, 2);
  });

  it('is not pulled down by the levels that are fitted', () => {
    const times = Array.from({ length: 42 }, (_, i) => i);
    const found = Array.from({ length: 300 }, (_, seed) => {
      const y = [...drawAutoregressive(42, 0.6, seedUniform(seed))];
      return findPhi(collect({ times, groups: times.map((time) => time % 7), groupCount: 7, y }), -0.9, 0.98);
    });
    expect(Math.abs(found.reduce((sum, phi) => sum + phi, 0) / 300 - 0.6)).toBeLessThan(0.06);
  });

  it('stays within its limits where nothing can be learnt', () => {
    const times = [0, 3, 9, 14, 20, 30];
    const phi = findPhi(collect({ times, groups: [0, 1, 0, 1, 0, 1], groupCount: 2, y: [0, 1, 0, 1, 0, 1] }), 0, 0.98);
    expect(phi).toBeGreaterThanOrEqual(0);
    expect(phi).toBeLessThanOrEqual(0.98);
  });
});

describe('fisherPValue', () => {
  it.each(references.fisher)('agrees with SciPy: F($a, $b) = $ratio', ({ ratio, a, b, p }) =>
    expect(relativeError(fisherPValue(ratio, a, b), p)).toBeLessThan(1e-9),
  );

  it('spans 1 to 0', () => {
    expect(fisherPValue(0, 6, 20)).toBe(1);
    expect(fisherPValue(Number.POSITIVE_INFINITY, 6, 20)).toBe(0);
  });
});
