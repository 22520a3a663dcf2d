import { describe, expect, it } from 'vitest';
import { sourceOf, readWith } from '../reading.ts';
import { csv } from '../../../../../src/domains/imports/formats/csv/csv.ts';
import { read, refusal } from './reading-csv.ts';

const shown = async (text: string, piece?: number) => {
  const { rows, rejected } = await read(text, { piece });
  return [
    ...rows.map(({ row, name, date, value }) => [row, name, date, value]),
    ...rejected.map(({ row, reason }) => [row, reason]),
  ];
};

describe('a file as programs write it', () => {
  it.each([1, 3, 50_000])('of a German Excel, in pieces of %s characters', async (piece) => {
    const text =
      '\ufeffsep=;\r\ndate;"Gewicht (kg)";Schritte;"Nacht;=1"\r\n21.11.2026;"72,5";8.123;"a;=1"\r\n\r\n22.11.2026;1.072,0;;"""b"",\r\nc"\r\n;;;\r\n\r\n';
    expect(await shown(text, piece)).toEqual([
      [2, 'Gewicht', '2026-11-21', 72.5],
      [2, 'Schritte', '2026-11-21', 8123],
      [2, 'Nacht;=1', '2026-11-21', 'a;=1'],
      [4, 'Gewicht', '2026-11-22', 1072],
      [4, 'Nacht;=1', '2026-11-22', '"b",\r\nc'],
    ]);
  });

  it.each(['sep=|\n', 'SEP=|\r\n', '"sep=|"\r'])('with %j in front, which is no line', async (line) => {
    expect(await shown(`${line}date|A,B,C\n2026-11-21|5\n`)).toEqual([[2, 'A,B,C', '2026-11-21', 5]]);
  });

  it('with tabs, lines that end with a lone CR, and a quoted header over two lines', async () => {
    expect(await shown('"da\rte"\tdate\tA, B; C\r1\t2026-11-21\t5\r')).toEqual([
      [2, 'da\rte', '2026-11-21', 1],
      [2, 'A, B; C', '2026-11-21', 5],
    ]);
  });

  it('with empty lines in front', async () => {
    expect(await shown('\n\r\ndate;A\n2026-11-21;5\n')).toEqual([[4, 'A', '2026-11-21', 5]]);
  });

  it('with columns without a name, as long as they are empty', async () => {
    expect(await shown('date;;A;;\n2026-11-21;;5;;\n2026-11-22;;6; ;;;\n2026-11-23;1;7;;\n')).toEqual([
      [2, 'A', '2026-11-21', 5],
      [3, 'A', '2026-11-22', 6],
      [4, 'There is a value in a column without a name.'],
    ]);
  });

  it('without its last cells: nobody knows which ones are missing', async () => {
    expect(await shown('date,A,B\n2026-11-21,5\n2026-11-22,5,\n2026-11-23,5,6,7\n')).toEqual([
      [3, 'A', '2026-11-22', 5],
      [2, 'This row has 2 cells, the first line has 3.'],
      [4, 'This row has 4 cells, the first line has 3.'],
    ]);
  });

  it('with a formula that was made harmless', async () => {
    expect(await shown("date,metric,value\n2026-11-21,'=A,'-x\n")).toEqual([[2, '=A', '2026-11-21', '-x']]);
  });
});

describe('a file that is none', () => {
  it.each([
    [
      'a cell of ten million characters',
      `date,A\n2026-11-21,"${'x'.repeat(10_000_000)}"\n`,
      /^Row 2 has more than 262144 characters/,
    ],
    ['nothing but sep=;', 'sep=;\n', /empty/],
    ['nothing but empty lines', '\n\n\r\n', /empty/],
    ['one without dates', 'a;b\n1;2\n', /one of them must be "date".*"columns"/],
    ['one with a column twice', 'date;A;a\n2026-11-21;1;2\n', /"a" stands twice/],
    ['one with 1001 columns', `date${',a'.repeat(1000)}\n`, /more than 1000 columns/],
  ])('is refused with a sentence: %s', async (_, text, message) => {
    expect(await refusal(text)).toMatch(message);
  });

  it('is an archive', async () => {
    await expect(readWith(csv, sourceOf({ 'a.csv': 'date,A\n' }, true))).rejects.toThrow(/^This is an archive/);
  });
});

describe('a row', () => {
  const existing = { A: { type: 'NUMBER', min: 0, max: 10, step: null } } as const;

  it('is taken as a whole or not at all, and named once', async () => {
    const { rows, rejected } = await read('date,B,A,C\n2026-11-21,1,11,99\n2026-11-22,1,9,2\n', { existing });
    expect(rows.map(({ row }) => row)).toEqual([3, 3, 3]);
    expect(rejected).toEqual([{ row: 2, reason: 'A: The greatest value of this metric is 10.' }]);
  });

  it('with notes or tags that cannot be kept is named once, whatever its values', async () => {
    const columns = { notes: 'notes', tags: 'tags' };
    const text = `date,A,B,notes,tags\n2026-11-21,1,2,${'n'.repeat(10_001)},\n2026-11-22,1,2,,${'t'.repeat(61)}\n2026-11-23,1,2,n,a;b\n`;
    const { rows, rejected } = await read(text, { options: { columns } });
    expect(rejected).toEqual([
      { row: 2, reason: 'Notes have at most 10000 characters.' },
      { row: 3, reason: 'A tag has at most 60 characters.' },
    ]);
    expect(rows).toMatchObject([
      { notes: 'n', tags: ['a', 'b'] },
      { notes: 'n', tags: ['a', 'b'] },
    ]);
  });

  it('has no value of more than ten thousand characters', async () => {
    const { rejected } = await read(`date,A\n2026-11-21,${'x'.repeat(10_001)}\n`);
    expect(rejected).toEqual([{ row: 2, reason: 'A: A text has at most 10000 characters.' }]);
  });

  it('that has no date, or is of another width, says nothing about what a metric is', async () => {
    const { metrics } = await read('date,A\n2026-11-21,5\nnever,words\n2026-11-22,more,words\n');
    expect(metrics).toMatchObject([{ type: 'NUMBER' }]);
  });

  it('joins the metric that another row says more about', async () => {
    const { metrics } = await read('date,metric,value,unit\n2026-11-21,Run,5,\n2026-11-22,Run,6,km\n');
    expect(metrics).toMatchObject([
      { name: 'Run', unit: 'km' },
      { name: 'Run', unit: null },
    ]);
  });
});
