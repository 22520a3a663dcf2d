import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { ConfigError, type Config } from '../../config.ts';
import { readOrCreateSecret } from './secrets.ts';

/** A key of the installation, which seals the keys of people. Its id is a digest that tells nothing of it. */
export type RingKey = { id: string; key: KeyObject };

let ring: readonly RingKey[] = [];

/** Takes the keys from the settings: the first seals, all open. Without any, the first comes from DATA_DIR. */
export function openKeyRing({ encryptionKey, encryptionKeysAccepted, dataDir }: Config): void {
  const first = encryptionKey ? fromBase64(encryptionKey) : readOrCreateSecret(dataDir, keyFile);
  if (first.length !== 32) throw new ConfigError(`${dataDir}/${keyFile} does not hold 32 bytes in base64.`);
  const keys = [first, ...encryptionKeysAccepted.map(fromBase64)].map(toRingKey);
  ring = keys.filter(({ id }, index) => keys.findIndex((each) => each.id === id) === index);
}

/** The name of the file below DATA_DIR that holds the key when no setting does. */
export const keyFile = 'encryption-key';

/** All keys; the first is the one that seals. */
export function ringKeys(): readonly RingKey[] {
  if (ring.length === 0) throw new Error('the vault is not open');
  return ring;
}

/** The key that seals. */
export const sealingKey = (): RingKey => ringKeys()[0]!;

const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');

/** HKDF (RFC 5869) for both, so that the id tells nothing of the key, nor does another use of the setting. */
function toRingKey(bytes: Buffer): RingKey {
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', bytes, 'lifegraph', purpose, length));
  return { id: derive('key-id', 8).toString('hex'), key: createSecretKey(derive('data-keys', 32)) };
}
