import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readJsonValues } from '../../../src/domains/imports/json-values.ts';

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
  for await (const values of readJsonValues(manyItems(), [['items', '*']])) {
    count += values.length;
    largest = Math.max(largest, values.length);
  }
  expect([count, largest, state.isClosed]).toEqual([200_001, 500, true]);
});

it('reads no faster than the loop goes, and no more once the loop is left', async () => {
  for await (const values of readJsonValues(manyItems(), [['items', '*']])) {
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
    for await (const values of readJsonValues(broken(), [['items', '*']])) count += values.length;
  };
  await expect(read()).rejects.toThrow('The file is not JSON');
  expect(count).toBeLessThanOrEqual(600);
});
