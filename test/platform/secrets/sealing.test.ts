import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openBytes, sealBytes, SealError } from '../../../src/platform/secrets/sealing.ts';

const key = createSecretKey(randomBytes(32));

describe('sealing', () => {
  it('gives back every text under the same context, and never twice the same bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (text, context) => {
        const plain = Buffer.from(text);
        const sealed = sealBytes(key, context, plain);
        expect(openBytes(key, context, sealed)).toEqual(plain);
        expect(sealBytes(key, context, plain)).not.toEqual(sealed);
        expect(sealed).toHaveLength(1 + 12 + plain.length + 16);
      }),
    );
  });

  it('refuses when any one bit has been flipped', () => {
    const sealed = sealBytes(key, ['a'], Buffer.from('some text'));
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Buffer.from(sealed);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => openBytes(key, ['a'], altered), `bit ${bit}`).toThrow(SealError);
    }
  });

  it('refuses what was cut off at either end, or made longer', () => {
    const sealed = sealBytes(key, ['a'], Buffer.from('some text'));
    for (let length = 1; length <= sealed.length; length += 1) {
      expect(() => openBytes(key, ['a'], sealed.subarray(0, -length))).toThrow(SealError);
      expect(() => openBytes(key, ['a'], sealed.subarray(length))).toThrow(SealError);
    }
    expect(() => openBytes(key, ['a'], Buffer.concat([sealed, Buffer.of(0)]))).toThrow(SealError);
  });

  it('refuses another key and every other context, also one that joins to the same text', () => {
    const sealed = sealBytes(key, ['ab', 'c'], Buffer.from('some text'));
    expect(() => openBytes(createSecretKey(randomBytes(32)), ['ab', 'c'], sealed)).toThrow(SealError);
    for (const context of [['a', 'bc'], ['abc'], ['ab', 'c', ''], ['c', 'ab'], []])
      expect(() => openBytes(key, context, sealed)).toThrow(SealError);
  });
});
