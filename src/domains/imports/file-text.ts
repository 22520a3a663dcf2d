import { BrokenFileError } from './broken-file.ts';

/** Characters of a file's head. */
const headMax = 64 * 1024;

/**
 * The text of a file, as its bytes come. UTF-8, or UTF-16 when a byte order mark says so; the mark itself is dropped.
 * @throws BrokenFileError when it is no text
 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  for await (const chunk of withWholeMark(bytes)) {
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
    const text = decode(decoder, chunk);
    if (text !== '') yield text;
  }
  const rest = decoder ? decode(decoder) : '';
  if (rest !== '') yield rest;
}

/** How a file begins; what is no text reads as U+FFFD. Takes no more of the bytes than it needs. */
export async function decodeHead(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let decoder: TextDecoder | null = null;
  let head = '';
  for await (const chunk of withWholeMark(bytes)) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    head += decoder.decode(chunk, { stream: true });
    if (head.length >= headMax) break;
  }
  return head.slice(0, headMax);
}

/** Bytes of the longest byte order mark. */
const markLength = 3;

/** The same bytes, the first of them together: enough to tell which encoding it is. */
async function* withWholeMark(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let first: Uint8Array | null = new Uint8Array();
  for await (const chunk of bytes) {
    if (!first) {
      yield chunk;
      continue;
    }
    first = first.byteLength === 0 ? chunk : Buffer.concat([first, chunk]);
    if (first.byteLength < markLength) continue;
    yield first;
    first = null;
  }
  if (first && first.byteLength > 0) yield first;
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/** The decoder drops a byte order mark at the beginning, as the standard says. */
function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  let text: string;
  try {
    text = decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw new BrokenFileError('The file is not text in UTF-8. Save it with this encoding and upload it again.');
  }
  if (text.includes('\0')) throw new BrokenFileError('The file is not text: it holds a character that no text has.');
  return text;
}
