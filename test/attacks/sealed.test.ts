import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../src/platform/database/database.ts';
import { ringKeys } from '../../src/platform/secrets/key-ring.ts';
import { SealError } from '../../src/platform/secrets/vault.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, goodPassword } from '../setup/client.ts';
import { makeFolder } from '../setup/pair.ts';
import { runMain } from '../setup/process.ts';
import { dumpTables, findPlaces, readFiles } from '../setup/raw-data.ts';
import { addNote, createNotes, newEncryptionKey, readNote } from '../setup/sealed-notes.ts';

const key = newEncryptionKey();
let app: App;
let me: Client;
let somebody: Client;
const folder = makeFolder();

beforeAll(async () => {
  app = await startApp({ DATA_DIR: folder.path, ENCRYPTION_KEY: key });
  await createNotes();
  me = await Client.register(app.url);
  somebody = await Client.register(app.url);
});
afterAll(async () => {
  await app.stop();
  folder.remove();
});

describe('50: what is sealed', () => {
  it('is in no row of any table and in no file, its key neither; what is not sealed is in both', async () => {
    const [sealed, open] = ['a-token-that-nobody-may-see-5831', 'a-note-that-lies-open-9027'];
    await addNote(me.userId, sealed, `${sealed} in a title`);
    const metric = await me.createMetric({ name: 'Mood', type: 'NUMBER' });
    await me.createEntry({ metricId: metric.id, date: '2026-11-01', value: 4, notes: open });
    await sql.query('CHECKPOINT');

    const tables = await dumpTables();
    expect(findPlaces(tables, open)).toEqual(expect.arrayContaining(['public.entries', 'public.changes']));
    expect(findPlaces(tables, sealed)).toEqual([]);
    const files = readFiles(folder.path);
    expect(findPlaces(files, open)).toContainEqual(expect.stringContaining('/pg_wal/'));
    expect(findPlaces(files, open)).toContainEqual(expect.stringContaining('/base/'));
    expect(findPlaces(files, sealed)).toEqual([]);

    const bytes = Buffer.from(key, 'base64').toString('latin1');
    const latin = new Map([...files].map(([path, held]) => [path, held.toString('latin1')]));
    for (const form of [key, bytes]) expect(findPlaces(latin, form)).toEqual([]);
  });

  it('is refused with one byte flipped, at every place', async () => {
    const id = await addNote(me.userId, 'a text');
    const flip = (at: number) =>
      sql.query(`UPDATE sealed_notes SET body = set_byte(body, ${at}, get_byte(body, ${at}) # 4) WHERE id = $1`, [id]);
    const [{ length }] = (await sql.query<{ length: number }>('SELECT length(body) FROM sealed_notes WHERE id = $1', [
      id,
    ])) as [{ length: number }];
    for (let at = 0; at < length; at += 1) {
      await flip(at);
      await expect(readNote(me.userId, id)).rejects.toThrow(SealError);
      await flip(at);
    }
    expect(await readNote(me.userId, id)).toBe('a text');
  });

  it.each([
    ['rows', `UPDATE sealed_notes n SET body = o.body FROM sealed_notes o WHERE n.id = $1 AND o.id = $2 AND $3 <> ''`],
    ['columns', `UPDATE sealed_notes n SET body = n.title WHERE n.id = $1 AND $2 <> '' AND $3 <> ''`],
    [
      'people',
      `UPDATE sealed_notes n SET body = o.body FROM sealed_notes o WHERE n.id = $1 AND $2 <> '' AND o.id = $3`,
    ],
  ])('is refused when %s were swapped', async (_, swap) => {
    const [mine, alsoMine] = [await addNote(me.userId, 'first', 'its title'), await addNote(me.userId, 'second')];
    const theirs = await addNote(somebody.userId, 'first');
    expect(await readNote(me.userId, mine)).toBe('first');
    await sql.query(
      swap.replaceAll(/\$(\d)(?= <>)/g, '$$$1::text').replaceAll(/id = \$(\d)/g, 'id = $$$1::text::uuid'),
      [mine, alsoMine, theirs],
    );
    await expect(readNote(me.userId, mine)).rejects.toThrow(SealError);
  });

  it('is refused when the whole row was given to somebody else, with the key of its person too', async () => {
    const id = await addNote(me.userId, 'a text');
    await addNote(somebody.userId, 'another');
    await sql.query('UPDATE sealed_notes SET user_id = $1 WHERE id = $2', [somebody.userId, id]);
    await expect(readNote(somebody.userId, id)).rejects.toThrow(SealError);
    const takeKey = `UPDATE data_keys d SET wrapped = o.wrapped FROM data_keys o WHERE d.user_id = $1 AND o.user_id = $2`;
    const [kept] = await sql.query<{ wrapped: Buffer }>('SELECT wrapped FROM data_keys WHERE user_id = $1', [
      somebody.userId,
    ]);
    await sql.query(takeKey, [somebody.userId, me.userId]);
    await expect(readNote(somebody.userId, id)).rejects.toThrow(SealError);
    // Nor is anything of theirs sealed under the key of somebody else.
    await expect(addNote(somebody.userId, 'a text')).rejects.toThrow(SealError);
    await sql.query('UPDATE data_keys SET wrapped = $2 WHERE user_id = $1', [somebody.userId, kept!.wrapped]);
    await sql.query('UPDATE sealed_notes SET user_id = $1 WHERE id = $2', [me.userId, id]);
    expect(await readNote(me.userId, id)).toBe('a text');
  });

  it('is nothing any more once its person is erased, wherever a copy of it lies', async () => {
    const gone = await Client.register(app.url);
    const id = await addNote(gone.userId, 'a text');
    expect(await readNote(gone.userId, id)).toBe('a text');
    await gone.graphql('mutation ($password: String!) { deleteAccount(password: $password) }', {
      password: goodPassword,
    });
    expect(await sql.query('SELECT 1 AS one FROM sealed_notes WHERE id = $1', [id])).toHaveLength(1);
    await expect(readNote(gone.userId, id)).rejects.toThrow(SealError);
  });
});

describe('50: a start without the key', () => {
  it('is refused, by name of the key and with what to do, and changes nothing; with it, all is there', async () => {
    const id = await addNote(me.userId, 'a text');
    const keyId = ringKeys()[0]!.id;
    await app.stop();
    const child = runMain({ DATA_DIR: folder.path, ENCRYPTION_KEY: newEncryptionKey() });
    expect(await child.exited).toBe(1);
    expect(child.output()).toContain(keyId);
    expect(child.output()).toMatch(/ENCRYPTION_KEYS_ACCEPTED/);
    expect(child.output()).not.toMatch(/^\s+at /m);
    expect(child.output()).not.toContain(key);
    app = await startApp({ DATA_DIR: folder.path, ENCRYPTION_KEY: key });
    expect(await readNote(me.userId, id)).toBe('a text');
  });
});
