import { defineJob, type JobDefinition } from '../../kernel/define-domain.ts';
import { sql, transaction, type Transaction } from '../database/database.ts';
import { rewrapInstallationKeys } from './installation-keys.ts';
import { ringKeys, sealingKey } from './key-ring.ts';
import { log } from '../observation/log.ts';
import { measure } from '../observation/metrics.ts';
import { enqueueAlone } from '../jobs/queue.ts';
import { SealError, unwrapBytes, wrap, type WrappedKey } from './vault.ts';

/** Data keys of one transaction: it holds a connection, and the embedded database has only that. */
const batch = 200;

/**
 * The job that seals all data keys under ENCRYPTION_KEY which are sealed under an accepted one: at each start, and once a
 * day. What people's keys have sealed stays as it is.
 */
export const rewrapJob: JobDefinition = defineJob({
  name: 'vault.rewrap',
  schedule: '50 2 * * *',
  expireInSeconds: 3600,
  run: async (_: object, signal) => void (await rewrapDataKeys(signal)),
});

/** Asks for the job, once the queue is open, when there is something for it to do. */
export async function requestRewrap(): Promise<void> {
  if ((await countOutdated()) > 0) await enqueueAlone(rewrapJob.name, {}, { singletonKey: 'all' });
}

/**
 * Seals all data keys under the first key, and those of installation-keys.ts, in small transactions, while they are read
 * and new ones are made. May be interrupted, and run twice.
 * @returns how many it has changed
 */
export async function rewrapDataKeys(signal?: AbortSignal): Promise<number> {
  let rewrapped = await rewrapInstallationKeys();
  for (let after: string | null = null; ;) {
    const span: Span = await transaction((tx) => rewrapSome(tx, after));
    rewrapped += span.rewrapped;
    if (span.read < batch || signal?.aborted) break;
    after = span.last;
  }
  await report(rewrapped);
  return rewrapped;
}

async function report(rewrapped: number): Promise<void> {
  const left = await countOutdated();
  const facts = { keyId: sealingKey().id, acceptedKeyIds: acceptedIds(), rewrapped, left };
  if (left > 0) log.warn(facts, 'data keys are sealed under another key than ENCRYPTION_KEY still');
  else if (acceptedIds().length > 0)
    log.info(facts, 'every data key is sealed under ENCRYPTION_KEY: those of ENCRYPTION_KEYS_ACCEPTED are not needed');
}

/** Says in /metrics how many people's keys are sealed under another key than the first. */
export function measureOutdatedKeys(): void {
  measure(
    'lifegraph_data_keys_outdated',
    'Data keys sealed under another key than ENCRYPTION_KEY, counted at most once a minute; at 0 the others may go',
    readOutdated,
  );
}

let counted = { left: 0, at: -Infinity };

/** As it was when last counted. A scrape neither waits for the database nor fails with it. */
function readOutdated(): number {
  if (performance.now() > counted.at + 60_000) {
    counted.at = performance.now();
    countOutdated().catch((err: unknown) => log.debug({ err }, 'the data keys could not be counted'));
  }
  return counted.left;
}

const acceptedIds = (): string[] =>
  ringKeys()
    .slice(1)
    .map(({ id }) => id);

/** How many of them are sealed under another key than the first, whichever. By two ranges of the index: none costs nothing. */
export async function countOutdated(): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `SELECT (SELECT count(*) FROM data_keys WHERE key_id < $1::text)::int
          + (SELECT count(*) FROM data_keys WHERE key_id > $1::text)::int
          + (SELECT count(*) FROM installation_keys WHERE key_id <> $1::text)::int AS count`,
    [sealingKey().id],
  );
  counted = { left: row?.count ?? 0, at: performance.now() };
  return counted.left;
}

type Span = { read: number; rewrapped: number; last: string | null };

/**
 * The locks are those of the update itself: whoever reads a key, or seals under it, goes on. A row that another run has
 * locked is that one's.
 */
async function rewrapSome(tx: Transaction, after: string | null): Promise<Span> {
  const rows = await tx.query<WrappedKey>(
    `SELECT user_id AS "userId", key_id AS "keyId", encode(wrapped, 'base64') AS wrapped FROM data_keys
     WHERE key_id = ANY($1::text[]) AND ($2::uuid IS NULL OR user_id > $2::uuid)
     ORDER BY user_id LIMIT $3::int FOR NO KEY UPDATE SKIP LOCKED`,
    [acceptedIds(), after, batch],
  );
  const renewed = rows.flatMap((row) => renew(row) ?? []);
  await tx.query(
    `UPDATE data_keys d SET key_id = n.key_id, wrapped = decode(n.wrapped, 'base64')
     FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (user_id, key_id, wrapped) WHERE d.user_id = n.user_id`,
    [renewed.map((row) => row.userId), renewed.map((row) => row.keyId), renewed.map((row) => row.wrapped)],
  );
  return { read: rows.length, rewrapped: renewed.length, last: rows.at(-1)?.userId ?? null };
}

/** @returns undefined for one that was altered: it must not keep the others under the old key */
function renew(row: WrappedKey): WrappedKey | undefined {
  try {
    return wrap(row.userId, unwrapBytes(row));
  } catch (err) {
    if (!(err instanceof SealError)) throw err;
    log.error({ err, userId: row.userId }, 'a data key cannot be opened: it has been altered');
    return undefined;
  }
}
