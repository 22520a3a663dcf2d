import { describe, expect, it } from 'vitest';
import { toSeconds } from '../../../../../src/domains/imports/formats/csv/durations.ts';
import { readColumn, valuesOf } from './reading-csv.ts';

const typeOf = async (cells: string[]) => (await readColumn(cells)).metrics[0]!.type;
const as = (type: 'BINARY' | 'DURATION' | 'NUMBER') => ({
  existing: { A: { type, min: null, max: null, step: null } },
});

describe('yes and no', () => {
  it('are words in any case, and 1 and 0 beside them', async () => {
    expect(await typeOf(['yes', 'No', 'TRUE', 'false', 'x', '1', '0'])).toBe('BINARY');
    expect(await valuesOf(['yes', 'No', 'TRUE', 'false', ' X ', '1', '0'])).toEqual([
      true,
      false,
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it('are numbers when there is nothing but 1 and 0, unless the metric is one of yes and no', async () => {
    expect(await typeOf(['1', '0'])).toBe('NUMBER');
    expect(await valuesOf(['1', '0'], as('BINARY'))).toEqual([true, false]);
  });

  it('are crosses with nothing in between', async () => {
    expect(await valuesOf(['x', '', 'x'])).toEqual([true, true]);
  });

  it('are words like others beside any other', async () => {
    expect(await typeOf(['yes', 'maybe'])).toBe('TEXT');
    expect(await typeOf(['yes', '2'])).toBe('TEXT');
  });
});

describe('a duration', () => {
  it.each([
    ['7:30', 27_000],
    ['107:05', 385_500],
    ['7:30:15', 27_015],
    ['7:30:15.5', 27_015],
    ['1h 20m', 4800],
    ['1h20m', 4800],
    ['1 h', 3600],
    ['1,5 h', 5400],
    ['1.5 hours', 5400],
    ['45 min', 2700],
    ['2 days 3 hrs', 183_600],
    ['90 s', 90],
    ['PT1H20M', 4800],
    ['P1DT30S', 86_430],
    ['PT0.1H', 360],
    ['20m', 1200],
    ['7:60', null],
    ['1h 20', null],
    ['P', null],
    ['PT', null],
    ['', null],
    ['20 miles', null],
    ['P1M', null],
    [`1d${' '.repeat(10_000)}x`, null],
  ])('written as %s is %s seconds', (text, seconds) => {
    expect(toSeconds(text)).toBe(seconds);
  });

  it('makes a metric of durations when all values are some', async () => {
    const { metrics, rows } = await readColumn(['7:30', '1h 20m', 'PT5M', '20m'], {}, ';', 'Slept (h)');
    expect(metrics).toMatchObject([{ name: 'Slept', type: 'DURATION', unit: null }]);
    expect(rows.map(({ value }) => value)).toEqual([27_000, 4800, 300, 1200]);
  });

  it('is seconds when it is a number of a metric of durations', async () => {
    expect(await valuesOf(['7:30', '90'], as('DURATION'))).toEqual([27_000, 90]);
  });

  it('is perhaps metres when nothing says otherwise', async () => {
    const { metrics, rejected } = await readColumn(['20m', '400m']);
    expect([metrics[0]!.type, rejected.length]).toEqual(['NUMBER', 2]);
  });

  it('is no number', async () => {
    expect((await readColumn(['7:30'], as('NUMBER'))).rejected).toEqual([
      { row: 2, reason: 'A: This metric takes a finite number.' },
    ]);
  });
});
