import { expect, it } from 'vitest';
import { readAhead } from '../../../src/domains/exports/read-ahead.ts';

const events: string[] = [];
async function* source(failsAt = Infinity): AsyncGenerator<number> {
  try {
    for (let page = 1; page <= 3; page++) {
      events.push(`read ${page}`);
      await Promise.resolve();
      if (page === failsAt) throw new Error('gone');
      yield page;
    }
  } finally {
    events.push('ended');
  }
}

async function consume(pages: AsyncIterable<number>, stopsAfter = Infinity): Promise<string[]> {
  events.length = 0;
  for await (const page of pages) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    events.push(`done ${page}`);
    if (page === stopsAfter) break;
  }
  return [...events];
}

it('reads the next page while one is worked on, and no more than one', async () => {
  expect(await consume(readAhead(source()))).toEqual([
    'read 1',
    'read 2',
    'done 1',
    'read 3',
    'done 2',
    'ended',
    'done 3',
  ]);
});

it('ends the source when nobody reads on', async () => {
  expect(await consume(readAhead(source()), 1)).toEqual(['read 1', 'read 2', 'done 1', 'ended']);
});

it('fails where the source does, after the pages before', async () => {
  await expect(consume(readAhead(source(2)))).rejects.toThrow('gone');
  expect(events).toEqual(['read 1', 'read 2', 'ended', 'done 1']);
});
