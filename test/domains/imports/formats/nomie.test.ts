import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nomie } from '../../../../src/domains/imports/formats/nomie/nomie.ts';
import { mixLineEnds, readInPieces, readText, toCsv } from './diaries/pieces.ts';
import { readWith, sourceOf } from './reading.ts';

const header = 'epoch,start,end,offset,tracker,value,note,lat,lng,location,score';
/** 2026-11-20 22:30 in Greenwich. */
const late = Date.UTC(2026, 10, 20, 22, 30);
const csv = `${header}
${late},2026-11-20T22:00:00.000Z,2026-11-20T22:30:00.000Z,-120,water,250,"#water(250) with @ann at +home, slowly",52.5,13.4,"Home, sweet",2
${late},2026-11-20T22:00:00.000Z,2026-11-20T22:30:00.000Z,-120,mood,4,"#water(250) with @ann at +home, slowly",52.5,13.4,"Home, sweet",2
${late + 1000},,,300,#coffee,,#coffee,,,,0
${late + 2000},,,,run,00:25:30,#run(00:25:30),0,0,,-1
`;

const json = (document: object) => readText(nomie, JSON.stringify(document));
const event = (note: unknown, more: object = {}) => ({
  _id: 'x',
  note,
  end: late,
  start: late - 1000,
  offset: -60,
  ...more,
});
const trackers = {
  water: { id: 'w', tag: 'water', label: 'Water drunk', type: 'value', uom: 'ml', math: 'sum' },
  mood: { tag: 'mood', label: 'Mood today', type: 'range', uom: 'num', min: 0, max: 10 },
  run: { tag: 'run', label: 'Run', type: 'timer', uom: 'timer', math: 'sum' },
  coffee: { tag: 'coffee', label: '', type: 'tick' },
  weight: { tag: 'weight', label: 'My weight', type: 'value', uom: 'kg', math: 'mean' },
  jot: { tag: 'jot', label: 'Jot', type: 'note' },
};
const document = {
  nomie: { number: '5.6.0' },
  boards: [{ id: 'all', trackers: ['water'] }],
  events: [
    event('#water(250) #mood(7) a good day with @ann at +home', { lat: 52.5, lng: 13.4, score: 3 }),
    event('#run(00:25:30) #run(90)', { end: late + 60_000 }),
    event('#coffee #coffee', { end: late + 120_000, location: 'Home' }),
    event('just a thought, we are #1', { end: late + 180_000 }),
    event('#weight(71.5)#jot', { end: late + 240_000, offset: 'x', lat: 0, lng: 0 }),
  ],
  trackers,
  people: { ann: { username: 'ann' } },
  context: {},
};

describe('Nomie, CSV', () => {
  it('dates an event by its end, on the clock of the place where it was: the offset has the sign of JavaScript', async () => {
    const { rows, rejected } = await readText(nomie, csv);
    expect(rejected).toEqual([]);
    expect(rows.map(({ row, name, date, time }) => [row, name, date, time])).toEqual([
      [2, 'water', '2026-11-21', '00:30:00'],
      [3, 'mood', '2026-11-21', '00:30:00'],
      [4, 'coffee', '2026-11-20', '17:30:01'],
      [5, 'run', '2026-11-20', '23:30:02'],
    ]);
  });

  it('takes a tick for one, and h:mm:ss for a length of time', async () => {
    const { rows, metrics } = await readText(nomie, csv);
    expect(rows.map(({ value }) => value)).toEqual([250, 4, 1, 1530]);
    expect(metrics).toEqual([
      { name: 'water', type: 'NUMBER', unit: null },
      { name: 'mood', type: 'NUMBER', unit: null },
      { name: 'coffee', type: 'NUMBER', unit: null },
      { name: 'run', type: 'DURATION', unit: null },
    ]);
  });

  it('takes people and contexts for tags, and keeps a note that says more than its signs', async () => {
    const { rows } = await readText(nomie, csv);
    expect(rows.map(({ notes, tags }) => [notes, tags])).toEqual([
      ['#water(250) with @ann at +home, slowly', ['@ann', '+home']],
      ['#water(250) with @ann at +home, slowly', ['@ann', '+home']],
      [null, []],
      [null, []],
    ]);
  });

  it('leaves out where it was, and scores, and says so', async () => {
    const read = await readText(nomie, csv);
    expect(read.leftOut).toEqual([
      { what: 'Places: coordinates and their names, for privacy', records: 2 },
      { what: 'Scores of positivity, which Nomie works out from the trackers', records: 3 },
    ]);
    expect(JSON.stringify(read.rows)).not.toMatch(/52\.5|13\.4|sweet/);
  });

  it('reads an epoch in seconds too, and refuses what is no time', async () => {
    const epochs = [late / 1000, new Date(late + 60_000).toISOString(), '', 'soon', '1e300', 9e12, 0];
    const { rows, rejected } = await readText(
      nomie,
      toCsv([header.split(','), ...epochs.map((epoch) => [epoch, '', '', 0, 'a', 1, '', '', '', '', ''])]),
    );
    expect(rows.map(({ date, time }) => `${date} ${time}`)).toEqual(['2026-11-20 22:30:00', '2026-11-20 22:31:00']);
    expect(rejected.map(({ row }) => row)).toEqual([4, 5, 6, 7, 8]);
  });

  it('reads the clock in the zone of the person when the offset is none', async () => {
    const offsets = ['', '-841', '721', 'x', '-840', '720'];
    const { rows } = await readText(
      nomie,
      toCsv([header.split(','), ...offsets.map((offset, i) => [late + i, '', '', offset, 'a', 1, '', '', '', '', ''])]),
    );
    expect(rows.map(({ time }) => time)).toEqual([
      '23:30:00',
      '23:30:00',
      '23:30:00',
      '23:30:00',
      '12:30:00',
      '10:30:00',
    ]);
  });

  it('counts the hours before the person begins their day to the day before', async () => {
    const { rows } = await readText(nomie, csv, { dayStartsAt: 4 });
    expect(rows[0]).toMatchObject({ date: '2026-11-20', time: '00:30:00' });
  });

  it('makes entries of rows without a tracker from their words, none of those of people', async () => {
    const lines = [
      ['', '', 'a thought about @ann'],
      ['@ann', '1', 'with @ann'],
      ['+home', '1', '+home'],
      ['', '', ''],
    ];
    const { rows, metrics, leftOut } = await readText(
      nomie,
      toCsv([
        header.split(','),
        ...lines.map(([tracker, value, note]) => [late, '', '', 0, tracker!, value!, note!, '', '', '', '']),
      ]),
    );
    expect(metrics).toMatchObject([{ name: 'Notes', type: 'TEXT' }]);
    expect(rows).toMatchObject([{ row: 2, value: 'a thought about @ann', tags: ['@ann'] }]);
    expect(leftOut).toEqual([{ what: expect.stringMatching(/people and contexts/), records: 2 }]);
  });

  it('counts an exact copy once, but a tracker as often as its note has it', async () => {
    const line = (note: string, value = '1') => [late, '', '', 0, 'coffee', value, note, '', '', '', ''];
    const { rows, leftOut } = await readText(
      nomie,
      toCsv([
        header.split(','),
        line('#coffee #Coffee(1)'),
        line('#coffee #Coffee(1)'),
        line('#coffee #Coffee(1)'),
        line('#coffee'),
        line('#coffee', '2'),
        line('#coffee'),
      ]),
    );
    expect(rows.map(({ row, value, key }) => [row, value, key])).toEqual([
      [2, 1, `${late}`],
      [3, 1, `${late} 2`],
      [5, 1, `${late} 3`],
      [6, 2, `${late} 4`],
    ]);
    expect(leftOut).toEqual([{ what: 'Exact copies of another record', records: 2 }]);
  });

  it('leaves out values that are words, and refuses names that no metric can have', async () => {
    const { rows, rejected, leftOut } = await readText(
      nomie,
      toCsv([
        header.split(','),
        [late, '', '', 0, 'a', 'secret', '', '', '', '', ''],
        [late, '', '', 0, 'x'.repeat(121), 1, '', '', '', '', ''],
        [late, '', '', 0, 'a', 1, 'n'.repeat(10_001), '', '', '', ''],
        [late, '', '', 0, 'a', 2, '', '', '', '', ''],
        [late, '', '', 0, 'a', '0:10:00', '', '', '', '', ''],
      ]),
    );
    expect(rows.map(({ row }) => row)).toEqual([5]);
    expect(rejected.map(({ row }) => row)).toEqual([3, 4, 6]);
    expect(leftOut).toEqual([{ what: 'Values of trackers that are no numbers', records: 1 }]);
  });

  it('reads the same whatever the pieces, and whatever the ends of lines; columns in any order', async () => {
    const [first, ...others] = await readInPieces(nomie, { '': csv }, false);
    expect(first!.rows).toHaveLength(4);
    for (const other of others) expect(other).toEqual(first);
    expect(await readText(nomie, mixLineEnds(csv))).toEqual(first);
    const turned = await readText(nomie, `Value,TRACKER,offset,Epoch\n3,a,0,${late}\n`);
    expect(turned.rows).toMatchObject([{ name: 'a', value: 3, time: '22:30:00' }]);
  });
});

describe('Nomie, JSON', () => {
  it('waits for the trackers, which stand behind the events, and takes names, units and kinds from them', async () => {
    const { rows, metrics, rejected } = await json(document);
    expect(rejected).toEqual([]);
    expect(metrics).toEqual([
      { name: 'Water drunk', type: 'NUMBER', unit: 'ml', aggregation: 'SUM' },
      { name: 'Mood today', type: 'NUMBER', unit: null, aggregation: 'MEAN' },
      { name: 'Run', type: 'DURATION', unit: null },
      { name: 'coffee', type: 'NUMBER', unit: null, aggregation: 'SUM' },
      { name: 'Notes', type: 'TEXT', unit: null, category: 'mind' },
      { name: 'My weight', type: 'NUMBER', unit: 'kg', aggregation: 'MEAN' },
      { name: 'Jot', type: 'NUMBER', unit: null, aggregation: 'SUM' },
    ]);
    expect(rows.map(({ row, name, value }) => [row, name, value])).toEqual([
      [1, 'Water drunk', 250],
      [1, 'Mood today', 7],
      [2, 'Run', 1530],
      [2, 'Run', 90],
      [3, 'coffee', 1],
      [3, 'coffee', 1],
      [4, 'Notes', 'just a thought, we are #1'],
      [5, 'My weight', 71.5],
      [5, 'Jot', 1],
    ]);
    expect(rows.map(({ date, time }) => `${date} ${time}`)).toEqual([
      ...Array(2).fill('2026-11-20 23:30:00'),
      ...Array(2).fill('2026-11-20 23:31:00'),
      ...Array(2).fill('2026-11-20 23:32:00'),
      '2026-11-20 23:33:00',
      ...Array(2).fill('2026-11-20 23:34:00'),
    ]);
    expect(rows[0]).toMatchObject({ notes: document.events[0]!.note, tags: ['@ann', '+home'], key: `${late}` });
    expect(rows[2]!.notes).toBeNull();
  });

  it('leaves out places and scores, and says so', async () => {
    const read = await json(document);
    expect(read.leftOut).toEqual([
      { what: 'Places: coordinates and their names, for privacy', records: 2 },
      { what: 'Scores of positivity, which Nomie works out from the trackers', records: 1 },
    ]);
    expect(JSON.stringify(read.rows)).not.toMatch(/52\.5|13\.4|Home"/);
  });

  it('comes to the same when the trackers stand first', async () => {
    const { events, ...rest } = document;
    expect((await json({ ...rest, events })).rows).toEqual((await json(document)).rows);
  });

  it('does without the trackers when more events stand before them than can wait', async () => {
    const events = Array.from({ length: 50_600 }, (_, i) =>
      event(i % 2 ? '#water(1)' : '#run(0:00:01)', { end: late + i * 1000 }),
    );
    const { rows, metrics, leftOut } = await readWith(
      nomie,
      sourceOf({ '': JSON.stringify({ nomie: {}, events, trackers }) }, false),
    );
    expect(rows).toHaveLength(50_600);
    expect(metrics).toEqual([
      { name: 'run', type: 'DURATION', unit: null },
      { name: 'water', type: 'NUMBER', unit: null },
    ]);
    expect(leftOut).toEqual([{ what: expect.stringMatching(/^Units and names of trackers/), records: 1 }]);
  });

  it('goes by the tag where two trackers have one label, or a label is missing', async () => {
    const { metrics } = await json({
      nomie: {},
      events: [event('#a(1) #b(2) #c(3) #d')],
      trackers: [
        { tag: 'a', label: 'Same' },
        { tag: '#b', label: 'same' },
        { tag: 'c', uom: 'u'.repeat(41) },
        'junk',
        null,
      ],
    });
    expect(metrics.map(({ name, unit }) => [name, unit])).toEqual([
      ['Same', null],
      ['b', null],
      ['c', null],
      ['d', null],
    ]);
  });

  it('leaves out what fits no tracker: a timer without a time, a time for a number, words', async () => {
    const { rows, leftOut } = await json({
      nomie: {},
      events: [event('#run #run(-5) #water(0:10:00) #water(lots) #water(-3)')],
      trackers,
    });
    expect(rows.map(({ value }) => value)).toEqual([-3]);
    expect(leftOut).toEqual([{ what: 'Values of trackers that are no numbers', records: 4 }]);
  });

  it('reads signs as Nomie does, and nothing into addresses, numbers and other marks', async () => {
    const { rows } = await json({
      nomie: {},
      events: [
        event(
          '(#tea(2)) mail a@b.org, +5 points, #1, ##x C# #über-gut(1.5). #long_name, @jo-ann! a+b http://x/#y #p( #q()',
        ),
      ],
    });
    expect(rows.map(({ name, value }) => [name, value])).toEqual([
      ['tea', 2],
      ['über-gut', 1.5],
      ['long_name', 1],
      ['p', 1],
      ['q', 1],
    ]);
    expect(rows[0]!.tags).toEqual(['@jo-ann']);
  });

  it('counts an event that stands twice once', async () => {
    const { rows, leftOut } = await json({
      nomie: {},
      events: [event('#tea #tea'), event('#tea #tea'), event('hm'), event('hm')],
    });
    expect(rows.map(({ row, key }) => [row, key])).toEqual([
      [1, `${late}`],
      [1, `${late} 2`],
      [3, `${late}`],
    ]);
    expect(leftOut).toEqual([{ what: 'Exact copies of another record', records: 3 }]);
  });

  it('refuses bad events without repeating them, and goes on', async () => {
    const { rows, rejected } = await json({
      nomie: {},
      events: [
        event(5),
        event('#a(1)', { end: 'secret', start: undefined }),
        event('#a(1)', { end: undefined }),
        event('#a(1)', { end: null, start: null }),
        'secret',
        null,
        event(`secret ${'x'.repeat(10_000)}`),
        event(`#a(1) secret ${'x'.repeat(10_000)}`),
        event('x'.repeat(200_001)),
        event('#a(\u0000)'),
        event('#a(2)', { end: String(late) }),
      ],
    });
    expect(rejected.map(({ row }) => row).toSorted((a, b) => a - b)).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10]);
    expect(rejected.map(({ reason }) => reason).join()).not.toContain('secret');
    expect(rows.map(({ row, time }) => [row, time])).toEqual([
      [3, '23:29:59'],
      [11, '23:30:00'],
    ]);
  });

  it('reads the same whatever the pieces, and from an archive', async () => {
    const text = '\ufeff' + JSON.stringify(document, null, 1);
    const [first, ...others] = await readInPieces(nomie, { '': text }, false);
    expect(first!.rows).toHaveLength(9);
    for (const other of others) expect(other).toEqual(first);
    const source = sourceOf({ 'backup/nomie.json': text, 'readme.txt': 'x' }, true);
    expect(await nomie.recognise(source)).toBe(true);
    expect(await readWith(nomie, source)).toEqual(first);
  });

  it.each([
    ['nothing', ''],
    ['a header alone', `${header}\n`],
    ['a table of Lifegraph', 'date,metric,value\n2026-01-01,A,1\n'],
    [
      'JSON of Lifegraph',
      '{"format":"lifegraph","version":1,"metrics":[],"entries":[{"notes":"\\"nomie\\": \\"events\\""}]}',
    ],
    ['no text', '\ufffd\ufffdPK\u0003\u0004\ufffd'],
    ['a document without events', JSON.stringify({ nomie: {}, events: [], trackers })],
    ['a document that breaks off', JSON.stringify(document).slice(0, 300)],
    ['an open quotation mark', `${header}\n"`],
  ])('says what is wrong with a file that is %s', async (_, text) => {
    await expect(readText(nomie, text)).rejects.toThrow(/Nomie|empty|Row 2|not JSON/);
  });

  it('brings back any events, and the same from both of its files', async () => {
    const tag = fc.record({
      tracker: fc.constantFrom('a', 'bb', 'c_1'),
      value: fc.integer({ min: -1000, max: 1000 }).map((value) => value / 4),
    });
    const events = fc.array(
      fc.record({
        tags: fc.uniqueArray(tag, { minLength: 1, maxLength: 3, selector: ({ tracker }) => tracker }),
        offset: fc.integer({ min: -56, max: 48 }).map((quarters) => quarters * 15),
      }),
      { minLength: 1, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(events, async (list) => {
        const all = list.map(({ tags, offset }, i) => ({
          tags,
          offset,
          end: late + i * 3_600_000,
          note: tags.map(({ tracker, value }) => `#${tracker}(${value})`).join(' '),
        }));
        const fromJson = await json({ nomie: {}, events: all.map(({ note, end, offset }) => ({ note, end, offset })) });
        const fromCsv = await readText(
          nomie,
          toCsv([
            header.split(','),
            ...all.flatMap(({ tags, end, offset, note }) =>
              tags.map(({ tracker, value }) => [end, '', '', offset, tracker, value, note, '', '', '', '']),
            ),
          ]),
        );
        const contentOf = ({ rows }: typeof fromCsv) =>
          rows.map(({ name, date, time, value, key }) => [name, `${date}T${time}`, value, key]);
        expect(contentOf(fromJson)).toEqual(
          all.flatMap(({ tags, end, offset }) =>
            tags.map(({ tracker, value }) => [
              tracker,
              new Date(end - offset * 60_000).toISOString().slice(0, 19),
              value,
              `${end}`,
            ]),
          ),
        );
        expect(contentOf(fromCsv)).toEqual(contentOf(fromJson));
      }),
      { numRuns: 60 },
    );
  });
});
