import { describe, expect, it } from 'vitest';
import { dot, fitOn, orthonormalize, residualsOf } from '../../../src/analysis/series/least-squares.ts';
import { references } from '../correlations/reference-values.ts';
import { drawNormal, seedUniform } from '../noise.ts';
import { relativeError } from '../references.ts';

const ones = (length: number) => new Float64Array(length).fill(1);

describe('residualsOf', () => {
  it("meets NIST's certified residual sum on Longley's nearly dependent columns", () => {
    const { columns, values, certifiedResidualSum, residuals } = references.longley;
    const basis = orthonormalize([ones(values.length), ...columns.map((column) => Float64Array.from(column))]);
    const rest = residualsOf(Float64Array.from(values), basis);
    expect(basis).toHaveLength(7);
    expect(
      relativeError(
        rest.map((value) => value * value).reduce((a, b) => a + b),
        certifiedResidualSum,
      ),
    ).toBeLessThan(1e-9);
    rest.forEach((value, i) => expect(value).toBeCloseTo(residuals[i]!, 5));
  });

  it('leaves next to nothing of a polynomial of the fifth degree', () => {
    // The columns of NIST's Wampler1, x = 0..20, y = 1 + x + … + x⁵, certified to fit without residual.
    const columns = [0, 1, 2, 3, 4, 5].map((power) => Float64Array.from({ length: 21 }, (_, x) => x ** power));
    const values = Float64Array.from({ length: 21 }, (_, x) => columns.reduce((sum, column) => sum + column[x]!, 0));
    const rest = residualsOf(values, orthonormalize(columns));
    expect(Math.max(...rest.map(Math.abs)) / Math.max(...values)).toBeLessThan(1e-14);
  });
});

describe('fitOn', () => {
  const uniform = seedUniform(1);
  const draw = () => Float64Array.from({ length: 50 }, () => drawNormal(uniform));
  const multiply = (columns: Float64Array[]) =>
    columns.map((a, i) => Float64Array.from(columns.slice(0, i + 1), (b) => dot(a, b)));
  const [values, a, b] = [draw(), draw(), draw()];

  it.each([
    ['independent', draw(), 3],
    ['nearly dependent', a.map((x, i) => x + b[i]! + 1e-2 * drawNormal(uniform)), 3],
    ['too nearly dependent for normal equations', a.map((x, i) => x + b[i]! + 1e-5 * drawNormal(uniform)), 3],
    ['dependent', a.map((x, i) => x - 2 * b[i]!), 2],
    ['empty', new Float64Array(50), 2],
  ])('fits as a basis does: the last column is %s', (_, last, rank) => {
    const columns = [a, b, last];
    const fit = fitOn(columns, multiply(columns));
    const expected = residualsOf(values, orthonormalize(columns));
    expect(fit.rank).toBe(rank);
    const worst = Math.max(...fit.residualsOf(values).map((rest, i) => Math.abs(rest - expected[i]!)));
    expect(worst).toBeLessThan(1e-11);
  });

  it('leaves its values as they are', () => {
    const before = values.slice();
    fitOn([a], multiply([a])).residualsOf(values);
    expect(values).toEqual(before);
  });
});

describe('orthonormalize', () => {
  it('drops what the earlier columns say already, and empty columns', () => {
    const line = Float64Array.from({ length: 9 }, (_, i) => i);
    const basis = orthonormalize([
      ones(9),
      line,
      line.map((x) => 3 * x + 7),
      new Float64Array(9),
      line.map((x) => x * x),
    ]);
    expect(basis).toHaveLength(3);
  });

  it('drops a direction of rounding, though each column kept a good deal of its length', () => {
    // The smooth waves of five years in two weeks: each keeps some hundredths of what the ones before left it.
    const days = Float64Array.from({ length: 14 }, (_, i) => i);
    const waves = Array.from({ length: 13 }, (_, k) => days.map((day) => Math.cos((Math.PI * k * (day + 0.5)) / 100)));
    const exact = orthonormalize(waves);
    const rounded = orthonormalize(waves.map((wave) => wave.map((x, i) => x * (1 + (i % 2 ? 2e-16 : -2e-16)))));
    const values = days.map((day) => (day * day * 7) % 11);
    const [a, b] = [residualsOf(values, exact), residualsOf(values, rounded)];
    expect(exact.length).toBeLessThan(13);
    a.forEach((rest, i) => expect(rest).toBeCloseTo(b[i]!, 7));
  });

  it('has nothing to span on no days', () => {
    expect(orthonormalize([new Float64Array(0)])).toEqual([]);
  });
});
