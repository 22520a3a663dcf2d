import type { Format } from '../../../../../src/domains/imports/format.ts';
import { readWith, sourceOf, type Read, type ReadOptions } from '../reading.ts';

/** Reads one file under no name. */
export const readText = (format: Format, text: string, options?: ReadOptions): Promise<Read> =>
  readWith(format, sourceOf({ '': text }, false), options);

/** Reads an upload as it comes in pieces of these many characters, and gives what each way of cutting came to. */
export async function readInPieces(
  format: Format,
  files: Record<string, string>,
  isArchive: boolean,
  sizes: readonly number[] = [1, 7, 65_536],
): Promise<Read[]> {
  const read: Read[] = [];
  for (const size of sizes) read.push(await readWith(format, sourceOf(files, isArchive, size)));
  return read;
}

/** The text with its lines ending in all the ways there are, one after the other. */
export function mixLineEnds(text: string): string {
  const ends = ['\r\n', '\n', '\r'];
  return text
    .split('\n')
    .map((line, place) => (place === 0 ? line : ends[place % 3]! + line))
    .join('');
}

/** A cell of a CSV, quoted when it has to be. */
export const toCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Lines of a CSV. */
export const toCsv = (lines: readonly (readonly (string | number)[])[]): string =>
  lines.map((cells) => cells.map((cell) => toCell(String(cell))).join(',')).join('\n') + '\n';
