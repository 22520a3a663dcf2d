import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMarks, toNumber } from '../../../../../src/domains/imports/formats/csv/numbers.ts';
import { read, readColumn, valuesOf } from './reading-csv.ts';

describe('the decimal mark', () => {
  it.each([
    ['a comma', ['1.234,5', '2.000', '7'], [1234.5, 2000, 7]],
    ['a comma behind thin spaces', ['1\u202f234,5', '12\u2009345', '1\u00a0000'], [1234.5, 12_345, 1000]],
    ['a comma behind spaces', ['1 234,5', '-2 000'], [1234.5, -2000]],
    ['a point behind apostrophes', ["1'234.5", '2\u2019000'], [1234.5, 2000]],
    ['a point behind commas', ['1,234.5', '2,000'], [1234.5, 2000]],
    ['a comma, as two groups of thousands say', ['1.234.567', '2.000'], [1_234_567, 2000]],
    ['a comma, as a 0 in front says', ['0,125', '1,500'], [0.125, 1.5]],
    ['a point, as a 0 in front says', ['0.125', '1.500'], [0.125, 1.5]],
    ['of no matter', ['1 234', '-5', '\u22126', '+7'], [1234, -5, -6, 7]],
  ])('is told from the whole column: %s', async (_, cells, values) => {
    const { rows, questions, rejected } = await readColumn(cells);
    expect([rows.map(({ value }) => value), questions, rejected]).toEqual([values, [], []]);
  });

  it('is told from another column when one does not say it', async () => {
    const { rows, questions } = await read('date;Steps;Weight (kg)\n2026-01-01;8.123;72,5\n2026-01-02;9.001;\n');
    expect(questions).toEqual([]);
    expect(rows.map(({ name, value }) => [name, value])).toEqual([
      ['Steps', 8123],
      ['Weight', 72.5],
      ['Steps', 9001],
    ]);
  });

  it('may be another one in each column that says so', async () => {
    const { rows, questions } = await read('date;A;B\n2026-01-01;1,5;2.5\n2026-01-02;1.000;1,000\n');
    expect(rows.map(({ value }) => value)).toEqual([1.5, 2.5, 1000, 1000]);
    expect(questions).toEqual([]);
  });

  it('is asked for in a column that says nothing, when two others contradict each other', async () => {
    const { questions } = await read('date;A;B;C\n2026-01-01;1,5;2.5;1.000\n');
    expect(questions).toMatchObject([{ id: 'decimal', suggestion: 'COMMA' }]);
  });

  it('makes words of numbers that contradict each other in one column', async () => {
    expect((await readColumn(['1,5', '2.5'])).metrics).toMatchObject([{ type: 'TEXT' }]);
  });

  const asked = (suggestion: string) => [
    { id: 'decimal', kind: 'DECIMAL_MARK', message: expect.any(String), choices: ['POINT', 'COMMA'], suggestion },
  ];

  it.each([
    [['1,234', '2,345'], ';', 'COMMA', [1.234, 2.345]],
    [['1,234', '12'], ',', 'POINT', [1234, 12]],
    [['1,234', '12'], '\t', 'COMMA', [1.234, 12]],
    [['1.234', '12'], ';', 'COMMA', [1234, 12]],
    [['1.234', '12'], '\t', 'POINT', [1.234, 12]],
    [['1.234', '1,234'], ';', 'COMMA', [1234, 1.234]],
  ])('is asked for when it cannot be told: %j divided by "%s"', async (cells, delimiter, suggestion, values) => {
    const { questions, rows } = await readColumn(cells, {}, delimiter);
    expect(questions).toEqual(asked(suggestion));
    expect(rows.map(({ value }) => value)).toEqual(values);
  });

  it('is a point where commas divide the cells, without a question', async () => {
    const { questions, rows } = await readColumn(['72.125'], {}, ',');
    expect([questions, rows[0]!.value]).toEqual([[], 72.125]);
  });

  it('is not asked for when it has been said', async () => {
    for (const [decimal, value] of [
      ['POINT', 1234],
      ['COMMA', 1.234],
    ] as const) {
      const { questions, rows } = await readColumn(['1,234'], { options: { decimal } });
      expect([questions, rows[0]!.value]).toEqual([[], value]);
    }
  });

  it('is not asked for because of words', async () => {
    expect((await readColumn(['1,234', 'n/a'])).questions).toEqual([]);
  });

  it('refuses a number that is not like the others, with the reason', async () => {
    const existing = { A: { type: 'NUMBER', min: null, max: null, step: null } } as const;
    const { rejected } = await readColumn(['1,5', 'n/a', '2.50'], { existing, options: { decimal: 'COMMA' } });
    expect(rejected).toEqual([
      { row: 3, reason: 'A: This metric takes a finite number.' },
      { row: 4, reason: 'A: In this file decimals begin with a comma.' },
    ]);
  });
});

describe('a number', () => {
  it.each([
    '',
    ' ',
    '0x10',
    'Infinity',
    'NaN',
    '1e999',
    '1,23,456',
    "1'234 567",
    '1 2',
    '--1',
    '1.2.3',
    '٣',
    '1_000',
    '012,345',
  ])('is not %j', (text) => {
    expect([toNumber(text, 'POINT')]).toEqual([null]);
  });

  it('comes back as it was written in either way, with groups or without', () => {
    const number = fc.double({ min: -1e12, max: 1e12, noNaN: true }).map((value) => Number(value.toFixed(3)));
    fc.assert(
      fc.property(
        number,
        fc.constantFrom('de-DE', 'en-US', 'de-CH', 'fr-FR'),
        fc.boolean(),
        (value, locale, useGrouping) => {
          const text = value.toLocaleString(locale, { maximumFractionDigits: 3, useGrouping });
          const mark = locale === 'en-US' || locale === 'de-CH' ? 'POINT' : 'COMMA';
          expect(toNumber(text, mark)).toBe(value);
          expect(readMarks(text)).not.toBeNull();
        },
      ),
    );
  });
});

describe('what stands around a number', () => {
  it('is a percent sign behind each: the unit', async () => {
    const { metrics, rows } = await readColumn(['45%', '12,5 %']);
    expect(metrics).toMatchObject([{ name: 'A', type: 'NUMBER', unit: '%' }]);
    expect(rows.map(({ value }) => value)).toEqual([45, 12.5]);
  });

  it('is a percent sign that the column speaks of', async () => {
    expect(await valuesOf(['45%', '50'], {})).toEqual([50]);
    const { rows } = await read('date;Fat (%)\n2026-01-01;45%\n2026-01-02;50\n');
    expect(rows.map(({ value }) => value)).toEqual([45, 50]);
  });

  it.each(['72 kg', '72kg', '72\u00a0kg', '5 km/h', '37 °C', '45%'])('refuses %s among numbers', async (cell) => {
    const { rows, rejected, metrics } = await readColumn(['71', cell, '73']);
    expect(metrics).toMatchObject([{ type: 'NUMBER', unit: null }]);
    expect(rows.map(({ value }) => value)).toEqual([71, 73]);
    expect(rejected).toEqual([
      { row: 3, reason: expect.stringMatching(/^A: The value has a unit in it\..*Weight \(kg\)\.$/) },
    ]);
  });

  it('refuses a column of nothing but numbers with units', async () => {
    const { rows, rejected } = await readColumn(['72 kg', '73 kg']);
    expect([rows.length, rejected.length]).toEqual([0, 2]);
  });
});
