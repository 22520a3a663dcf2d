import { chunkSize, shareFrom } from './limits.ts';

/** The payloads of a page, one behind the other. */
export type Payloads = {
  bytes: Buffer;
  /** Where each ends. */
  ends: readonly number[];
  /** Their frames for the operation id that was asked for last: many clients count from 1, and share them as they are. */
  framed?: { id: string; pieces: readonly Buffer[][] };
};

/** What stands before a payload in the frames of one operation. Not kept: most sockets are quiet most of the time. */
const openingOf = (id: string): Buffer => Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
const closing = Buffer.from('}');

/** Bytes of the longest head of a frame. */
const headMax = 10;

/**
 * WebSocket text frames with the payloads, in pieces to be written one after the other; the parts of a piece belong
 * together. Small payloads are copied into few large pieces, a large one is shared by all devices.
 */
export function frame(operationId: string, payloads: Payloads): Iterable<readonly Buffer[]> {
  if (payloads.bytes.length > chunkSize) return makePieces(openingOf(operationId), payloads);
  if (payloads.framed?.id !== operationId)
    payloads.framed = { id: operationId, pieces: [...makePieces(openingOf(operationId), payloads)] };
  return payloads.framed.pieces;
}

function* makePieces(opening: Buffer, { bytes, ends }: Payloads): Generator<Buffer[]> {
  const overhead = headMax + opening.length + closing.length;
  const pieceMax = Math.max(chunkSize, overhead + shareFrom);
  let start = 0;
  let piece = Buffer.alloc(0);
  let filled = 0;
  for (const [i, end] of ends.entries()) {
    const isShared = end - start >= shareFrom;
    if (filled + overhead + (isShared ? 0 : end - start) > piece.length) {
      if (filled > 0) yield [piece.subarray(0, filled)];
      piece = Buffer.allocUnsafe(Math.min(bytes.length - start + (ends.length - i) * overhead, pieceMax));
      filled = 0;
    }
    filled = writeHead(piece, filled, opening.length + end - start + closing.length);
    filled += opening.copy(piece, filled);
    if (isShared) {
      yield [piece.subarray(0, filled), bytes.subarray(start, end), closing];
      piece = piece.subarray(filled);
      filled = 0;
    } else {
      filled += bytes.copy(piece, filled, start, end);
      filled += closing.copy(piece, filled);
    }
    start = end;
  }
  if (filled > 0) yield [piece.subarray(0, filled)];
}

/** The head of an unmasked text frame that is a whole message (RFC 6455, 5.2). @returns where it ends */
function writeHead(target: Buffer, at: number, length: number): number {
  target[at] = 0x81;
  if (length < 126) {
    target[at + 1] = length;
    return at + 2;
  }
  if (length < 65_536) {
    target[at + 1] = 126;
    return target.writeUInt16BE(length, at + 2);
  }
  target[at + 1] = 127;
  target.writeUInt32BE(0, at + 2);
  return target.writeUInt32BE(length, at + 6);
}
