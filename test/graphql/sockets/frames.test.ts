import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame, type Payloads } from '../../../src/graphql/sockets/frames.ts';
import { chunkSize, shareFrom } from '../../../src/graphql/sockets/limits.ts';

describe('frames', () => {
  const lengths = fc.oneof(fc.nat(200), fc.nat(3 * chunkSize), fc.constantFrom(125, 126, 65_535, 65_536, shareFrom));
  const text = fc
    .tuple(lengths, fc.constantFrom('a', 'ü', '"', '\u{1f600}'))
    .map(([n, letter]) => letter.repeat(n / 2));

  it('are one whole text message for each payload, in order, for any id', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.array(text, { minLength: 1, maxLength: 12 }),
        (id, texts) => {
          const payloads = joinPayloads(texts.map((each) => JSON.stringify(each)));
          const bytes = Buffer.concat([...frame(id, payloads)].flat());
          const messages = readMessages(bytes).map((message) => JSON.parse(message) as unknown);
          expect(messages).toEqual(
            texts.map((payload) => ({ id: JSON.parse(JSON.stringify(id)) as string, type: 'next', payload })),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('of one id are made once and shared', () => {
    const payloads = joinPayloads(['{"data":1}', '{"data":2}']);
    const [[first] = [], [second] = []] = [...frame('1', payloads), ...frame('1', payloads)];
    expect(first).toBe(second);
    expect([...frame('2', payloads)][0]![0]).not.toBe(first);
  });

  it('share a large payload instead of copying it for each id', () => {
    const payloads = joinPayloads([JSON.stringify('x'.repeat(shareFrom))]);
    for (const id of ['1', '2']) {
      const parts = [...frame(id, payloads)].flat();
      expect(parts.some((part) => part.buffer === payloads.bytes.buffer && part.length >= shareFrom)).toBe(true);
    }
  });
});

function joinPayloads(texts: readonly string[]): Payloads {
  let end = 0;
  return { bytes: Buffer.from(texts.join('')), ends: texts.map((text) => (end += Buffer.byteLength(text))) };
}

/** The text messages in bytes of unmasked frames (RFC 6455). */
function readMessages(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    expect(bytes[at]).toBe(0x81);
    const short = bytes[at + 1]!;
    const [length, head] =
      short < 126
        ? [short, 2]
        : short === 126
          ? [bytes.readUInt16BE(at + 2), 4]
          : [Number(bytes.readBigUInt64BE(at + 2)), 10];
    // The shortest form is the only one allowed.
    expect(head).toBe(length < 126 ? 2 : length < 65_536 ? 4 : 10);
    messages.push(bytes.toString('utf8', at + head, at + head + length));
    at += head + length;
  }
  return messages;
}
