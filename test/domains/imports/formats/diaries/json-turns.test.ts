import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { findJsonPaths, readJsonInTurns } from '../../../../../src/domains/imports/formats/diaries/json-turns.ts';

const state = { pieces: 0, isClosed: false };

async function* manyItems(): AsyncGenerator<string> {
  Object.assign(state, { pieces: 0, isClosed: false });
  try {
    yield '{"items":[0';
    for (let i = 1; i <= 2000; i++, state.pieces++) yield `,${Array(100).fill(i).join()}`;
    yield ']}';
  } finally {
    state.isClosed = true;
  }
}

it('gives all values, in batches that are small', async () => {
  let [count, largest] = [0, 0];
  for await (const values of readJsonInTurns(manyItems(), [['items', '*']])) {
    count += values.length;
    largest = Math.max(largest, values.length);
  }
  expect([count, largest, state.isClosed]).toEqual([200_001, 500, true]);
});

it('reads no faster than the loop goes, and no more once the loop is left', async () => {
  for await (const values of readJsonInTurns(manyItems(), [['items', '*']])) {
    if (values.at(-1)!.path[1] !== 999) continue;
    await sleep(100);
    break;
  }
  expect(state.pieces).toBeLessThan(1000);
  await expect.poll(() => state.isClosed).toBe(true);
});

it('throws in the loop what goes wrong, after the values before it', async () => {
  const broken = async function* () {
    yield `{"items":[${Array(600).fill(1).join()},]}`;
  };
  let count = 0;
  const read = async () => {
    for await (const values of readJsonInTurns(broken(), [['items', '*']])) count += values.length;
  };
  await expect(read()).rejects.toThrow('The file is not JSON');
  expect(count).toBeLessThanOrEqual(600);
});

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
  expect(performance.now() - started).toBeLessThan(1000);
});
