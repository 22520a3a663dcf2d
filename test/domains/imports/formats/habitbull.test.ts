import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { habitBull } from '../../../../src/domains/imports/formats/habitbull.ts';
import { mixLineEnds, readInPieces, readText, toCsv } from './diaries/pieces.ts';
import { readWith, sourceOf } from './reading.ts';

const header = 'HabitName,HabitDescription,HabitCategory,CalendarDate,Value,CommentText';
const file = `${header}
Breed dragons,with love and fire,Diet & Food,2016-03-18,1,
Breed dragons,with love and fire,Diet & Food,2016-03-19,0,"burned, again"
Reduce sleep,only 2 hours per day,Time Management,2016-03-18,1,
Reduce sleep,only 2 hours per day,Time Management,2016-03-20,0,
Reduce sleep,only 2 hours per day,Time Management,2016-3-9,2.5,
`;

describe('HabitBull', () => {
  it('takes habits with nothing but 0 and 1 for habits of yes and no, and counts the others', async () => {
    const { rows, metrics, rejected } = await readText(habitBull, file);
    expect(rejected).toEqual([]);
    expect(metrics).toEqual([
      { name: 'Breed dragons', type: 'BINARY', unit: null, category: 'Diet & Food' },
      { name: 'Reduce sleep', type: 'NUMBER', unit: null, category: 'Time Management', aggregation: 'SUM' },
    ]);
    expect(rows.map(({ row, name, date, value }) => [row, name, date, value])).toEqual([
      [2, 'Breed dragons', '2016-03-18', true],
      [3, 'Breed dragons', '2016-03-19', false],
      [4, 'Reduce sleep', '2016-03-18', 1],
      [5, 'Reduce sleep', '2016-03-20', 0],
      [6, 'Reduce sleep', '2016-03-09', 2.5],
    ]);
    expect(rows.every(({ time, key }) => time === null && key === 'day')).toBe(true);
    expect(rows[1]!.notes).toBe('burned, again');
  });

  it('knows what a habit is by its last day, wherever that stands', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => [
      i % 2 ? 'A' : 'B',
      '',
      '',
      `2026-01-${String(i + 1).padStart(2, '0')}`,
      i % 3 ? 1 : 0,
      '',
    ]);
    const { metrics, rows } = await readText(
      habitBull,
      toCsv([header.split(','), ...lines, ['A', '', '', '2026-02-01', 7, '']]),
    );
    expect(metrics).toEqual([
      { name: 'B', type: 'BINARY', unit: null, category: 'habits' },
      { name: 'A', type: 'NUMBER', unit: null, category: 'habits', aggregation: 'SUM' },
    ]);
    expect(rows).toHaveLength(31);
  });

  it('has to decide when more days come than can wait, and then refuses numbers in a habit of yes and no', async () => {
    const dayOf = (i: number) => new Date(Date.UTC(1950, 0, 1 + i)).toISOString().slice(0, 10);
    const lines = Array.from({ length: 50_000 }, (_, i) => ['A' + (i % 2), '', '', dayOf(i), i === 49_999 ? 5 : 1, '']);
    const others = lines.slice(0, 400).map(([, ...cells]) => ['B', ...cells]);
    const more = [
      ['A0', '', '', '2199-01-01', 5, ''],
      ['A1', '', '', '2199-01-01', 5, ''],
      ['A2', '', '', '2199-01-01', 5, ''],
    ];
    const { rows, rejected, metrics } = await readWith(
      habitBull,
      sourceOf({ '': toCsv([header.split(','), ...lines, ...others, ...more]) }, false, 5000),
    );
    expect(metrics.map(({ name, type }) => [name, type])).toEqual([
      ['A0', 'BINARY'],
      ['A1', 'NUMBER'],
      ['B', 'BINARY'],
      ['A2', 'NUMBER'],
    ]);
    expect(rows).toHaveLength(50_402);
    expect(rejected).toEqual([{ row: 50_402, reason: expect.stringMatching(/^A number in a habit of yes and no/) }]);
  });

  it('leaves out days without a value and descriptions, and says so', async () => {
    const { rows, leftOut } = await readText(habitBull, `${header}\nA,why,,2026-01-01,,\nA,,,2026-01-02,1,\n`);
    expect(rows).toHaveLength(1);
    expect(leftOut).toEqual([
      { what: 'Descriptions of habits', records: 1 },
      { what: 'Days without a value', records: 1 },
    ]);
  });

  it('counts a day that stands twice once, and refuses one with two values', async () => {
    const { rows, rejected, leftOut } = await readText(
      habitBull,
      `${header}\nA,,,2026-01-01,1,\na,,,2026-01-01,1.0,\nA,,,2026-01-01,0,\nB,,,2026-01-01,0,\n`,
    );
    expect(rows.map(({ name, value }) => [name, value])).toEqual([
      ['A', true],
      ['B', false],
    ]);
    expect(rejected.map(({ row }) => row)).toEqual([4]);
    expect(leftOut).toEqual([{ what: 'Days that stand twice with the same value', records: 1 }]);
  });

  it('refuses bad rows without repeating them, and goes on', async () => {
    const lines = [
      ['A', '', '', '2026-02-30', 1, ''],
      ['A', '', '', '18/03/2016', 1, ''],
      ['A', '', '', '2026-01-01', 'secret', ''],
      ['', '', '', '2026-01-01', 1, ''],
      ['secret'.repeat(30), '', '', '2026-01-01', 1, ''],
      ['A', '', '', '2026-01-02', 1, 'x'.repeat(10_001)],
      ['A', '', '', '2026-01-03', 1],
      ['A', '', '', '2026-01-04', 1, 'a\ud800'],
      ['A', '', 'c'.repeat(80), '2026-01-05 00:00:00', 1, ''],
    ];
    const { rows, rejected, metrics } = await readText(habitBull, toCsv([header.split(','), ...lines]));
    expect(rejected.map(({ reason }) => reason).join()).not.toContain('secret');
    expect(rejected.map(({ row }) => row).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rows.map(({ date }) => date)).toEqual(['2026-01-05']);
    expect(metrics[0]!.category).toBe('c'.repeat(60));
  });

  it('reads the same whatever the pieces, and whatever the ends of lines; columns in any order', async () => {
    const [first, ...others] = await readInPieces(habitBull, { '': file }, false);
    expect(first!.rows).toHaveLength(5);
    for (const other of others) expect(other).toEqual(first);
    expect(await readText(habitBull, mixLineEnds(file))).toEqual(first);
    const turned = await readText(habitBull, 'value,CALENDARDATE,habitname\n1,2026-01-01,A\n');
    expect(turned.rows).toMatchObject([{ name: 'A', value: true, notes: null }]);
  });

  it.each([
    ['nothing', ''],
    ['a header alone', `${header}\n`],
    ['a table of Lifegraph', 'date,metric,value\n2026-01-01,A,1\n'],
    ['no text', '\ufffd\ufffdPK\u0003\u0004\ufffd'],
    ['an open quotation mark', `${header}\nA,"`],
    ['a cell without end', `${header}\nA,,,2026-01-01,1,"${'x'.repeat(300_000)}"\n`],
  ])('says what is wrong with a file that is %s', async (_, text) => {
    await expect(readText(habitBull, text)).rejects.toThrow(/column|empty|Row 2/);
  });

  it('brings back any habits', async () => {
    const habit = fc.record({
      isCounted: fc.boolean(),
      days: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 1 })), {
        minLength: 1,
        selector: ([day]) => day,
      }),
    });
    const dayOf = (i: number) => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);
    await fc.assert(
      fc.asyncProperty(fc.array(habit, { minLength: 1, maxLength: 5 }), async (habits) => {
        const entries = habits.flatMap(({ isCounted, days }, index) => [
          ...days.map(([day, value]) => ({ name: `H${index}`, date: dayOf(day), stored: value, isCounted })),
          ...(isCounted ? [{ name: `H${index}`, date: '2030-01-01', stored: 12, isCounted }] : []),
        ]);
        const lines = entries.map(({ name, date, stored }) => [name, '', '', date, stored, '']);
        const { rows } = await readText(habitBull, toCsv([header.split(','), ...lines]));
        expect(rows.map(({ name, date, value }) => [name, date, value])).toEqual(
          entries.map(({ name, date, stored, isCounted }) => [name, date, isCounted ? stored : stored === 1]),
        );
      }),
      { numRuns: 60 },
    );
  });
});
