import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exist } from '../../../../src/domains/imports/formats/exist/exist.ts';
import { readInPieces, readText } from './diaries/pieces.ts';
import { readWith, sourceOf, type ReadOptions } from './reading.ts';

type Attribute = Record<string, unknown>;

const attribute = (name: string, type: unknown, values: unknown[], more: Attribute = {}): Attribute => ({
  group: { name: 'custom', label: 'Symptoms', priority: 1 },
  name,
  label: name.replaceAll('_', ' '),
  value_type: type,
  values: values.map((value, i) => ({ date: `2026-01-${String(i + 1).padStart(2, '0')}`, value })),
  ...more,
});

const read = (attributes: Attribute[], options?: ReadOptions) => readText(exist, JSON.stringify(attributes), options);
const one = async (name: string, type: unknown, values: unknown[], more?: Attribute) => {
  const { rows, metrics, ...rest } = await read([attribute(name, type, values, more)]);
  return { ...rest, metric: metrics[0], rows, values: rows.map(({ value }) => value) };
};

const file = [
  attribute('steps', 0, [1200, null, 0], {
    group: { name: 'activity', label: 'Activity' },
    service: { name: 'fitbit', label: 'Fitbit' },
  }),
  attribute('sleep', 3, [450], {
    group: { name: 'sleep', label: 'Sleep' },
    service: { name: 'exist', label: 'Exist' },
  }),
  attribute('sleep_start', 6, [660], { label: 'Bedtime', group: { name: 'sleep', label: 'Sleep' } }),
  attribute('headache', 7, [1, 0, true, false]),
  attribute('mood_note', 2, ['fine', '']),
];

describe('Exist', () => {
  it('takes what others measure as well for the same metric, and all else under its label', async () => {
    const { rows, metrics, rejected, leftOut, questions } = await read(file);
    expect([rejected, questions]).toEqual([[], []]);
    expect(metrics.map(({ name, type, unit, category }) => [name, type, unit, category])).toEqual([
      ['Steps', 'NUMBER', 'steps', 'activity'],
      ['Sleep', 'DURATION', null, 'sleep'],
      ['Bedtime', 'NUMBER', 'min after midday', 'sleep'],
      ['headache', 'BINARY', null, 'symptoms'],
      ['mood note', 'TEXT', null, 'symptoms'],
    ]);
    expect(rows.map(({ row, name, date, value, device }) => [row, name, date, value, device])).toEqual([
      [1, 'Steps', '2026-01-01', 1200, 'Fitbit'],
      [3, 'Steps', '2026-01-03', 0, 'Fitbit'],
      [4, 'Sleep', '2026-01-01', 27_000, null],
      [5, 'Bedtime', '2026-01-01', 660, null],
      [6, 'headache', '2026-01-01', true, null],
      [7, 'headache', '2026-01-02', false, null],
      [8, 'headache', '2026-01-03', true, null],
      [9, 'headache', '2026-01-04', false, null],
      [10, 'mood note', '2026-01-01', 'fine', null],
    ]);
    expect(rows.every(({ time, key }) => time === null && key === 'day')).toBe(true);
    expect(leftOut).toEqual([{ what: 'Days without a value', records: 2 }]);
  });

  it('reads pages of results as well, and several files of an archive', async () => {
    const page = (list: Attribute[]) => JSON.stringify({ count: 5, next: null, previous: null, results: list });
    const whole = await read(file);
    expect(await readText(exist, page(file))).toEqual(whole);
    const source = sourceOf(
      { 'a.json': page(file.slice(0, 2)), 'b.json': page(file.slice(2)), 'c.json': '{}', 'd.csv': 'date,x' },
      true,
    );
    expect(await exist.recognise(source)).toBe(true);
    expect(await readWith(exist, source)).toEqual(whole);
  });

  it('goes by the description of a kind before its number', async () => {
    expect((await one('a', 0, [90], { value_type_description: 'Period (min)' })).values).toEqual([5400]);
    expect((await one('a', 0, [90], { value_type_description: 'Minutes from midnight' })).metric).toMatchObject({
      unit: 'min after midnight',
    });
    expect((await one('a', 0, [90], { value_type_description: 'Minutes from midday' })).metric).toMatchObject({
      unit: 'min after midday',
    });
    expect((await one('a', 'boolean', [1])).metric).toMatchObject({ type: 'BINARY' });
    expect((await one('a', 1, [1.5], { value_type_description: null })).metric).toMatchObject({ type: 'NUMBER' });
    expect(await one('a', 99, [1])).toMatchObject({
      values: [],
      leftOut: [{ what: 'Values of a kind that is not known', records: 1 }],
    });
  });

  it('reads durations in minutes, and percentages as fractions without the noise of multiplying', async () => {
    expect((await one('time_in_bed', 3, [480, 0.5, -1])).values).toEqual([28_800, 30]);
    const { values, metric } = await one('body_fat', 5, [0.29, 0.07, 1]);
    expect([metric!.name, metric!.unit, values]).toEqual(['Body fat', '%', [29, 7, 100]]);
  });

  it('reads whole and decimal numbers, numbers as texts too, and nothing else as numbers', async () => {
    const { values, rejected } = await one('a', 1, [1, -2.5, '3', ' 4.25 ', 'x', '0x10', '', [], {}, true]);
    expect(values).toEqual([1, -2.5, 3, 4.25, 1]);
    expect(rejected.map(({ row }) => row)).toEqual([5, 6, 8, 9]);
  });

  it('refuses times of day that no day has, truths that are none, and places outside of a scale', async () => {
    expect((await one('a', 4, [0, 1440, 1441, -1])).values).toEqual([0, 1440]);
    expect((await one('a', 7, [2, 'yes', '1'])).values).toEqual([true]);
    expect((await one('a', 8, [0, 1, 9, 10])).values).toEqual([1, 9]);
    const mood = await one('mood', 0, [1, 5, 9]);
    expect([mood.values, mood.rejected]).toEqual([[1, 5], [{ row: 3, reason: 'The value is not between 1 and 5.' }]]);
  });

  it('does not let a mood from 1 to 9, or another thing with a common name, into the common metric', async () => {
    expect((await one('mood', 8, [9], { label: 'Mood' })).metric).toMatchObject({
      name: 'Mood (1 to 9)',
      type: 'RATING',
      min: 1,
      max: 9,
    });
    expect((await one('walked', 1, [9], { label: 'Distance' })).metric).toMatchObject({
      name: 'Distance (Exist)',
      unit: null,
    });
    expect((await one('steps', 2, ['many'], { label: 'Steps' })).metric).toMatchObject({
      name: 'Steps (Exist)',
      type: 'TEXT',
    });
    expect((await one('constructor', 0, [1], { label: '' })).metric).toMatchObject({ name: 'constructor' });
  });

  it('asks for the unit of what has been seen in two', async () => {
    const { rows, questions } = await read([attribute('active_energy', 1, [1000, 2000]), attribute('water', 0, [2])]);
    expect(questions).toEqual([
      {
        id: 'active_energy',
        kind: 'UNIT',
        message: expect.any(String),
        choices: { kcal: 1, kJ: expect.closeTo(0.2390057, 7) },
        suggestion: null,
      },
      { id: 'water', kind: 'UNIT', message: expect.any(String), choices: { ml: 1, l: 1000 }, suggestion: null },
    ]);
    expect(rows.map(({ name, value, question }) => [name, value, question])).toEqual([
      ['Active energy', 1000, 'active_energy'],
      ['Active energy', 2000, 'active_energy'],
      ['Water', 2, 'water'],
    ]);
  });

  it('leaves out places and names of pictures, and decides nothing about the weather', async () => {
    const read1 = await read([
      attribute('location', 2, ['52.5,13.4']),
      attribute('city', 2, ['Home'], { group: 'Location' }),
      attribute('weather_icon', 2, ['rain']),
      attribute('weather_temp_max', 1, [21.5], { group: { name: 'weather', label: 'Weather' } }),
    ]);
    expect(read1.rows.map(({ value }) => value)).toEqual([21.5]);
    expect(read1.metrics[0]).toMatchObject({ isActionable: false, category: 'weather' });
    expect(read1.leftOut).toEqual([
      { what: 'Places, for privacy', records: 2 },
      { what: 'Names of pictures', records: 1 },
    ]);
  });

  it('reads attributes whose description stands behind their values, and tells attributes apart', async () => {
    const { name, label, value_type, group, values } = attribute('calm', 8, [4, 5]);
    const { rows, metrics } = await read([
      { name, values, label, value_type, group },
      attribute('x', 0, [1], { label: 'calm' }),
      attribute('y', 0, []),
      attribute('calm', 8, [9], { values: [{ date: '2026-02-01', value: 6 }] }),
    ]);
    expect(metrics.map((metric) => metric.name)).toEqual(['calm', 'calm (x)']);
    expect(rows.map((row) => [row.name, row.date, row.value])).toEqual([
      ['calm', '2026-01-01', 4],
      ['calm', '2026-01-02', 5],
      ['calm (x)', '2026-01-01', 1],
      ['calm', '2026-02-01', 6],
    ]);
  });

  it('counts a day that stands twice once, and refuses one with two values', async () => {
    const values = [1, 1, 2].map((value) => ({ date: '2026-01-01', value }));
    const { rows, rejected, leftOut } = await read([attribute('a', 0, [], { values })]);
    expect([rows.length, rejected.map(({ row }) => row), leftOut]).toEqual([
      1,
      [3],
      [{ what: 'Days that stand twice with the same value', records: 1 }],
    ]);
  });

  it('refuses bad values without repeating them, and goes on', async () => {
    const values = [
      { date: 'secret', value: 1 },
      { date: '2026-02-30', value: 1 },
      { value: 1 },
      'secret',
      null,
      { date: '2026-01-01', value: 'secret' },
      { date: '2026-01-01', value: 'x'.repeat(200_001) },
      { date: '2026-01-02', value: 3 },
    ];
    const { rows, rejected } = await read([attribute('a', 0, [], { values })]);
    expect(rejected.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(rejected.map(({ reason }) => reason).join()).not.toContain('secret');
    expect(rows.map(({ row }) => row)).toEqual([8]);
    const long = await read([
      attribute('a', 2, ['x'.repeat(10_001), 'ok']),
      attribute('b'.repeat(121), 0, [1]),
      attribute('', 0, [1], { label: '' }),
    ]);
    expect([long.rows.length, long.rejected.map(({ row }) => row)]).toEqual([1, [1, 3]]);
    expect(long.leftOut).toEqual([{ what: 'Values of attributes without a name', records: 1 }]);
  });

  it('reads the values of a life, and the same whatever the pieces', async () => {
    const dayOf = (i: number) => new Date(Date.UTC(1950, 0, 1 + i)).toISOString().slice(0, 10);
    const values = Array.from({ length: 55_000 }, (_, i) => ({ date: dayOf(i), value: i }));
    const long = await read([attribute('a', 0, [], { values })]);
    expect([long.rows.length, long.rows.at(-1)!.value, long.metrics.length]).toEqual([55_000, 54_999, 1]);
    const text = '\ufeff' + JSON.stringify(file, null, 2);
    const [first, ...others] = await readInPieces(exist, { '': text }, false);
    expect(first!.rows).toHaveLength(9);
    for (const other of others) expect(other).toEqual(first);
  });

  it.each([
    ['nothing', ''],
    ['an empty list', '[]'],
    ['attributes without values', JSON.stringify([attribute('a', 0, [])])],
    [
      'JSON of Lifegraph',
      '{"format":"lifegraph","version":1,"metrics":[{"name":"a","value_type":1,"values":1}],"entries":[]}',
    ],
    ['a list of other things', '[{"name":"a","units":"count","data":[{"qty":1}]}]'],
    ['no text', '\ufffd\ufffdPK\u0003\u0004\ufffd'],
    ['a document that breaks off', JSON.stringify(file).slice(0, 300)],
  ])('says what is wrong with a file that is %s', async (_, text) => {
    await expect(readText(exist, text)).rejects.toThrow(/Exist|values|not JSON/);
  });

  it('brings back any attributes', async () => {
    const kinds = fc.oneof(
      fc
        .record({ type: fc.constant(0), stored: fc.integer() })
        .map((kind) => ({ ...kind, value: kind.stored as unknown })),
      fc.record({ type: fc.constant(3), stored: fc.nat(1440) }).map((kind) => ({ ...kind, value: kind.stored * 60 })),
      fc
        .record({ type: fc.constant(5), stored: fc.nat(100) })
        .map(({ type, stored }) => ({ type, stored: stored / 100, value: stored })),
      fc.record({ type: fc.constant(7), stored: fc.nat(1) }).map((kind) => ({ ...kind, value: kind.stored === 1 })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(kinds, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 80 }),
        async (list, piece) => {
          const attributes = list.map(({ type, stored }, i) => attribute(`a${i}`, type, [stored, null]));
          const { rows } = await readWith(exist, sourceOf({ '': JSON.stringify(attributes) }, false, piece));
          expect(rows.map(({ name, value }) => [name, value])).toEqual(list.map(({ value }, i) => [`a${i}`, value]));
        },
      ),
      { numRuns: 60 },
    );
  });
});
