import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { Dates } from '../../../../../src/domains/imports/formats/csv/dates.ts';
import { CsvMetrics } from '../../../../../src/domains/imports/formats/csv/metrics.ts';
import type { Reading } from '../../../../../src/domains/imports/format.ts';

/** Bytes in use, once nothing is left that nobody needs. */
function measureHeap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** The first characters of a line of a hundred thousand. */
const cutFrom = (text: string): string => `${text}${'x'.repeat(100_000)}`.slice(0, text.length);

it('what is remembered of a file keeps no more of it than that', () => {
  const reading = { dayOf: (date: string) => date } as Partial<Reading> as Reading;
  const dates = new Dates();
  const metrics = new CsvMetrics();
  const before = measureHeap();
  for (let i = 0; i < 600; i++) {
    const cell = cutFrom(`2026-11-21 ${String(i % 24).padStart(2, '0')}:30:00.${i}`);
    dates.learn(cell);
    expect(dates.read(cell, reading)).toMatchObject({ date: '2026-11-21' });
    const name = cutFrom(`A metric with a name, number ${i}`);
    metrics.findSpelled(name, () => metrics.find(name, name, cutFrom('hundreds of kilometres'), ''));
  }
  expect(measureHeap() - before).toBeLessThan(10_000_000);
  expect([metrics.all.length, dates.order]).toEqual([600, 'DAY_FIRST']);
});
