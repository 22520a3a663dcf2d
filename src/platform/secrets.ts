import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';

let root: Buffer | undefined;
const keys = new Map<KeyPurpose, KeyObject>();

/** What a key is for: every purpose has its own, so that none can stand in for another. */
export type KeyPurpose = 'access-token' | 'refresh-token' | 'link' | 'throttle';

/** Takes the secret from the settings, or from DATA_DIR, where it is made on the first start, readable by its owner. */
export function openSecrets(config: Config): void {
  keys.clear();
  root = config.jwtSecret ? Buffer.from(config.jwtSecret) : readOrCreate(config.dataDir);
}

/** The key of 32 bytes for a purpose (HKDF, RFC 5869), derived once. */
export function keyFor(purpose: KeyPurpose): KeyObject {
  if (!root) throw new Error('the secrets are not open');
  let key = keys.get(purpose);
  if (!key) {
    // As an object and not as bytes: those jsonwebtoken would try as a public key first, with every token.
    key = createSecretKey(Buffer.from(hkdfSync('sha256', root, 'lifegraph', purpose, 32)));
    keys.set(purpose, key);
  }
  return key;
}

function readOrCreate(dataDir: string): Buffer {
  if (dataDir.startsWith('memory://')) return randomBytes(32);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'secret');
  try {
    // `wx` fails when the file exists: of two processes that start together one writes, both read.
    writeFileSync(file, randomBytes(32).toString('base64'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return Buffer.from(readFileSync(file, 'utf8'), 'base64');
}
