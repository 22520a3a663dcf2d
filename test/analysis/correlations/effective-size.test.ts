import { describe, expect, it } from 'vitest';
import { autocorrelations, correctPhi, describeDependence } from '../../../src/analysis/series/autocorrelation.ts';
import { BARTLETT_LAGS, effectiveSize } from '../../../src/analysis/correlations/effective-size.ts';
import { drawAutoregressive, seedUniform } from '../noise.ts';

const everyDay = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
const dependence = (values: Float64Array) => describeDependence(values, BARTLETT_LAGS);
const exact = (phi: number) => ({ autocorrelations: Float64Array.from({ length: 31 }, (_, k) => phi ** k), phi });
const drawMany = (phi: number) =>
  Array.from({ length: 40 }, (_, seed) => drawAutoregressive(1000, phi, seedUniform(seed)));

describe('autocorrelations', () => {
  it('find a weekly rhythm through missing days', () => {
    const values = Float64Array.from({ length: 140 }, (_, day) =>
      day % 5 === 0 ? Number.NaN : Math.cos((day * 2 * Math.PI) / 7),
    );
    const [, r1, , , , , , r7] = autocorrelations(values, 7);
    expect(r1).toBeCloseTo(Math.cos((2 * Math.PI) / 7), 1);
    expect(r7).toBeCloseTo(1, 1);
  });

  it('are 0 at lags that no two values are apart, and for a constant', () => {
    const weekly = Float64Array.from({ length: 70 }, (_, day) => (day % 7 === 0 ? Math.sin(day) : Number.NaN));
    expect([...autocorrelations(weekly, 6)]).toEqual([1, 0, 0, 0, 0, 0, 0]);
    expect([...autocorrelations(new Float64Array(20).fill(3), 2)]).toEqual([1, 0, 0]);
  });

  it('give φ without its bias', () => {
    const short = Array.from({ length: 2000 }, (_, seed) => drawAutoregressive(30, 0.6, seedUniform(seed)));
    const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    expect(mean(short.map((values) => autocorrelations(values, 1)[1]!))).toBeLessThan(0.53);
    expect(Math.abs(mean(short.map((values) => dependence(values).phi)) - 0.6)).toBeLessThan(0.04);
    expect(correctPhi(1, 20, 1)).toBe(0.99);
  });
});

describe('effectiveSize', () => {
  it("is Bartlett's formula when no day is missing", () => {
    const phi = 0.36;
    const sum = Array.from({ length: 30 }, (_, i) => (1 - (i + 1) / 100) * phi ** (i + 1)).reduce((a, b) => a + b);
    expect(effectiveSize(everyDay(100), exact(0.6), exact(0.6))).toBeCloseTo(100 / (1 + 2 * sum), 6);
  });

  it('counts pairs far apart for more than pairs on successive days', () => {
    const weekly = everyDay(100).map((day) => day * 7);
    expect(effectiveSize(weekly, exact(0.6), exact(0.6))).toBeGreaterThan(99);
  });

  it('never exceeds n, even where series swing to and fro', () => {
    expect(effectiveSize(everyDay(50), exact(-0.7), exact(0.7))).toBe(50);
  });

  it('comes near the true value for noise of known dependence', () => {
    for (const [phi, share] of [
      [0, 1],
      [0.6, 0.64 / 1.36],
      [0.85, 0.2775 / 1.7225],
    ] as const) {
      const many = drawMany(phi).map(dependence);
      const sizes = many.slice(1).map((one, i) => effectiveSize(everyDay(1000), one, many[i]!));
      const mean = sizes.reduce((a, b) => a + b) / sizes.length / 1000;
      expect(mean).toBeLessThan(share * 1.05 + 1e-9);
      expect(mean).toBeGreaterThan(share * 0.8);
    }
  });
});
