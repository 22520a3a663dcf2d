import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig, ConfigError } from '../../src/config.ts';
import { sql } from '../../src/platform/database/database.ts';
import { rewrapDataKeys } from '../../src/platform/secrets/key-rotation.ts';
import { ringKeys } from '../../src/platform/secrets/key-ring.ts';
import { openVault } from '../../src/platform/secrets/vault.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { createDatabase, hasServers, type TestDatabase } from '../setup/database.ts';
import { addNote, createNotes, newEncryptionKey, readNote } from '../setup/sealed-notes.ts';

/** 600 people get a data key first. */
const slow = { timeout: 120_000 };
const [first, second] = [newEncryptionKey(), newEncryptionKey()];

/** As a process that is started again with other keys has them. */
const use = (key: string, ...accepted: string[]): Promise<void> =>
  openVault(readConfig({ DATA_DIR: 'memory://', ENCRYPTION_KEY: key, ENCRYPTION_KEYS_ACCEPTED: accepted.join(',') }));

describe.skipIf(!hasServers())('51: the key of an installation', () => {
  let database: TestDatabase;
  let app: App;
  const start = (env: Record<string, string>) => startApp({ DATABASE_URL: database.url, ...env });

  beforeAll(async () => {
    database = await createDatabase();
    app = await start({ ENCRYPTION_KEY: first });
    await createNotes();
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  const makePeople = async (count: number): Promise<string[]> =>
    (
      await sql.query<{ id: string }>(
        `INSERT INTO users (id, email, password_hash, time_zone)
         SELECT gen_random_uuid(), gen_random_uuid(), '', 'UTC' FROM generate_series(1, $1::int) RETURNING id`,
        [count],
      )
    ).map(({ id }) => id);

  it('is the same one for all who seal for a person first and at once', async () => {
    for (const userId of await makePeople(20)) {
      const ids = await Promise.all(Array.from({ length: 8 }, (_, n) => addNote(userId, `text ${n}`)));
      const texts = await Promise.all(ids.map((id) => readNote(userId, id)));
      expect(texts).toEqual(ids.map((_, n) => `text ${n}`));
    }
  });

  it('is changed while people read and write, without a failure; then the old one is not needed', slow, async () => {
    const people = await makePeople(600);
    const notes: { userId: string; id: string; text: string }[] = [];
    const write = async () => {
      const userId = people[Math.floor(Math.random() * people.length)]!;
      const text = `text ${Math.random()}`;
      notes.push({ userId, id: await addNote(userId, text), text });
    };
    const read = async () => {
      const { userId, id, text } = notes[Math.floor(Math.random() * notes.length)]!;
      expect(await readNote(userId, id)).toBe(text);
    };
    for (const userId of people) notes.push({ userId, id: await addNote(userId, 'before'), text: 'before' });

    const load = new AbortController();
    const counts = { written: 0, read: 0 };
    const repeat = async (act: () => Promise<void>, count: () => void) => {
      for (; !load.signal.aborted; count()) await act();
    };
    const ends = [0, 1, 2, 3].flatMap(() => [
      repeat(write, () => (counts.written += 1)),
      repeat(read, () => (counts.read += 1)),
    ]);
    await use(first, second);
    await use(second, first);
    await Promise.all([rewrapDataKeys(), rewrapDataKeys()]);
    // What a process that had not heard of the new key yet has sealed meanwhile.
    await rewrapDataKeys();
    await use(second);
    const sofar = { ...counts };
    await new Promise((resolve) => setTimeout(resolve, 300));
    load.abort();
    await Promise.all(ends);
    expect(counts.written).toBeGreaterThan(sofar.written);
    expect(counts.read).toBeGreaterThan(sofar.read);
    for (const { userId, id, text } of notes) expect(await readNote(userId, id)).toBe(text);
    const ids = await sql.query<{ id: string }>('SELECT DISTINCT key_id AS id FROM data_keys');
    expect(ids).toEqual([{ id: ringKeys()[0]!.id }]);
  });

  it('that was retired opens nothing any more: a start with it alone is refused', async () => {
    await app.stop();
    await expect(start({ ENCRYPTION_KEY: first })).rejects.toThrow(ConfigError);
    await expect(start({ ENCRYPTION_KEY: first })).rejects.toThrow('ENCRYPTION_KEYS_ACCEPTED');
    app = await start({ ENCRYPTION_KEY: second });
    const client = await Client.register(app.url);
    expect(await readNote(client.userId, await addNote(client.userId, 'a text'))).toBe('a text');
  });

  it('is put in place of the old one by a start alone: the job runs by itself', async () => {
    await app.stop();
    const third = newEncryptionKey();
    app = await start({ ENCRYPTION_KEY: third, ENCRYPTION_KEYS_ACCEPTED: second });
    const isDone = async () => {
      const ids = await sql.query<{ id: string }>('SELECT DISTINCT key_id AS id FROM data_keys');
      return ids.length === 1 && ids[0]!.id === ringKeys()[0]!.id;
    };
    await expect.poll(isDone, { timeout: 10_000 }).toBe(true);
  });
});
