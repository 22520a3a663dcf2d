import { expect, it } from 'vitest';
import { isStorable, toSearchable } from '../../src/kernel/text.ts';

it.each([
  ['', true],
  ['ünï 😀', true],
  ['a\0', false],
  ['\ud800', false],
  ['😀'.slice(1), false],
])('%j can be stored: %s', (text, can) => {
  expect(isStorable(text)).toBe(can);
  expect(isStorable(toSearchable(text))).toBe(true);
  expect(toSearchable(text) === text).toBe(can);
});
