/** Bytes as they came, and when. They are read after the clock has stopped. */
export type Received = { chunk: Buffer; at: number };

/** A text message, and when its last byte came. */
export type Frame = { text: string; at: number };

const opcodes = { text: 1, close: 8, ping: 9 } as const;

/** Frames that have come to their end. */
export type Ended = { texts: number; pings: number; closes: number };

type Head = { opcode: number; size: number; length: number };

/** Finds the ends of a server's WebSocket frames (RFC 6455) in a stream of chunks, without looking into the messages. */
export class FrameCounter {
  private begun: Buffer = Buffer.alloc(0);
  private opcode: number | null = null;
  /** Bytes of the current frame that are still to come. */
  private left = 0;

  take(chunk: Buffer): Ended {
    const ended: Ended = { texts: 0, pings: 0, closes: 0 };
    const bytes = this.begun.length === 0 ? chunk : Buffer.concat([this.begun, chunk]);
    this.begun = Buffer.alloc(0);
    for (let at = 0; at < bytes.length;) {
      if (this.opcode === null) {
        const head = readHead(bytes, at);
        if (!head) {
          this.begun = bytes.subarray(at);
          break;
        }
        this.opcode = head.opcode;
        this.left = head.length;
        at += head.size;
      }
      const step = Math.min(this.left, bytes.length - at);
      at += step;
      this.left -= step;
      if (this.left > 0) break;
      if (this.opcode === opcodes.text) ended.texts += 1;
      if (this.opcode === opcodes.ping) ended.pings += 1;
      if (this.opcode === opcodes.close) ended.closes += 1;
      this.opcode = null;
    }
    return ended;
  }
}

/** The text messages in what was received, from the beginning of one to the end of another. */
export function readFrames(received: readonly Received[]): Frame[] {
  const bytes = Buffer.concat(received.map(({ chunk }) => chunk));
  const frames: Frame[] = [];
  let chunk = 0;
  let chunkEnd = received[0]?.chunk.length ?? 0;
  for (let at = 0; at < bytes.length;) {
    const { opcode, size, length } = readHead(bytes, at)!;
    const end = at + size + length;
    while (chunkEnd < end) chunkEnd += received[++chunk]!.chunk.length;
    if (opcode === opcodes.text) frames.push({ text: bytes.toString('utf8', at + size, end), at: received[chunk]!.at });
    at = end;
  }
  return frames;
}

/** A frame of a client with a short or middling text. Its mask is zero, which leaves the text as it is. */
export function toClientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([0x80 | opcodes.text, ...length, 0, 0, 0, 0]), payload]);
}

/** The answer to a ping without content, and servers' keep-alives have none. */
export const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** The head of the frame that begins there; null when it has not come as a whole. */
function readHead(bytes: Buffer, at: number): Head | null {
  if (bytes.length < at + 2) return null;
  const opcode = bytes[at]! & 15;
  const short = bytes[at + 1]! & 127;
  const size = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < at + size) return null;
  const length =
    short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
  return { opcode, size, length };
}
