import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDay } from '../../../../../src/kernel/civil-time.ts';
import { read, momentsOf, readDates } from './reading-csv.ts';

describe('a date', () => {
  it.each([
    ['2026-11-21', '2026-11-21'],
    ['2026-1-5', '2026-01-05'],
    ['2026/11/21', '2026-11-21'],
    ['20261121', '2026-11-21'],
    ['21.11.2026', '2026-11-21'],
    ['1.2.2026', '2026-02-01'],
    ['21/11/2026', '2026-11-21'],
    ['11/21/2026', '2026-11-21'],
    ['21-11-2026', '2026-11-21'],
    ['21-Nov-2026', '2026-11-21'],
    ['21 November 2026', '2026-11-21'],
    ['21. Nov. 2026', '2026-11-21'],
    ['Nov 21 2026', '2026-11-21'],
    ['November 21st, 2026', '2026-11-21'],
    ['Saturday, 21 Nov 2026', '2026-11-21'],
    ['Sat Nov 21 2026', '2026-11-21'],
    ['2026-11-21 07:30', '2026-11-21 07:30:00'],
    ['2026-11-21T07:30:15.123', '2026-11-21 07:30:15'],
    ['21.11.2026, 7:30', '2026-11-21 07:30:00'],
    ['11/21/2026 7:30 PM', '2026-11-21 19:30:00'],
    ['11/21/2026 12:05:09 am', '2026-11-21 00:05:09'],
    ['11/21/2026 7:30\u202fp.m.', '2026-11-21 19:30:00'],
    ['2026-11-21T07:30:00+09:00', '2026-11-21 07:30:00'],
    ['2026-11-21 07:30:00 +0900', '2026-11-21 07:30:00'],
    ['2026-11-21T07:30:00Z', '2026-11-21 08:30:00'],
    ['2026-11-21 23:30 UTC', '2026-11-22 00:30:00'],
    ['1795242600', '2026-11-21 07:30:00'],
    ['1795242600000', '2026-11-21 07:30:00'],
  ])('written as %s is %s', async (cell, moment) => {
    expect(await momentsOf([cell])).toEqual([moment]);
  });

  it.each([
    '',
    '21.11.26',
    'yesterday',
    '2026-11',
    '46347',
    '21-Foo-2026',
    '2026-11-21 25:00',
    '2026-11-21 13:00 PM',
    '2026-11-21x',
    '2026-11/21',
    '12345678901',
    `2026-11-21${' '.repeat(9000)}x`,
  ])('is not %j', async (cell) => {
    const { rows, rejected } = await readDates([cell]);
    expect(rows).toEqual([]);
    expect(rejected).toEqual([{ row: 2, reason: 'This is no date that can be read. Write it like 2026-11-21.' }]);
  });

  it.each(['2026-02-30', '31.11.2026', '1899-12-31', '2026-00-10', '2201-01-01', '9999999999999'])(
    'of no day that there is, %s, is refused',
    async (cell) => {
      const { rows, rejected } = await readDates([cell]);
      expect([rows.length, rejected.map(({ reason }) => reason)]).toEqual([
        0,
        [expect.stringMatching(/does not exist/)],
      ]);
    },
  );

  it('of the night counts to the day before while that has not ended, when it is a moment', async () => {
    const options = { dayStartsAt: 4 };
    expect(await momentsOf(['2026-11-21 01:30', '2026-11-21 05:00'], options)).toEqual([
      '2026-11-20 01:30:00',
      '2026-11-21 05:00:00',
    ]);
    const { rows } = await read('date,time,A\n2026-11-21,01:30,1\n', {
      ...options,
      options: { columns: { time: 'time' } },
    });
    expect(rows).toMatchObject([{ date: '2026-11-21', time: '01:30:00' }]);
  });

  it.each(['2026-11-21T00:00:00Z', '2026-11-21 00:00:00', '21.11.2026 00:00', '2026-11-21T00:00:00-08:00'])(
    'is a day when there is nothing but midnight in the file: %s',
    async (cell) => {
      const options = { dayStartsAt: 4, timeZone: 'America/New_York' };
      expect(await momentsOf([cell], options)).toEqual(['2026-11-21']);
    },
  );

  it('at midnight is a moment beside other times', async () => {
    expect(await momentsOf(['2026-11-21 00:00', '2026-11-21 07:00'])).toEqual([
      '2026-11-21 00:00:00',
      '2026-11-21 07:00:00',
    ]);
  });
});

describe('a column of times', () => {
  it.each([
    ['07:30', '07:30:00'],
    ['7.30', '07:30:00'],
    ['7 pm', '19:00:00'],
    ['', null],
  ])('may say %j', async (cell, time) => {
    const { rows } = await read(`date,metric,value,time\n2026-11-21,A,1,${cell}\n`);
    expect(rows).toMatchObject([{ time }]);
  });

  it.each(['7', '24:00', '13 pm', '0:30 am', 'noon', '7:5', `7${' '.repeat(9000)}x`])(
    'may not say %j',
    async (cell) => {
      const { rejected } = await read(`date,metric,value,time\n2026-11-21,A,1,${cell}\n`);
      expect(rejected).toEqual([{ row: 2, reason: 'This time cannot be read. Write it like 07:30, or 7:30 PM.' }]);
    },
  );
});

describe('the order of day and month', () => {
  const ask = (suggestion: string) => [
    {
      id: 'dateOrder',
      kind: 'DATE_ORDER',
      message: expect.any(String),
      choices: ['DAY_FIRST', 'MONTH_FIRST'],
      suggestion,
    },
  ];

  it.each([
    ['a day after the twelfth', ['01/02/2026', '13/02/2026'], ['2026-02-01', '2026-02-13']],
    ['a day after the twelfth, behind the month', ['01/02/2026', '02/13/2026'], ['2026-01-02', '2026-02-13']],
    ['dots', ['01.02.2026', '02.02.2026'], ['2026-02-01', '2026-02-02']],
    ['a day after the twelfth, more than dots', ['01.02.2026', '02.13.2026'], ['2026-01-02', '2026-02-13']],
  ])('is told from the whole column: %s', async (_, cells, days) => {
    expect((await readDates(cells)).questions).toEqual([]);
    expect(await momentsOf(cells)).toEqual(days);
  });

  it.each([
    ['MONTH_FIRST', ['11/01/2026', '11/02/2026', '11/03/2026'], '2026-11-01'],
    ['DAY_FIRST', ['01/11/2026', '02/11/2026', '03/11/2026'], '2026-11-01'],
    ['DAY_FIRST', ['01-02-2026'], '2026-02-01'],
  ])('is asked for when it cannot be told, and %s suggested for %j', async (suggestion, cells, first) => {
    expect((await readDates(cells)).questions).toEqual(ask(suggestion));
    expect((await momentsOf(cells))[0]).toBe(first);
  });

  it('is not asked for when it has been said, or makes no difference', async () => {
    const cells = ['11/01/2026', '11/02/2026'];
    expect(await readDates(cells, { options: { dateOrder: 'DAY_FIRST' } })).toMatchObject({ questions: [] });
    expect(await momentsOf(cells, { options: { dateOrder: 'DAY_FIRST' } })).toEqual(['2026-01-11', '2026-02-11']);
    expect((await readDates(['05/05/2026', '2026-01-02', '3 Feb 2026'])).questions).toEqual([]);
  });

  it('is asked for when the dates contradict each other, and those that do not exist are refused', async () => {
    const { questions, rows, rejected } = await readDates(['13/01/2026', '14/01/2026', '01/15/2026', '02/03/2026']);
    expect(questions).toEqual(ask('DAY_FIRST'));
    expect(rows.map(({ date }) => date)).toEqual(['2026-01-13', '2026-01-14', '2026-03-02']);
    expect(rejected).toMatchObject([{ row: 4 }]);
  });

  it('leaves a date as it was, however it is written', async () => {
    const day = fc
      .tuple(fc.integer({ min: 1900, max: 2200 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 31 }))
      .map(([y, m, d]) => ({ y, m, d, iso: `${y}-${String(m).padStart(2, '0')}-${d}` }))
      .filter(({ iso }) => isDay(iso));
    const styles = [
      (y: number, m: number, d: number) => `${d}/${m}/${y}`,
      (y: number, m: number, d: number) => `${m}/${d}/${y}`,
      (y: number, m: number, d: number) => `${d}.${m}.${y}`,
      (y: number, m: number, d: number) => new Date(Date.UTC(y, m - 1, d)).toUTCString().slice(0, 16),
      (y: number, m: number, d: number) =>
        new Date(Date.UTC(y, m - 1, d)).toLocaleDateString('en-US', { dateStyle: 'long', timeZone: 'UTC' }),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(day, { minLength: 1, maxLength: 9 }),
        fc.constantFrom(...styles),
        async (days, write) => {
          const cells = days.map(({ y, m, d }) => write(y, m, d));
          expect(await momentsOf(cells)).toEqual(days.map(({ iso }) => iso));
        },
      ),
    );
  });
});
