import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { ConfigError } from '../../config.ts';
import { sql } from '../database/database.ts';
import { ringKeys, sealingKey, type RingKey } from './key-ring.ts';
import { log } from '../observation/log.ts';
import { openBytes, sealBytes, SealError } from './sealing.ts';

type SealedKey = { purpose: string; generation: number; keyId: string; wrapped: string };

/**
 * The keys of a purpose, by generation. They are random and lie in the database, sealed under the key of the installation, and
 * are not derived from that: it is changed from time to time, and what these have signed has to be checked afterwards.
 * @param used the newest generation that something was signed with; 0 when nothing was. When the key is gone all the same, the
 *   next generation begins: what is there can be continued, but no longer be checked.
 * @throws ConfigError when one is sealed under a key of the installation that was not given
 */
export async function openInstallationKeys(purpose: string, used: number): Promise<Map<number, KeyObject>> {
  const found = await readKeys(purpose);
  if (found.length === 0 && used > 0) log.error({ purpose, used }, 'a key is gone: what it has signed is lost');
  const keys = found.length > 0 ? found : await createKey(purpose, used + 1);
  return new Map(keys.map((key) => [key.generation, createSecretKey(open(key))]));
}

/** Seals all under the first key of the installation. May run twice, and beside itself. @returns how many it has changed */
export async function rewrapInstallationKeys(): Promise<number> {
  const outdated = (await readKeys(null)).filter(({ keyId }) => keyId !== sealingKey().id && findRingKey(keyId));
  let rewrapped = 0;
  for (const key of outdated) rewrapped += await rewrap(key).catch(passOver(key));
  return rewrapped;
}

/** One that was altered must not keep the keys of people under the old one. */
const passOver =
  ({ purpose, generation }: SealedKey) =>
  (err: unknown) => {
    if (!(err instanceof SealError)) throw err;
    log.error({ err, purpose, generation }, 'a key cannot be opened: it has been altered');
    return 0;
  };

const readKeys = (purpose: string | null): Promise<SealedKey[]> =>
  sql.query<SealedKey>(
    `SELECT purpose, generation, key_id AS "keyId", encode(wrapped, 'base64') AS wrapped FROM installation_keys
     WHERE $1::text IS NULL OR purpose = $1::text ORDER BY purpose, generation`,
    [purpose],
  );

/** Of several processes that make one at once the first one's stays. */
async function createKey(purpose: string, generation: number): Promise<SealedKey[]> {
  const { keyId, wrapped } = seal({ purpose, generation }, randomBytes(32));
  await sql.query(
    `INSERT INTO installation_keys (purpose, generation, key_id, wrapped)
     VALUES ($1::text, $2::smallint, $3::text, decode($4::text, 'base64')) ON CONFLICT DO NOTHING`,
    [purpose, generation, keyId, wrapped],
  );
  return readKeys(purpose);
}

/** Only over what was read: another process may have been faster. */
async function rewrap(key: SealedKey): Promise<number> {
  const { keyId, wrapped } = seal(key, open(key));
  const changed = await sql.query(
    `UPDATE installation_keys SET key_id = $4::text, wrapped = decode($5::text, 'base64')
     WHERE purpose = $1::text AND generation = $2::smallint AND key_id = $3::text RETURNING 1 AS one`,
    [key.purpose, key.generation, key.keyId, keyId, wrapped],
  );
  return changed.length;
}

type KeyName = Pick<SealedKey, 'purpose' | 'generation'>;

function seal({ purpose, generation }: KeyName, bytes: Buffer): SealedKey {
  const { id, key } = sealingKey();
  const wrapped = sealBytes(key, contextOf({ purpose, generation }), bytes).toString('base64');
  return { purpose, generation, keyId: id, wrapped };
}

function open(sealed: SealedKey): Buffer {
  const found = findRingKey(sealed.keyId);
  if (!found) throw missingKey(sealed);
  try {
    return openBytes(found.key, contextOf(sealed), Buffer.from(sealed.wrapped, 'base64'));
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new SealError(`The key of purpose ${sealed.purpose} in installation_keys has been altered.`);
  }
}

const findRingKey = (id: string): RingKey | undefined => ringKeys().find((key) => key.id === id);

const contextOf = ({ purpose, generation }: KeyName): string[] => ['installation-key', purpose, String(generation)];

const missingKey = ({ purpose, keyId }: SealedKey): ConfigError =>
  new ConfigError(`The key of purpose ${purpose} is sealed under the encryption key ${keyId}, which this process was not given.
Start it with that key, as ENCRYPTION_KEY or among ENCRYPTION_KEYS_ACCEPTED. Nothing sealed has been changed.`);
