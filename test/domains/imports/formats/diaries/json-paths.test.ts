import { expect, it } from 'vitest';
import { findJsonPaths } from '../../../../../src/domains/imports/formats/diaries/json-paths.ts';

it('finds where keys stand, as deep as it is told', () => {
  const head = '\n{"a": {"b" :[{"c":{"d":1}}, "x"], "e\\"f": "g:"}, "results":[{"name":"n","values":[{"date":"2026"';
  expect([...findJsonPaths(head, 3)]).toEqual(['a', 'a.b', 'a.e\\"f', 'results', 'results.*.name', 'results.*.values']);
  expect([...findJsonPaths('[{"a":{"b":1}},["c"],{"d":2}]', 2)]).toEqual(['*.a', '*.d']);
});

it('takes its time from the length of a beginning, whatever stands in it', () => {
  const started = performance.now();
  for (const head of [
    '"' + '\\"'.repeat(32_000),
    '"' + '\\"'.repeat(32_000) + '\\',
    '{"a":'.repeat(13_000),
    '"'.repeat(64_000),
  ])
    findJsonPaths(head, 3);
  expect(performance.now() - started).toBeLessThan(5000);
});
