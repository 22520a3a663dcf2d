import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { ConfigError, type Config } from '../../config.ts';
import { sql, type Sql, type Transaction } from '../database/database.ts';
import { erasuresHeard, onErasure } from '../forgetting/erasures.ts';
import { keyFile, openKeyRing, ringKeys, sealingKey } from './key-ring.ts';
import { openBytes, sealBytes, SealError } from './sealing.ts';

export { SealError } from './sealing.ts';

/** Where something sealed belongs. Moved to another row, column or table it cannot be opened. */
export type SealedPlace = { table: string; column: string; rowId: string };

/** A person's data key as it lies in the database: sealed under a key of the installation. */
export type WrappedKey = { userId: string; keyId: string; wrapped: string };

/**
 * The data keys of people that something was read of lately. For reading alone: what is sealed under a key that is not, or
 * not yet, in the database would be lost, so sealing always asks there.
 */
const remembered = new LRUCache<string, KeyObject>({ max: 10_000, ttl: 5 * 60_000 });
onErasure((userId) => void remembered.delete(userId));

/**
 * Opens the vault over the open database: takes the keys from the settings and makes sure that they open what is there.
 * @throws ConfigError when data keys are sealed under a key that is not given
 */
export async function openVault(config: Config): Promise<void> {
  openKeyRing(config);
  remembered.clear();
  const missing = (await readKeyIds()).filter((id) => ringKeys().every((key) => key.id !== id));
  if (missing.length > 0) throw missingKeys(missing, config);
}

/** Forgets all keys of people. Harmless when nothing is open. */
export const closeVault = (): void => remembered.clear();

/**
 * Seals a text for its place. The person's data key is made with the first. To be kept in the same transaction.
 * @throws SealError when the person's data key cannot be opened
 */
export async function seal(on: Sql, userId: string, place: SealedPlace, plain: string): Promise<Buffer> {
  const key = unwrap((await findWrapped(on, userId)) ?? (await createWrapped(on, userId)));
  return sealBytes(key, contextOf(userId, place), Buffer.from(plain));
}

/**
 * Opens what was sealed for this person and place.
 * @throws SealError when anything differs, or the person has been erased
 */
export async function unseal(on: Sql, userId: string, place: SealedPlace, sealed: Uint8Array): Promise<string> {
  const context = contextOf(userId, place);
  const known = remembered.get(userId);
  if (known) {
    try {
      return openBytes(known, context, sealed).toString();
    } catch {
      // The database may have been brought back to where the person had no key yet, and have made another since.
      remembered.delete(userId);
    }
  }
  return openBytes(await readKey(on, userId), context, sealed).toString();
}

/** Seals a data key under the installation's newest key. */
export function wrap(userId: string, bytes: Buffer): WrappedKey {
  const { id, key } = sealingKey();
  return { userId, keyId: id, wrapped: sealBytes(key, wrapContext(userId), bytes).toString('base64') };
}

/** The bytes of a data key. @throws SealError when it was sealed under a key that is not given, or altered */
export function unwrapBytes({ userId, keyId, wrapped }: WrappedKey): Buffer {
  const found = ringKeys().find((key) => key.id === keyId);
  if (!found) throw new SealError(`The data key is sealed under the key ${keyId}, which this process was not given.`);
  return openBytes(found.key, wrapContext(userId), Buffer.from(wrapped, 'base64'));
}

const unwrap = (found: WrappedKey): KeyObject => createSecretKey(unwrapBytes(found));

const contextOf = (userId: string, { table, column, rowId }: SealedPlace): string[] => [
  'value',
  userId,
  table,
  column,
  rowId,
];
const wrapContext = (userId: string): string[] => ['data-key', userId];

async function readKey(on: Sql, userId: string): Promise<KeyObject> {
  const erasures = erasuresHeard();
  const found = await findWrapped(on, userId);
  if (!found) throw new SealError('There is no data key for this person: nothing was sealed, or all of it was erased.');
  const key = unwrap(found);
  const remember = () => {
    if (erasuresHeard() === erasures) remembered.set(userId, key);
  };
  // What a transaction reads may be its own row, and gone when it is rolled back.
  if (isTransaction(on)) on.afterCommit(remember);
  else remember();
  return key;
}

const isTransaction = (on: Sql): on is Transaction => 'afterCommit' in on;

async function findWrapped(on: Sql, userId: string): Promise<WrappedKey | undefined> {
  const [found] = await on.query<WrappedKey>(
    `SELECT user_id AS "userId", key_id AS "keyId", encode(wrapped, 'base64') AS wrapped
     FROM data_keys WHERE user_id = $1::uuid`,
    [userId],
    'find-data-key',
  );
  return found;
}

/** Makes the person's data key. Of several that are made at once one stays, and all take that. */
async function createWrapped(on: Sql, userId: string): Promise<WrappedKey> {
  const { keyId, wrapped } = wrap(userId, randomBytes(32));
  const [created] = await on.query<WrappedKey>(
    `INSERT INTO data_keys (user_id, key_id, wrapped)
     SELECT id, $2::text, decode($3::text, 'base64') FROM users WHERE id = $1::uuid
     ON CONFLICT (user_id) DO NOTHING
     RETURNING user_id AS "userId", key_id AS "keyId", encode(wrapped, 'base64') AS wrapped`,
    [userId, keyId, wrapped],
  );
  const found = created ?? (await findWrapped(on, userId));
  if (!found) throw new SealError('There is no such person (any more).');
  return found;
}

/** The ids of the keys that data keys are sealed under, each found by one step through the index. */
async function readKeyIds(): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `WITH RECURSIVE ids AS (
       (SELECT key_id FROM data_keys ORDER BY key_id LIMIT 1)
       UNION ALL
       SELECT (SELECT d.key_id FROM data_keys d WHERE d.key_id > ids.key_id ORDER BY d.key_id LIMIT 1)
       FROM ids WHERE ids.key_id IS NOT NULL
     )
     SELECT key_id AS id FROM ids WHERE key_id IS NOT NULL`,
  );
  return rows.map((row) => row.id);
}

const missingKeys = (missing: readonly string[], { dataDir }: Config): ConfigError =>
  new ConfigError(`The database holds secrets that cannot be opened: they are sealed under the encryption key ${missing.join(', ')},
and this process was given only ${ringKeys()
    .map(({ id }) => id)
    .join(', ')} (ids are digests of the keys).
Start it with that key, as ENCRYPTION_KEY or among ENCRYPTION_KEYS_ACCEPTED. Where no setting names a key it lies in the file
${keyFile} of DATA_DIR (here ${dataDir}), and belongs to every backup. Nothing sealed has been changed.`);
