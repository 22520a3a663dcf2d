/** Bytes of a text, both ends included. */
export type ByteRange = { from: number; to: number };

const rangeShape = /^bytes=(\d{0,15})-(\d{0,15})$/;

/** Whether a header asks for one part; what asks for several, or cannot be read, gets the whole (RFC 9110, 14.2). */
export const isRange = (header: string | undefined): header is string =>
  header !== undefined && (rangeShape.exec(header.trim())?.slice(1).join('') ?? '') !== '';

/**
 * The bytes that a header asks for. @param header one that isRange says yes to
 * @returns null when there are none of these: it begins after the end, or ends before it begins
 */
export function readRange(header: string, total: number): ByteRange | null {
  const [, first = '', last = ''] = rangeShape.exec(header.trim()) ?? [];
  const from = first === '' ? Math.max(0, total - Number(last)) : Number(first);
  const to = first === '' || last === '' ? total - 1 : Math.min(Number(last), total - 1);
  return from > to ? null : { from, to };
}

/** The bytes of a range of a text that comes in pieces. What follows the range is not asked for. */
export async function* sliceBytes(pieces: AsyncIterable<string>, { from, to }: ByteRange): AsyncGenerator<Buffer> {
  let place = 0;
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece);
    const part = bytes.subarray(Math.max(0, from - place), Math.max(0, to + 1 - place));
    if (part.length > 0) yield part;
    place += bytes.length;
    if (place > to) return;
  }
}

/** How many bytes a text has that comes in pieces. @param isWanted asked after each: whether anybody still wants to know */
export async function countBytes(pieces: AsyncIterable<string>, isWanted: () => boolean): Promise<number | null> {
  let count = 0;
  for await (const piece of pieces) {
    count += Buffer.byteLength(piece);
    if (!isWanted()) return null;
  }
  return count;
}
