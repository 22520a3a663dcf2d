import { BrokenFileError } from './broken-file.ts';
import { importLimits } from './input.ts';

/** A line of a table; `row` counts as a spreadsheet does: from 1, the header and empty lines included. */
export type TableRow = { row: number; cells: string[] };

/**
 * Reads a CSV (RFC 4180, any delimiter; lines may end in any way, and in several) in batches of rows. Lines without a single
 * character are left out. A quotation mark inside of a cell that does not begin with one is a character like any other.
 * @param delimiter one character
 * @throws BrokenFileError when a quotation mark is never closed, or something follows it
 */
export async function* readTable(text: AsyncIterable<string>, delimiter = ','): AsyncGenerator<TableRow[]> {
  const lines = new Lines(delimiter);
  for await (const piece of text) {
    const rows = lines.take(piece);
    if (rows.length > 0) yield rows;
  }
  yield lines.end();
}

/** The delimiter that divides the first line: of these the one that stands there most often, outside of quotation marks. */
export function findDelimiter(head: string): string {
  const [line = ''] = head.replace(/"[^"]*"/g, '').split(/\r\n|\n|\r/, 1);
  const counts = [',', ';', '\t', '|'].map((each) => ({ each, count: line.split(each).length }));
  return counts.toSorted((a, b) => b.count - a.count)[0]!.each;
}

const codes = { lineFeed: 10, carriageReturn: 13, quote: 34 } as const;

/**
 * Cuts a text that comes in pieces into rows; holds a row at most that has not ended. Ours, because the libraries that read from
 * a stream take ten times as long, and those that are as fast want all lines to end alike (docs/decisions/0014).
 */
class Lines {
  private readonly delimiter: number;
  private text = '';
  /** Where the next row begins, and what is being read. */
  private at = 0;
  private row = 0;
  private isLast = false;

  constructor(delimiter: string) {
    this.delimiter = delimiter.charCodeAt(0);
  }

  take(piece: string): TableRow[] {
    this.text = this.text.slice(this.at) + piece;
    this.at = 0;
    const rows: TableRow[] = [];
    for (let cells = this.readRow(); cells; cells = this.readRow()) {
      this.row++;
      if (cells.length > 1 || cells[0] !== '') rows.push({ row: this.row, cells });
    }
    if (this.text.length - this.at > importLimits.row) throw this.broken(tooLong);
    return rows;
  }

  end(): TableRow[] {
    this.isLast = true;
    return this.take('');
  }

  /** The cells of the next row; null when it has not ended yet. */
  private readRow(): string[] | null {
    const { text } = this;
    if (this.at >= text.length) return null;
    const cells: string[] = [];
    for (let from = this.at; ;) {
      const to = text.charCodeAt(from) === codes.quote ? this.endOfQuoted(from) : this.endOfPlain(from);
      if (to < 0) return null;
      const code = text.charCodeAt(to);
      // Whether a line feed follows shows only with the next piece.
      if (!this.isLast && (to >= text.length || (code === codes.carriageReturn && to + 1 >= text.length))) return null;
      cells.push(this.cell(from, to));
      from = to + 1;
      if (code === this.delimiter) continue;
      if (code === codes.carriageReturn && text.charCodeAt(from) === codes.lineFeed) from++;
      this.at = Math.min(from, text.length);
      return cells;
    }
  }

  private endOfPlain(from: number): number {
    const { text, delimiter } = this;
    for (let i = from; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === delimiter || code === codes.lineFeed || code === codes.carriageReturn) return i;
    }
    return text.length;
  }

  /** @returns the place after the closing quotation mark; -1 when it has not come yet */
  private endOfQuoted(from: number): number {
    const { text } = this;
    let quote = text.indexOf('"', from + 1);
    while (quote >= 0 && text.charCodeAt(quote + 1) === codes.quote) quote = text.indexOf('"', quote + 2);
    if (quote < 0 && this.isLast) throw this.broken('has a quotation mark that is never closed.');
    if (quote < 0 || quote + 1 >= text.length) return quote < 0 ? -1 : text.length;
    const next = text.charCodeAt(quote + 1);
    if (next !== this.delimiter && next !== codes.lineFeed && next !== codes.carriageReturn) throw this.broken(stray);
    return quote + 1;
  }

  private cell(from: number, to: number): string {
    const { text } = this;
    if (text.charCodeAt(from) !== codes.quote) return text.slice(from, to);
    const inner = text.slice(from + 1, to - 1);
    return inner.includes('"') ? inner.replaceAll('""', '"') : inner;
  }

  private broken(what: string): BrokenFileError {
    return new BrokenFileError(`Row ${this.row + 1} ${what}`);
  }
}

const stray = 'cannot be read: a quotation mark stands where none may. Within quotes it is written twice.';
const tooLong = `has more than ${importLimits.row} characters: perhaps a quotation mark is never closed.`;
