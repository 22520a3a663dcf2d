import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { announceErasure } from '../../../src/platform/forgetting/erasures.ts';
import { countOutdated, rewrapDataKeys } from '../../../src/platform/secrets/key-rotation.ts';
import { openKeyRing, ringKeys } from '../../../src/platform/secrets/key-ring.ts';
import { sql, transaction } from '../../../src/platform/database/database.ts';
import { openVault, seal, SealError, unseal } from '../../../src/platform/secrets/vault.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { makeFolder } from '../../setup/pair.ts';
import { addNote, createNotes, newEncryptionKey, placeOf, readNote } from '../../setup/sealed-notes.ts';

const key = newEncryptionKey();
let app: App;

/** As a process that is started with these keys has them. */
const use = (first: string, ...accepted: string[]): Promise<void> =>
  openVault(readConfig({ DATA_DIR: 'memory://', ENCRYPTION_KEY: first, ENCRYPTION_KEYS_ACCEPTED: accepted.join(',') }));
const newPerson = async () => (await Client.register(app.url)).userId;
const readWrapped = (userId: string) =>
  sql.query<{ key_id: string; wrapped: Buffer }>('SELECT key_id, wrapped FROM data_keys WHERE user_id = $1', [userId]);

beforeAll(async () => {
  app = await startApp({ ENCRYPTION_KEY: key });
  await createNotes();
});
afterAll(() => app.stop());

describe("a person's data key", () => {
  it('is made with the first sealing and stays the same', async () => {
    const userId = await newPerson();
    await sql.query('DELETE FROM data_keys WHERE user_id = $1', [userId]);
    const ids = [await addNote(userId, 'one'), await addNote(userId, 'two')];
    expect(await Promise.all(ids.map((id) => readNote(userId, id)))).toEqual(['one', 'two']);
    expect(await readWrapped(userId)).toHaveLength(1);
  });

  it('is not used further when the transaction that made it is undone', async () => {
    const userId = await newPerson();
    await sql.query('DELETE FROM data_keys WHERE user_id = $1', [userId]);
    const place = placeOf('a');
    const undone = transaction(async (tx) => {
      const sealed = await seal(tx, userId, place, 'never kept');
      expect(await unseal(tx, userId, place, sealed)).toBe('never kept');
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await readWrapped(userId)).toEqual([]);
    const sealed = await seal(sql, userId, place, 'kept');
    await use(key);
    expect(await unseal(sql, userId, place, sealed)).toBe('kept');
  });

  it('is asked for once, then remembered, and forgotten with the news of an erasure', async () => {
    const userId = await newPerson();
    const id = await addNote(userId, 'a text');
    expect(await readNote(userId, id)).toBe('a text');
    await sql.query('DELETE FROM data_keys WHERE user_id = $1', [userId]);
    expect(await readNote(userId, id)).toBe('a text');
    announceErasure(userId);
    await expect(readNote(userId, id)).rejects.toThrow(SealError);
  });

  it('is not remembered when its person is erased while it is looked up', async () => {
    const userId = await newPerson();
    const sealed = await seal(sql, userId, placeOf('a'), 'a text');
    const erasing = {
      query: async <Row extends object>(text: string, values?: readonly unknown[]) => {
        const rows = await sql.query<Row>(text, values);
        await sql.query('DELETE FROM users WHERE id = $1', [userId]);
        announceErasure(userId);
        await new Promise((resolve) => setTimeout(resolve, 20));
        return rows;
      },
    };
    expect(await unseal(erasing, userId, placeOf('a'), sealed)).toBe('a text');
    await expect(unseal(sql, userId, placeOf('a'), sealed)).rejects.toThrow(SealError);
  });

  it('is read anew when the database was brought back to another one', async () => {
    const userId = await newPerson();
    const id = await addNote(userId, 'before');
    expect(await readNote(userId, id)).toBe('before');
    await sql.query('DELETE FROM data_keys WHERE user_id = $1', [userId]);
    const other = await addNote(userId, 'after');
    expect(await readNote(userId, other)).toBe('after');
  });

  it('is nothing for somebody who does not exist', async () => {
    await expect(addNote('00000000-0000-4000-8000-000000000000', 'x')).rejects.toThrow(SealError);
  });
});

describe('the job that seals data keys anew', () => {
  it('takes all of them, in as many transactions as it needs, and may run twice', async () => {
    const userId = await newPerson();
    const id = await addNote(userId, 'a text');
    await sql.query(
      `WITH people AS (
         INSERT INTO users (id, email, password_hash, time_zone)
         SELECT gen_random_uuid(), 'made-up-' || n, '', 'UTC' FROM generate_series(1, 450) n RETURNING id
       ) INSERT INTO data_keys SELECT id, 'made-up', '' FROM people`,
    );
    const made = await sql.query<{ id: string }>(`SELECT user_id AS id FROM data_keys WHERE key_id = 'made-up'`);
    await sql.query(`DELETE FROM data_keys WHERE key_id = 'made-up'`);
    for (const person of made) await seal(sql, person.id, placeOf('a'), 'x');
    const next = newEncryptionKey();
    await use(next, key);
    expect(await rewrapDataKeys()).toBeGreaterThan(450);
    expect(await rewrapDataKeys()).toBe(0);
    await use(next);
    expect(await readNote(userId, id)).toBe('a text');
    await use(key, next);
    await rewrapDataKeys();
    await use(key);
  });

  it('goes on past a data key that was altered, and leaves that as it is', async () => {
    const [altered, whole] = [await newPerson(), await newPerson()].sort();
    for (const userId of [altered!, whole!]) await addNote(userId, 'a text');
    await sql.query(
      `UPDATE data_keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE user_id = $1`,
      [altered],
    );
    const [before] = await readWrapped(altered!);
    const next = newEncryptionKey();
    await use(next, key);
    await rewrapDataKeys();
    expect((await readWrapped(altered!))[0]).toEqual(before);
    expect((await readWrapped(whole!))[0]!.key_id).toBe(ringKeys()[0]!.id);
    await sql.query('DELETE FROM data_keys WHERE user_id = $1', [altered]);
    await use(key, next);
    await rewrapDataKeys();
    await use(key);
  });

  it('says in /metrics how many are left', async () => {
    const userId = await newPerson();
    await addNote(userId, 'a text');
    const read = async () =>
      Number(/^lifegraph_data_keys_outdated (\d+)$/m.exec(await (await fetch(`${app.url}/metrics`)).text())![1]);
    const next = newEncryptionKey();
    await use(next, key);
    const [all] = await sql.query<{ count: number }>(
      'SELECT (SELECT count(*) FROM data_keys)::int + (SELECT count(*) FROM installation_keys)::int AS count',
    );
    expect(await countOutdated()).toBe(all!.count);
    expect(await read()).toBe(all!.count);
    await rewrapDataKeys();
    expect(await read()).toBe(0);
    await use(key, next);
    await rewrapDataKeys();
    await use(key);
  });
});

describe('the key of an installation that was given none', () => {
  it('lies in its folder, readable by its owner, and is the same at the next start', () => {
    const folder = makeFolder();
    const config = readConfig({ DATA_DIR: folder.path });
    openKeyRing(config);
    const [first] = ringKeys();
    openKeyRing(config);
    expect(ringKeys()[0]!.id).toBe(first!.id);
    const file = join(folder.path, 'encryption-key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    openKeyRing(readConfig({ DATA_DIR: 'memory://', ENCRYPTION_KEY: readFileSync(file, 'utf8') }));
    expect(ringKeys()[0]!.id).toBe(first!.id);
    folder.remove();
    openKeyRing(readConfig({ DATA_DIR: 'memory://', ENCRYPTION_KEY: key }));
  });
});
