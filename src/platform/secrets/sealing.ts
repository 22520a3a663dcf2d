import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

/** What was sealed cannot be read: it is not what was sealed here, or the key is another. Says nothing of the content. */
export class SealError extends Error {}

const cipher = 'aes-256-gcm';
/** The first byte of everything sealed: which way of sealing it is. */
const version = Buffer.of(1);
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals bytes with AES-256-GCM (NIST SP 800-38D) under a nonce of 96 random bits: version | nonce | ciphertext | tag.
 * A key may seal about 2^32 times before two nonces might meet.
 * @param context what has to be the same when it is opened, in order; none of it is kept in the result
 */
export function sealBytes(key: KeyObject, context: readonly string[], plain: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  sealing.setAAD(encode(context));
  const ciphertext = Buffer.concat([sealing.update(plain), sealing.final()]);
  return Buffer.concat([version, nonce, ciphertext, sealing.getAuthTag()]);
}

/** Opens what sealBytes has sealed. @throws SealError when a bit of it, the key or the context differs */
export function openBytes(key: KeyObject, context: readonly string[], sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const start = version.length + nonceBytes;
  const end = bytes.length - tagBytes;
  if (end < start || bytes[0] !== version[0]) throw new SealError('This is not something that was sealed here.');
  const opening = createDecipheriv(cipher, key, bytes.subarray(version.length, start), { authTagLength: tagBytes });
  opening.setAAD(encode(context));
  opening.setAuthTag(bytes.subarray(end));
  try {
    return Buffer.concat([opening.update(bytes.subarray(start, end)), opening.final()]);
  } catch {
    throw new SealError('What was sealed has been altered, belongs elsewhere, or was sealed under another key.');
  }
}

/** Unlike mere joining, JSON keeps ["ab", "c"] and ["a", "bc"] apart. */
const encode = (context: readonly string[]): Buffer => Buffer.from(JSON.stringify([version[0], ...context]));
