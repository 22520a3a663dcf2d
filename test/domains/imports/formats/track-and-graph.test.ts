import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trackAndGraph } from '../../../../src/domains/imports/formats/track-and-graph.ts';
import { mixLineEnds, readInPieces, readText, toCsv } from './diaries/pieces.ts';
import { readWith, sourceOf } from './reading.ts';

const header = 'FeatureName,Timestamp,Value,Label,Note';
const file = `${header}
Sleep,2026-11-21T07:30:00.123+09:00,7:45:10,,deep
Sleep,2026-11-20T07:30+09:00,0:00:00,,
Coffee,2026-11-21T22:15:30Z,2.0,,
Pain,2026-11-21T08:00:00-05:00,3.0,"Strong, dull","line one
line two"
Pain,2026-11-22T08:00:00-05:00,1:Weak,,
`;

describe('Track & Graph', () => {
  it('reads durations as durations, and all else as numbers', async () => {
    const { rows, metrics, rejected, leftOut } = await readText(trackAndGraph, file);
    expect([rejected, leftOut]).toEqual([[], []]);
    expect(metrics).toEqual([
      { name: 'Sleep', type: 'DURATION', unit: null },
      { name: 'Coffee', type: 'NUMBER', unit: null },
      { name: 'Pain', type: 'NUMBER', unit: null, aggregation: 'MEAN' },
    ]);
    expect(rows.map(({ row, name, value }) => [row, name, value])).toEqual([
      [2, 'Sleep', 7 * 3600 + 45 * 60 + 10],
      [3, 'Sleep', 0],
      [4, 'Coffee', 2],
      [5, 'Pain', 3],
      [6, 'Pain', 1],
    ]);
  });

  it('takes the label of a choice as a tag, from its column or from behind the number', async () => {
    const { rows } = await readText(trackAndGraph, file);
    expect(rows.map(({ tags, notes }) => [tags, notes])).toEqual([
      [[], 'deep'],
      [[], null],
      [[], null],
      [['Strong, dull'], 'line one\nline two'],
      [['Weak'], null],
    ]);
  });

  it('keeps a label that is longer than a tag in the notes', async () => {
    const label = 'a'.repeat(61);
    const { rows, leftOut } = await readText(trackAndGraph, `${header}\nPain,2026-01-01T08:00:00Z,1,${label},hm\n`);
    expect(rows).toMatchObject([{ tags: [], notes: `${label}\nhm` }]);
    expect(leftOut).toEqual([]);
  });

  it('keeps the clock of the place where it was written, and reads Z in the zone of the person', async () => {
    const { rows } = await readText(trackAndGraph, file);
    expect(rows.map(({ date, time }) => `${date} ${time}`)).toEqual([
      '2026-11-21 07:30:00',
      '2026-11-20 07:30:00',
      '2026-11-21 23:15:30',
      '2026-11-21 08:00:00',
      '2026-11-22 08:00:00',
    ]);
  });

  it('counts the hours before the person begins their day to the day before', async () => {
    const { rows } = await readText(trackAndGraph, `${header}\nCoffee,2026-01-02T01:30:00+01:00,1,,\n`, {
      dayStartsAt: 4,
    });
    expect(rows).toMatchObject([{ date: '2026-01-01', time: '01:30:00' }]);
  });

  it('reads timestamps in all the ways that Java writes them, and refuses others', async () => {
    const stamps = [
      '2026-01-01T08:00:00+0100',
      '2026-01-01T09:00:00.123456789+01:00[Europe/Berlin]',
      '2026-01-01 10:00:00',
      '2026-01-01T11:00:00+05:30:15',
      '2026-02-30T08:00:00Z',
      '2026-01-01T24:00:00Z',
      '2026-01-01T08:60:00Z',
      '2026-01-01',
      '1767254400000',
      '',
    ];
    const { rows, rejected } = await readText(
      trackAndGraph,
      toCsv([header.split(','), ...stamps.map((stamp) => ['A', stamp, 1, '', ''])]),
    );
    expect(rows.map(({ time }) => time)).toEqual(['08:00:00', '09:00:00', '10:00:00', '11:00:00']);
    expect(rejected.map(({ row }) => row)).toEqual([6, 7, 8, 9, 10, 11]);
  });

  it('knows a point by its instant, in whatever zone it is written, and counts exact copies once', async () => {
    const { rows, leftOut } = await readText(
      trackAndGraph,
      toCsv([
        header.split(','),
        ['A', '2026-01-01T08:00:00+01:00', '1.0', '', ''],
        ['A', '2026-01-01T07:00:00Z', '1', '', ''],
        ['A', '2026-01-01T07:00:00Z', '2', '', ''],
        ['B', '2026-01-01T07:00:00Z', '1', '', ''],
      ]),
    );
    const instant = String(Date.UTC(2026, 0, 1, 7));
    expect(rows.map(({ name, value, key }) => [name, value, key])).toEqual([
      ['A', 1, instant],
      ['A', 2, `${instant} 2`],
      ['B', 1, instant],
    ]);
    expect(leftOut).toEqual([{ what: 'Exact copies of another row', records: 1 }]);
  });

  it('does not mix durations and numbers under one name, in whatever case it is written', async () => {
    const lines = ['Run,1:00:00', 'run,90', 'Cups,2', 'Cups,0:30:00', 'Cups,3'];
    const { rows, rejected, metrics } = await readText(
      trackAndGraph,
      `${header}\n${lines.map((line, i) => line.replace(',', `,2026-01-0${i + 1}T08:00:00Z,`) + ',,').join('\n')}\n`,
    );
    expect(rows.map(({ row }) => row)).toEqual([2, 4, 6]);
    expect(rejected.map(({ row }) => row)).toEqual([3, 5]);
    expect(metrics).toHaveLength(2);
  });

  it('refuses values that are none, and names that no metric can have, without repeating them', async () => {
    const values = ['', 'secret', '1:2:3', '0x10', 'Infinity', '1e400', '-0:30:00', '1:60:00'];
    const { rows, rejected } = await readText(
      trackAndGraph,
      toCsv([
        header.split(','),
        ...values.map((value) => ['A', '2026-01-01T08:00:00Z', value, '', '']),
        ['', '2026-01-01T08:00:00Z', '1', '', ''],
        ['secret'.repeat(30), '2026-01-01T08:00:00Z', '1', '', ''],
        ['A', '2026-01-01T08:00:00Z', '1', '', 'x'.repeat(10_001)],
        ['A', '2026-01-01T08:00:00Z', '-1.5e3', '', ''],
      ]),
    );
    expect(rejected.map(({ reason }) => reason).join()).not.toContain('secret');
    expect(rows.map(({ value, tags }) => [value, tags])).toEqual([
      [1, ['2:3']],
      [-0, ['30:00']],
      [1, ['60:00']],
      [-1500, []],
    ]);
    expect(rejected.map(({ row }) => row)).toEqual([2, 3, 5, 6, 7, 10, 11, 12]);
  });

  it('finds columns by name, also without labels and notes, with unknown ones and behind a byte order mark', async () => {
    const text =
      '\ufeff"VALUE";"timestamp";"FeatureName";"More"\n1,5;2026-01-01T08:00:00Z;A;x\n2;2026-01-01T08:00:00Z;A;\n';
    expect(await trackAndGraph.recognise(sourceOf({ 'x.csv': text }, false))).toBe(true);
    const { rows, rejected, leftOut } = await readText(trackAndGraph, text);
    expect([rows.length, rejected.length]).toEqual([1, 1]);
    expect(leftOut).toEqual([{ what: 'Column "more"', records: 1 }]);
  });

  it('reads the same whatever the pieces, and whatever the ends of lines', async () => {
    const [first, ...others] = await readInPieces(trackAndGraph, { '': file }, false);
    expect(first!.rows).toHaveLength(5);
    for (const other of others) expect(other).toEqual(first);
    const mixed = await readText(trackAndGraph, mixLineEnds(file.replace('one\nline', 'one line')));
    expect(mixed.rows.map(({ value }) => value)).toEqual(first!.rows.map(({ value }) => value));
  });

  it.each([
    ['nothing', ''],
    ['a header alone', `${header}\n`],
    ['a table of Lifegraph', 'date,metric,value\n2026-01-01,A,1\n'],
    ['no text', '\ufffd\ufffdPK\u0003\u0004\ufffd'],
    ['an open quotation mark', `${header}\nA,2026-01-01T08:00:00Z,1,"`],
    ['a cell without end', `${header}\nA,2026-01-01T08:00:00Z,1,,"${'x'.repeat(300_000)}"\n`],
  ])('says what is wrong with a file that is %s', async (_, text) => {
    await expect(readText(trackAndGraph, text)).rejects.toThrow(/column|empty|Row 2/);
  });

  it('brings back any points', async () => {
    const feature = fc.record({
      isDuration: fc.boolean(),
      points: fc.uniqueArray(
        fc.record({
          second: fc.integer({ min: 0, max: 80_000_000 }),
          value: fc.integer({ min: 0, max: 400_000 }),
          label: fc.constantFrom('', 'Low', 'High'),
        }),
        { minLength: 1, maxLength: 8, selector: ({ second }) => second },
      ),
    });
    const two = (number: number) => String(Math.floor(number)).padStart(2, '0');
    await fc.assert(
      fc.asyncProperty(
        fc.array(feature, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 60 }),
        async (features, piece) => {
          const points = features.flatMap(({ isDuration, points: list }, index) =>
            list.map((point) => ({
              ...point,
              isDuration,
              name: `F${index}`,
              local: new Date(Date.UTC(2024, 0, 1) + point.second * 1000).toISOString(),
            })),
          );
          const lines = points.map(({ isDuration, value, name, label, local }) => [
            name,
            `${local.slice(0, 19)}-03:30`,
            isDuration ? `${Math.floor(value / 3600)}:${two((value / 60) % 60)}:${two(value % 60)}` : value / 8,
            label,
            '',
          ]);
          const { rows } = await readWith(
            trackAndGraph,
            sourceOf({ '': toCsv([header.split(','), ...lines]) }, false, piece),
          );
          expect(rows.map(({ name, date, time, value, tags }) => [name, `${date}T${time}`, value, tags])).toEqual(
            points.map(({ name, local, isDuration, value, label }) => [
              name,
              local.slice(0, 19),
              isDuration ? value : value / 8,
              label ? [label] : [],
            ]),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
