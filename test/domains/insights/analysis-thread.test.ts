import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { analysePerson, findSeenSeq, type SeriesUpdate } from '../../../src/domains/insights/analysis-thread.ts';

afterEach(() => void vi.restoreAllMocks());

it('forgets a person who has not been looked at for half an hour', async () => {
  analysePerson(update({ userId: 'a', seq: 1 }));
  await waitMinutes(29);
  expect(findSeenSeq('a')).toBe(1);
  await waitMinutes(2);
  expect(findSeenSeq('a')).toBeNull();
  expect(analysePerson(update({ userId: 'a', seq: 2, after: 1 }))).toBeNull();
});

it('counts from the last analysis', async () => {
  analysePerson(update({ userId: 'b', seq: 1 }));
  await waitMinutes(20);
  expect(analysePerson(update({ userId: 'b', seq: 2, after: 1 }))).not.toBeNull();
  await waitMinutes(20);
  expect(findSeenSeq('b')).toBe(2);
});

/** Puts the clock forward, which the cache reads anew after a millisecond. */
async function waitMinutes(minutes: number): Promise<void> {
  const later = performance.now() + minutes * 60_000;
  vi.restoreAllMocks();
  vi.spyOn(performance, 'now').mockImplementation(() => later);
  await sleep(20);
}

const update = (given: { userId: string; seq: number; after?: number }): SeriesUpdate => ({
  after: null,
  series: [],
  read: [],
  ids: [],
  limit: 20_000,
  facts: { metrics: [], preferences: [] },
  metrics: new Map(),
  ...given,
});
