import { describe, expect, it } from 'vitest';
import { drawColumn, fillBank, kinds } from './columns.ts';

describe('pairDistances', () => {
  it.each([0, 1, 5, 64, 200])('counts how far apart the common days are, over %i days', (length) => {
    const columns = ['a third missing', 'begun late'].map((kind, seed) => drawColumn(kinds[kind]!, length, seed));
    const bank = fillBank(columns);
    for (const lag of [-30, -3, 0, 1, 30]) {
      const isCommon = (day: number) => columns[0]![day]! + columns[1]![day + lag]! > Number.NEGATIVE_INFINITY;
      const expected = Array.from({ length: 61 }, (_, distance) => {
        let count = 0;
        for (let day = 0; day < length; day++) if (isCommon(day) && isCommon(day + distance)) count++;
        return count;
      });
      expect([...bank.pairDistances(0, 1, lag)]).toEqual(expected);
    }
  });
});

describe('ownProducts', () => {
  it.each([7, 64, 200])('adds up what a column has in common with its past, over %i days', (length) => {
    const column = drawColumn(kinds['a third missing']!, length, 4);
    const present = column.filter((value) => !Number.isNaN(value));
    const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
    const deviations = column.map((value) => (Number.isNaN(value) ? 0 : value - mean));
    const products = fillBank([column]).ownProducts(0);
    expect(products).toHaveLength(61);
    const square = deviations.reduce((sum, value) => sum + value * value, 0);
    products.forEach((product, lag) => {
      let expected = 0;
      for (let day = lag; day < length; day++) expected += deviations[day]! * deviations[day - lag]!;
      expect(product / products[0]!).toBeCloseTo(expected / square, 12);
    });
  });
});
