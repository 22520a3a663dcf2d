import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loopHabits } from '../../../../src/domains/imports/formats/loop-habits/loop-habits.ts';
import { mixLineEnds, readInPieces, toCsv } from './diaries/pieces.ts';
import { readWith, sourceOf } from './reading.ts';

const listHeader =
  'Position,Name,Type,Question,Description,FrequencyNumerator,FrequencyDenominator,Color,Unit,Target Type,Target Value,Archived?';
const archive = {
  'Habits.csv': `${listHeader}
001,Meditate,YES_NO,Did you meditate?,"One, two",1,1,#FF8F00,,AT_LEAST,0.0,false
002,早起き,NUMERICAL,How early?,,1,1,#AFB42B,min,AT_MOST,15.0,true
003,"Run, fast",NUMERICAL,,,1,7,#AFB42B,km,AT_LEAST,5.0,false
`,
  // Names are not quoted here, and lines end with a comma.
  'Checkmarks.csv': 'Date,Meditate,早起き,Run, fast,\n2026-01-03,2,5000,0,\n',
  'Scores.csv': 'Date,Meditate,早起き,Run, fast,\n2026-01-03,1.0,1.0,0,\n',
  '001 Meditate/Checkmarks.csv': `Date,Value,Notes
2026-01-06,UNKNOWN,
2026-01-05,SKIP,"ill, in bed"
2026-01-04,NO,
2026-01-03,YES_AUTO,
2026-01-02,YES_MANUAL,"long ""sit"""
`,
  '001 Meditate/Scores.csv': 'Date,Score\n2026-01-02,0.05\n',
  '002/Checkmarks.csv': 'Date,Value,Notes\n2026-01-03,NO,\n2026-01-02,5000,\n2026-01-01,12345,\n',
  '002/Scores.csv': 'Date,Score\n',
  '003 Run fast/Checkmarks.csv':
    'Date,Value,Notes\n2026-01-05,UNKNOWN,\n2026-01-04,SKIP,\n2026-01-03,YES_AUTO,\n2026-01-02,YES_MANUAL,\n2026-01-01,7500,tail wind\n',
};

const read = (files: Record<string, string>) => readWith(loopHabits, sourceOf(files, true));
const withHabit = (lines: string, type = 'YES_NO') => ({
  'Habits.csv': `Position,Name,Type\n1,Walk,${type}\n`,
  '001 Walk/Checkmarks.csv': lines,
});

describe('Loop Habit Tracker', () => {
  it('reads the folders by number with the names of the list, in letters that folders lose, archived ones too', async () => {
    const { rows, metrics, rejected } = await read(archive);
    expect(rejected).toEqual([]);
    expect(metrics).toEqual([
      { name: 'Meditate', type: 'BINARY', unit: null, category: 'habits', desired: 'HIGHER' },
      { name: '早起き', type: 'NUMBER', unit: 'min', category: 'habits', aggregation: 'SUM', desired: 'LOWER' },
      { name: 'Run, fast', type: 'NUMBER', unit: 'km', category: 'habits', aggregation: 'SUM', desired: 'HIGHER' },
    ]);
    // 3 + 3 + 3 of the thirteen lines.
    expect(rows).toHaveLength(9);
    expect(rows.every(({ time, key }) => time === null && key === 'day')).toBe(true);
  });

  it('is done only where somebody has ticked: YES_AUTO is a day on which it was not due', async () => {
    const { rows } = await read(archive);
    expect(rows.slice(0, 3).map(({ date, value, notes }) => [date, value, notes])).toEqual([
      ['2026-01-04', false, null],
      ['2026-01-03', false, null],
      ['2026-01-02', true, 'long "sit"'],
    ]);
  });

  it('divides numbers by a thousand, and knows that those from -1 to 3 are written as words: 0 as NO', async () => {
    const { rows } = await read(archive);
    expect(rows.slice(3).map(({ name, date, value }) => [name, date, value])).toEqual([
      ['早起き', '2026-01-03', 0],
      ['早起き', '2026-01-02', 5],
      ['早起き', '2026-01-01', 12.345],
      ['Run, fast', '2026-01-03', 0.001],
      ['Run, fast', '2026-01-02', 0.002],
      ['Run, fast', '2026-01-01', 7.5],
    ]);
    expect(rows.at(-1)!.notes).toBe('tail wind');
  });

  it('makes no entries of days that were skipped or have no answer, and counts them and their notes', async () => {
    const { leftOut } = await read(archive);
    expect(leftOut).toEqual([
      { what: 'Days without an answer', records: 2 },
      { what: 'Days that were skipped', records: 2 },
      { what: 'Notes on days that were skipped or have no answer', records: 1 },
      { what: 'Files of scores, which Loop works out from the habits', records: 2 },
    ]);
  });

  it('counts rows over all files, in the order of the habits', async () => {
    const { rows } = await read(Object.fromEntries(Object.entries(archive).toReversed()));
    // The list has 4 lines, the first habit 6, the second 4.
    expect(rows.map(({ row }) => row)).toEqual([8, 9, 10, 12, 13, 14, 18, 19, 20]);
  });

  it('reads files of old versions: numbers for words, without a header, and a list without types', async () => {
    const { rows, metrics, leftOut } = await read({
      'Habits.csv':
        'Position,Name,Description,NumRepetitions,Interval,Color\n001,Read,,1,1,#000000\n002,Water,,1,1,#000000\n',
      '001 Read/Checkmarks.csv': '2017-03-05,2\n2017-03-04,1\n2017-03-03,0\n2017-03-02,3\n2017-03-01,-1\n',
      '002 Water/Checkmarks.csv': '2017-03-05,0\n2017-03-04,1500\n2017-03-03,-1\n2017-03-02,3\n',
    });
    expect(metrics.map(({ type }) => type)).toEqual(['BINARY', 'NUMBER']);
    expect(rows.map(({ row, name, date, value }) => [row, name, date, value])).toEqual([
      [4, 'Read', '2017-03-05', true],
      [5, 'Read', '2017-03-04', false],
      [6, 'Read', '2017-03-03', false],
      [9, 'Water', '2017-03-05', 0],
      [10, 'Water', '2017-03-04', 1.5],
    ]);
    expect(leftOut.map(({ records }) => records)).toEqual([2, 2]);
  });

  it('gives two habits of one name a metric each', async () => {
    const lines = 'Date,Value\n2026-01-01,YES_MANUAL\n';
    const { metrics, rejected } = await read({
      'Habits.csv': 'Position,Name,Type\n1,Walk,YES_NO\n2,walk,YES_NO\n3,Walk,YES_NO\n',
      '001 Walk/Checkmarks.csv': lines,
      '002 walk/Checkmarks.csv': lines,
      '003 Walk/Checkmarks.csv': lines,
    });
    expect(rejected).toEqual([]);
    expect(metrics.map(({ name }) => name)).toEqual(['Walk', 'walk (2)', 'Walk (3)']);
  });

  it('takes the name of a folder when the list does not have its number, or is missing', async () => {
    const { 'Habits.csv': _, ...unlisted } = archive;
    expect(await loopHabits.recognise(sourceOf(unlisted, true))).toBe(true);
    const { metrics, rejected } = await read(unlisted);
    expect(metrics.map(({ name, type }) => [name, type])).toEqual([
      ['Meditate', 'BINARY'],
      ['Run fast', 'NUMBER'],
    ]);
    // The folder of the second has lost all its letters.
    expect(rejected.map(({ reason }) => reason)).toEqual(
      Array(3).fill(expect.stringMatching(/^Habit 002, line \d: There is no name/)),
    );
  });

  it('finds an export inside of a folder, and says which habits and folders go without each other', async () => {
    const { rows, leftOut } = await read({
      'my/Habits.csv': 'Position,Name,Type\n1,Walk,YES_NO\n2,Gone,YES_NO\n',
      'my/001 Walk/Checkmarks.csv': 'Date,Value\n2026-01-01,YES_MANUAL\n',
      'my/001 Twice/Checkmarks.csv': 'Date,Value\n2026-01-02,YES_MANUAL\n',
      'my/old/001 Walk/Checkmarks.csv': 'Date,Value\n2026-01-03,YES_MANUAL\n',
    });
    expect(rows.map(({ date }) => date)).toEqual(['2026-01-01']);
    expect(leftOut).toEqual([
      { what: 'Folders with the number of another one', records: 1 },
      { what: 'Habits that have no folder in the archive', records: 1 },
    ]);
  });

  it('counts a day that stands twice once, and refuses one with two values', async () => {
    const { rows, rejected, leftOut } = await read(
      withHabit('Date,Value\n2026-01-01,NO\n2026-01-01,NO\n2026-01-01,YES_MANUAL\n2026-01-02,NO\n'),
    );
    expect(rows.map(({ date, value }) => [date, value])).toEqual([
      ['2026-01-01', false],
      ['2026-01-02', false],
    ]);
    expect(rejected).toEqual([
      { row: 6, reason: 'Habit 001, line 4: This day stands in the file twice, with two values.' },
    ]);
    expect(leftOut).toEqual([{ what: 'Days that stand twice with the same value', records: 1 }]);
  });

  it('refuses what Loop does not write, and says in which line of which habit', async () => {
    const lines = [
      '2026-13-01,NO',
      '2026-01-01,MAYBE',
      '2026-01-02,5000',
      '2026-01-03,',
      '2026-01-04,2.5',
      '2026-01-05,-2',
      `2026-01-06,NO,${'x'.repeat(10_001)}`,
      '2026-01-07,NO,a\0b',
      '2026-01-08',
      '2026-01-09,no,fine',
    ];
    const { rows, rejected } = await read(withHabit(`Date,Value,Notes\n${lines.join('\n')}\n`));
    expect(rows.map(({ row }) => row)).toEqual([13]);
    expect(rejected.map(({ row }) => row)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(rejected[2]!.reason).toBe('Habit 001, line 4: A habit of yes and no has a number here.');
    const negative = await read(withHabit('Date,Value\n2026-01-01,-5000\n2026-01-02,5000\n', 'NUMERICAL'));
    expect([negative.rows.length, negative.rejected.length]).toEqual([1, 1]);
  });

  it('refuses the days of a habit whose name no metric can have, and leaves out a unit that is too long', async () => {
    const { rows, rejected, metrics, leftOut } = await read({
      'Habits.csv': toCsv([
        ['Position', 'Name', 'Type', 'Unit'],
        ['1', 'x'.repeat(121), 'YES_NO', ''],
        ['2', 'Ok', 'NUMERICAL', 'u'.repeat(41)],
        ['x', 'No', '', ''],
        ['2', 'Again', '', ''],
      ]),
      '001 x/Checkmarks.csv': 'Date,Value\n2026-01-01,NO\n',
      '002 Ok/Checkmarks.csv': 'Date,Value\n2026-01-01,NO\n',
    });
    expect(rows).toHaveLength(1);
    expect(metrics).toMatchObject([{ name: 'Ok', unit: null }]);
    expect(rejected.map(({ row }) => row)).toEqual([4, 5, 7]);
    expect(leftOut).toEqual([{ what: 'Units of more than 40 characters', records: 1 }]);
  });

  it('reads the same whatever the pieces, and whatever the ends of lines', async () => {
    const [first, ...others] = await readInPieces(loopHabits, archive, true);
    expect(first!.rows).toHaveLength(9);
    for (const other of others) expect(other).toEqual(first);
    const mixed = Object.fromEntries(Object.entries(archive).map(([name, text]) => [name, mixLineEnds(text)]));
    expect(await read(mixed)).toEqual(first);
  });

  it.each([
    ['no archive', {}, false],
    ['an empty archive', {}, true],
    ['a list without habits', { 'Habits.csv': `${listHeader}\n` }, true],
    ['another archive', { 'Takeout/Fitbit/steps.csv': 'timestamp,steps\n' }, true],
    ['junk', { 'Habits.csv': '\ufffd\ufffd', '001 x/Checkmarks.csv': '\ufffd\0' }, true],
    [
      'a list of habits that is a diary of the person',
      { 'Habits.csv': 'date,Run\n2026-01-01,5\n', '001 x/Checkmarks.csv': '' },
      true,
    ],
  ])('says what is missing in %s', async (_, files: Record<string, string>, isArchive) => {
    await expect(readWith(loopHabits, sourceOf(files, isArchive))).rejects.toThrow(/habit|column|empty/);
  });

  it('brings back any habits', async () => {
    const values = fc.record({
      isNumerical: fc.boolean(),
      days: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 364 }), fc.integer({ min: -1, max: 20_000 })), {
        minLength: 1,
        selector: ([day]) => day,
      }),
    });
    const words = ['UNKNOWN', 'NO', 'YES_AUTO', 'YES_MANUAL', 'SKIP'];
    const dayOf = (day: number) => new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 5 }), async (habits) => {
        const folders = habits.map(({ isNumerical, days }, index) => {
          const lines = days.map(([day, stored]) => {
            const value = isNumerical ? stored : ((stored + 1) % 5) - 1;
            return [dayOf(day), words[value + 1] ?? value];
          });
          return [
            `${String(index + 1).padStart(3, '0')} H${index}/Checkmarks.csv`,
            toCsv([['Date', 'Value'], ...lines]),
          ];
        });
        const list = habits.map(({ isNumerical }, index) => [
          index + 1,
          `H${index}`,
          isNumerical ? 'NUMERICAL' : 'YES_NO',
        ]);
        const { rows, rejected } = await read({
          'Habits.csv': toCsv([['Position', 'Name', 'Type'], ...list]),
          ...Object.fromEntries(folders),
        });
        expect(rejected).toEqual([]);
        const expected = habits.flatMap(({ isNumerical, days }, index) =>
          days
            .map(([day, stored]) => [`H${index}`, dayOf(day), isNumerical ? stored : ((stored + 1) % 5) - 1] as const)
            .filter(([, , stored]) => stored !== -1 && stored !== 3)
            .map(([name, day, stored]) => [name, day, isNumerical ? stored / 1000 : stored === 2]),
        );
        expect(rows.map(({ name, date, value }) => [name, date, value])).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
