import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daylio } from '../../../../src/domains/imports/formats/daylio.ts';
import { mixLineEnds, readInPieces, readText, toCsv } from './diaries/pieces.ts';
import { readWith, sourceOf } from './reading.ts';

const header = 'full_date,date,weekday,time,mood,activities,note_title,note';
const file = `${header}
2026-11-21,November 21,Saturday,21:05,rad,"work | running | a|b","Good, day","First<br>second"
2026-11-21,November 21,Saturday,9:05 AM,meh,,,
2026-11-20,November 20,Friday,12:00 AM,awful,tired,,"Line one
line two"
2026-11-20,November 20,Friday,12:30 pm,Wunderbar,"tired | tired | ",Title,
`;

describe('Daylio', () => {
  it('makes an entry of each mood, several a day included, with activities as tags', async () => {
    const { rows, metrics, rejected, leftOut } = await readText(daylio, file);
    expect(metrics).toMatchObject([{ name: 'Mood', type: 'RATING', min: 1, max: 5 }]);
    expect(rejected).toEqual([]);
    expect(leftOut).toEqual([]);
    expect(rows.map(({ row, date, time, value, tags }) => [row, date, time, value, tags])).toEqual([
      [2, '2026-11-21', '21:05:00', 5, ['work', 'running', 'a|b']],
      [3, '2026-11-21', '09:05:00', 3, []],
      [4, '2026-11-20', '00:00:00', 1, ['tired']],
      [5, '2026-11-20', '12:30:00', 'Wunderbar', ['tired']],
    ]);
  });

  it('puts title and note together, and ends lines where HTML does', async () => {
    const { rows } = await readText(daylio, file);
    expect(rows.map(({ notes }) => notes)).toEqual(['Good, day\nFirst\nsecond', null, 'Line one\nline two', 'Title']);
  });

  it('takes marks out of formatted notes alone', async () => {
    const notes = [
      '<p>One &amp; <b class="x">two</b></p><div>three&nbsp;four</div>',
      'a < b &amp; c > d',
      '<3 you',
      '&amp;lt;<br/>',
    ];
    const { rows } = await readText(
      daylio,
      toCsv([
        header.split(','),
        ...notes.map((note, i) => ['2026-01-0' + (i + 1), '', '', '8:00', 'bad', '', '', note]),
      ]),
    );
    expect(rows.map((row) => row.notes)).toEqual(['One & two\nthree four', 'a < b &amp; c > d', '<3 you', '&lt;']);
  });

  it('asks once for the words that people have renamed or that are of another language, and for those alone', async () => {
    const { rows, questions } = await readText(
      daylio,
      `${header}\n2026-01-01,,,8:00,Super,,,\n2026-01-02,,,8:00,GOOD,,,\n2026-01-03,,,8:00,Super,,,\n2026-01-04,,,8:00,schlimm,,,\n`,
    );
    expect(questions).toEqual([
      {
        id: 'mood',
        kind: 'WORD_VALUES',
        message: expect.stringMatching(/1 .* 5/),
        words: ['Super', 'schlimm'],
        suggestion: {},
      },
    ]);
    expect(rows.map(({ value, question }) => [value, question])).toEqual([
      ['Super', 'mood'],
      [4, undefined],
      ['Super', 'mood'],
      ['schlimm', 'mood'],
    ]);
  });

  it('does not ask for words that were explained beforehand', async () => {
    const { rows, questions } = await readText(
      daylio,
      `${header}\n2026-01-01,,,8:00,Super,,,\n2026-01-02,,,8:00,good,,,\n2026-01-03,,,8:00,odd,,,\n`,
      { options: { mood: { super: 4.5, Good: 3, odd: 9, more: 'x' } } },
    );
    expect(rows.map(({ value }) => value)).toEqual([4.5, 3, 'odd']);
    expect(questions).toMatchObject([{ words: ['odd'] }]);
  });

  it('keeps the day that the person has chosen, also after midnight', async () => {
    const { rows } = await readText(daylio, `${header}\n2026-01-02,,,01:30,good,,,\n`, { dayStartsAt: 4 });
    expect(rows).toMatchObject([{ date: '2026-01-02', time: '01:30:00' }]);
  });

  it('reads the clock of 12 and of 24 hours, and keeps the mood when the time is written in another way', async () => {
    const times = [
      '12:59 AM',
      '1:00 PM',
      '11:59 p.m.',
      '9:05\u202fPM',
      '9:05 a. m.',
      '0:00',
      '23.59',
      '13:00 PM',
      '24:00',
      '下午9:05',
      '',
    ];
    const { rows, leftOut } = await readText(
      daylio,
      toCsv([
        header.split(','),
        ...times.map((time, i) => [`2026-01-${String(i + 1).padStart(2, '0')}`, '', '', time, 'good', '', '', '']),
      ]),
    );
    expect(rows.map((row) => row.time)).toEqual([
      '00:59:00',
      '13:00:00',
      '23:59:00',
      '21:05:00',
      '09:05:00',
      '00:00:00',
      '23:59:00',
      null,
      null,
      null,
      null,
    ]);
    expect(leftOut).toEqual([{ what: expect.stringMatching(/^Times of day/), records: 3 }]);
  });

  it('finds columns by name: in any order and case, quoted, behind a byte order mark, with scales and unknown ones', async () => {
    const text =
      '\ufeff"Mood","FULL_DATE","Time","scales","Activities","weather"\nbad,2026-01-01,8:00,"Sleep: 3","walk",sun\nbad,2026-01-02,8:00,,,\n';
    expect(await daylio.recognise(sourceOf({ '': text }, false))).toBe(true);
    const { rows, leftOut } = await readText(daylio, text);
    expect(rows).toMatchObject([
      { date: '2026-01-01', time: '08:00:00', value: 2, tags: ['walk'], notes: null },
      { date: '2026-01-02' },
    ]);
    expect(leftOut).toEqual([
      { what: expect.stringMatching(/^Scales/), records: 1 },
      { what: 'Column "weather"', records: 1 },
    ]);
  });

  it('counts an exact copy once, and gives two moods of one minute keys of their own', async () => {
    const line = '2026-01-01,,,8:00,good,a,,hello\n';
    const { rows, leftOut } = await readText(
      daylio,
      `${header}\n${line}${line}2026-01-01,,,8:00,bad,a,,hello\n${line}`,
    );
    expect(rows.map(({ value, key }) => [value, key])).toEqual([
      [4, '2026-01-01 08:00:00'],
      [2, '2026-01-01 08:00:00 2'],
    ]);
    expect(leftOut).toEqual([{ what: 'Exact copies of another row', records: 2 }]);
  });

  it('refuses bad rows without repeating them, and goes on', async () => {
    const secret = 'secret'.repeat(20);
    const { rows, rejected } = await readText(
      daylio,
      toCsv([
        header.split(','),
        ['2026-02-30', '', '', '8:00', 'good', '', '', secret],
        ['21/11/2026', '', '', '8:00', 'good', '', '', secret],
        ['2026-01-01', '', '', '8:00', '', secret, '', secret],
        ['2026-01-01', '', '', '8:00', secret, '', '', ''],
        ['2026-01-01', '', '', '8:00', 'good', '', '', 'x'.repeat(10_001)],
        ['2026-01-01', '', '', '8:00', 'good', '', '', 'a\0b'],
        ['2026-01-01', '', '', '8:00', 'good'],
        ['2026-01-01', '', '', '8:00', 'good', '', '', '', 'more'],
        ['2026-01-01', '', '', '8:00', 'good', '', '', '', ' '],
      ]),
    );
    expect(rows.map(({ row }) => row)).toEqual([10]);
    rejected.sort((a, b) => a.row - b.row);
    expect(rejected.map(({ row }) => row)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rejected.map(({ reason }) => reason).join()).not.toContain('secret');
    expect(rejected.map(({ reason }) => reason.split(' ').slice(0, 3).join(' '))).toEqual([
      'This day does',
      'This day does',
      'There is no',
      'The word for',
      'Notes have at',
      'A text holds',
      'This row has',
      'This row has',
    ]);
  });

  it('leaves out tags that no entry takes, and says so', async () => {
    const activities = ['long'.repeat(16), ...Array.from({ length: 52 }, (_, i) => `t${i}`)].join(' | ');
    const { rows, leftOut } = await readText(daylio, `${header}\n2026-01-01,,,8:00,good,${activities},,\n`);
    expect(rows[0]!.tags).toHaveLength(50);
    expect(leftOut.map(({ records }) => records)).toEqual([1, 2]);
  });

  it('asks for a hundred words at most', async () => {
    const lines = Array.from({ length: 103 }, (_, i) => ['2026-01-01', '', '', '8:00', `w${i}`, '', '', '']);
    lines.push(['2026-01-01', '', '', '9:00', 'w0', '', '', '']);
    const { questions, rejected, rows } = await readText(daylio, toCsv([header.split(','), ...lines]));
    expect(questions).toMatchObject([{ words: { length: 100 } }]);
    expect(rejected.map(({ row }) => row)).toEqual([102, 103, 104]);
    expect(rows.map(({ row }) => row).at(-1)).toBe(105);
  });

  it('reads the same whatever the pieces, and whatever the ends of lines', async () => {
    const [first, ...others] = await readInPieces(daylio, { '': file }, false);
    expect(first!.rows).toHaveLength(4);
    for (const other of others) expect(other).toEqual(first);
    const mixed = await readText(daylio, mixLineEnds(file.replace('Line one\nline two', 'Line one - line two')));
    expect(mixed.rows.map(({ value, date }) => [value, date])).toEqual(
      first!.rows.map(({ value, date }) => [value, date]),
    );
  });

  it('is found in an archive too, and two diaries count on', async () => {
    const source = sourceOf(
      {
        'a/daylio.csv': `${header}\n2026-01-01,,,8:00,good,,,\n`,
        'b.csv': `${header}\n2026-01-02,,,8:00,bad,,,\n`,
        'c.csv': 'date,x\n',
        'd.txt': file,
      },
      true,
    );
    expect(await daylio.recognise(source)).toBe(true);
    const { rows } = await readWith(daylio, source);
    expect(rows.map(({ row, value }) => [row, value])).toEqual([
      [2, 4],
      [4, 2],
    ]);
  });

  it.each([
    ['nothing', ''],
    ['a header alone', `${header}\n`],
    ['another table', 'date,mood,activities\n2026-01-01,good,run\n'],
    ['no text', '\ufffd\ufffdPK\u0003\u0004\ufffd'],
    ['JSON', '{"format":"lifegraph","metrics":[],"entries":[]}'],
    ['an open quotation mark', `${header}\n2026-01-01,,,8:00,good,,,"never ends`],
    ['a cell without end', `${header}\n2026-01-01,,,8:00,good,,,"${'x'.repeat(300_000)}"\n`],
  ])('says what is wrong with a file that is %s', async (_, text) => {
    await expect(readText(daylio, text)).rejects.toThrow(/column|empty|Row 2/);
  });

  it('brings back any diary', async () => {
    const word = fc.stringMatching(/^[A-Za-zäöü0-9][A-Za-zäöü0-9 ,"';]{0,20}[a-z0-9]$/);
    const record = fc.record({
      day: fc.integer({ min: 1, max: 28 }),
      minute: fc.integer({ min: 0, max: 1439 }),
      is12: fc.boolean(),
      mood: fc.constantFrom('rad', 'good', 'meh', 'bad', 'awful'),
      activities: fc.uniqueArray(word, { maxLength: 4 }),
      note: fc.oneof(fc.constant(''), word),
    });
    const diary = fc.uniqueArray(record, { minLength: 1, selector: ({ day, minute }) => `${day} ${minute}` });
    const values = { rad: 5, good: 4, meh: 3, bad: 2, awful: 1 } as const;
    const two = (number: number) => String(number).padStart(2, '0');
    await fc.assert(
      fc.asyncProperty(diary, fc.integer({ min: 1, max: 50 }), async (records, piece) => {
        const lines = records.map(({ day, minute, is12, mood, activities, note }) => {
          const [hour, rest] = [Math.floor(minute / 60), two(minute % 60)];
          const time = is12 ? `${hour % 12 || 12}:${rest} ${hour < 12 ? 'AM' : 'PM'}` : `${two(hour)}:${rest}`;
          return [`2026-03-${two(day)}`, '', '', time, mood, activities.join(' | '), '', note];
        });
        const { rows } = await readWith(daylio, sourceOf({ '': toCsv([header.split(','), ...lines]) }, false, piece));
        expect(rows.map(({ date, time, value, tags, notes }) => ({ date, time, value, tags, notes }))).toEqual(
          records.map(({ day, minute, mood, activities, note }) => ({
            date: `2026-03-${two(day)}`,
            time: `${two(Math.floor(minute / 60))}:${two(minute % 60)}:00`,
            value: values[mood],
            tags: activities,
            notes: note || null,
          })),
        );
      }),
      { numRuns: 60 },
    );
  });
});
