import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDelimiter, readTable } from '../../../src/domains/imports/table.ts';

async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function cellsOf(text: string, delimiter: string, size = text.length || 1): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const batch of readTable(inPieces(text, size), delimiter)) rows.push(...batch.map(({ cells }) => cells));
  return rows;
}

describe('a table', () => {
  const delimiters = [',', ';', '\t', '|', ':', '^'];
  const cell = fc.oneof(
    fc.string({
      unit: fc.constantFrom(...delimiters, '"', '\r', '\n', ' ', 'a', '=', 'ö', '\ufeff', "'"),
      maxLength: 6,
    }),
    fc.string(),
  );
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));
  const style = fc.record({
    delimiter: fc.constantFrom(...delimiters),
    quoted: fc.boolean(),
    record_delimiter: fc.constantFrom('\n', '\r\n', '\r'),
    size: fc.integer({ min: 1, max: 40 }),
  });

  it('is read as it was written, with any delimiter, quotation marks and ends of lines, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(table, style, async (rows, { size, ...options }) => {
        // A lone CR or LF ends a line here, and the library would leave the other one bare.
        const text = stringify(rows, { ...options, quoted_match: /[\r\n]/ });
        // A line without a single character is none: a table of one column cannot have an empty cell, unless it is quoted.
        const expected = rows.filter((cells) => cells.length > 1 || cells[0] !== '');
        expect(await cellsOf(text, options.delimiter, size)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('is divided by what stands most often in the first line, outside of quotation marks', () => {
    expect(findDelimiter('date;"a,b,c,d";e\n1,2,3,4,5')).toBe(';');
    expect(findDelimiter('date\t"a;=1;2;3"\te')).toBe('\t');
    expect(findDelimiter('date')).toBe(',');
  });
});
