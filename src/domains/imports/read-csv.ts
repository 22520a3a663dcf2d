import { CsvError, parse, type Info } from 'csv-parse';
import { pipeline } from 'node:stream/promises';
import { BrokenFileError } from './broken-file.ts';
import { importLimits } from './input.ts';

/** A row of a CSV; `row` counts as a spreadsheet does: from 1, the header and empty lines included. */
export type CsvRow = { row: number; cells: string[] };

type Parsed = { record: string[]; info: Info };

const options = {
  info: true,
  relax_column_count: true,
  skip_empty_lines: true,
  // Named, so that a file whose lines end in several ways is read as it looks.
  record_delimiter: ['\r\n', '\n', '\r'],
  max_record_size: importLimits.row,
};

/**
 * Reads a CSV (RFC 4180, commas) row by row.
 * @param take gets one row at a time; the file is read no faster than it takes them
 * @throws BrokenFileError
 */
export async function readCsv(text: AsyncIterable<string>, take: (row: CsvRow) => Promise<void>): Promise<void> {
  try {
    await pipeline(text, parse(options), async (rows: AsyncIterable<Parsed>) => {
      for await (const { record, info } of rows) await take({ row: info.records + info.empty_lines, cells: record });
    });
  } catch (error) {
    throw error instanceof CsvError ? new BrokenFileError(describe(error)) : error;
  }
}

function describe(error: CsvError): string {
  const line = Number(error['lines'] ?? 0);
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return `A quotation mark that opens on line ${line} is never closed.`;
    case 'CSV_MAX_RECORD_SIZE':
      return `The row on line ${line} has more than ${importLimits.row} characters: perhaps a quotation mark is never closed.`;
    default:
      return `Line ${line} cannot be read: a quotation mark stands where none may. Within quotes it is written twice.`;
  }
}
