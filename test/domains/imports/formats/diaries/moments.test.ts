import { expect, it } from 'vitest';
import { Moments } from '../../../../../src/domains/imports/formats/diaries/moments.ts';

it('gives a record of a moment the key of the moment, and the next ones a number', () => {
  const moments = new Moments();
  expect(['a', 'b', 'a', 'c'].map((content) => moments.take('x', '1', content))).toEqual(['1', '1 2', null, '1 3']);
  expect(moments.take('y', '1', 'a')).toBe('1');
  expect(moments.take('x', '2', 'a')).toBe('2');
});

it('takes as many that are alike as there may be', () => {
  const moments = new Moments();
  expect([1, 2, 3].map(() => moments.take('x', '1', 'a', 2))).toEqual(['1', '1 2', null]);
});

it('remembers the latest moments alone, and some records of each', () => {
  const moments = new Moments();
  moments.take('x', '0', 'a');
  for (let i = 1; i <= 20_000; i++) moments.take('x', String(i), 'a');
  expect(moments.take('x', '11000', 'a')).toBeNull();
  // Forgotten: the key it gets is the one it had.
  expect(moments.take('x', '0', 'a')).toBe('0');
  for (let i = 0; i < 150; i++) moments.take('z', '1', String(i));
  expect(moments.take('z', '1', '99')).toBeNull();
  expect(moments.take('z', '1', '149')).toBe('1 151');
});

it('does not forget a moment that keeps coming', () => {
  const moments = new Moments();
  const found = Array.from({ length: 60_000 }, (_, i) => {
    moments.take('x', String(i + 1), 'a');
    return i % 5000 === 0 ? moments.take('x', '0', 'a') : null;
  });
  expect(found.filter((key) => key !== null)).toEqual(['0']);
});
