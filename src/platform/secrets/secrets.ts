import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';

let roots: readonly Buffer[] = [];
const keys = new Map<KeyPurpose, readonly KeyObject[]>();

/** What a key is for: every purpose has its own, so that none can stand in for another. */
export type KeyPurpose = 'access-token' | 'refresh-token' | 'link' | 'throttle';

/**
 * Takes the secret from the settings, or from DATA_DIR, where it is made on the first start, readable by its owner; and the
 * further ones that are accepted while it is being changed.
 */
export function openSecrets({ jwtSecret, jwtSecretsAccepted, dataDir }: Config): void {
  keys.clear();
  roots = [
    jwtSecret ? Buffer.from(jwtSecret) : readOrCreateSecret(dataDir, 'secret'),
    ...jwtSecretsAccepted.map((s) => Buffer.from(s)),
  ];
}

/** The key of 32 bytes for a purpose. */
export const keyFor = (purpose: KeyPurpose): KeyObject => keysFor(purpose)[0]!;

/** That key, and those that are accepted besides (HKDF, RFC 5869), derived once. */
export function keysFor(purpose: KeyPurpose): readonly KeyObject[] {
  if (roots.length === 0) throw new Error('the secrets are not open');
  const known = keys.get(purpose);
  if (known) return known;
  // As objects and not as bytes: those jsonwebtoken would try as a public key first, with every token.
  const derived = roots.map((root) => createSecretKey(Buffer.from(hkdfSync('sha256', root, 'lifegraph', purpose, 32))));
  keys.set(purpose, derived);
  return derived;
}

/**
 * A secret of 32 bytes that was not given as a setting: from DATA_DIR, where it is made on the first start, readable by its
 * owner. With `memory://` it is gone with the process.
 * @param name of the file
 */
export function readOrCreateSecret(dataDir: string, name: string): Buffer {
  if (dataDir.startsWith('memory://')) return randomBytes(32);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, name);
  try {
    // `wx` fails when the file exists: of two processes that start together one writes, both read.
    writeFileSync(file, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return Buffer.from(readFileSync(file, 'utf8'), 'base64');
}
