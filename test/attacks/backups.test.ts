import { cpSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sql } from '../../src/platform/database/database.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, goodPassword } from '../setup/client.ts';
import { makeFolder } from '../setup/pair.ts';
import { dumpTables } from '../setup/raw-data.ts';
import { addNote, createNotes, newEncryptionKey, readNote } from '../setup/sealed-notes.ts';
import { startChild } from '../setup/spawn.ts';
import { eraseAccount } from './planted-life.ts';

const slow = { timeout: 180_000 };
const root = join(import.meta.dirname, '../..');

/** As `npm run backup` and `npm run restore` do. @returns the exit code and what was said */
async function run(action: 'save' | 'restore', dataDir: string, folder: string): Promise<[number | null, string]> {
  const args = ['--disable-warning=ExperimentalWarning', 'src/backup.ts', action, folder];
  const child = startChild(process.execPath, args, { cwd: root, env: { DATA_DIR: dataDir } });
  return [await child.exited, child.output()];
}

/** What people have, as text: the queue and the tables of the installation live on. */
async function readPeople(): Promise<string[]> {
  const tables = [...(await dumpTables())].filter(
    ([name]) => name.startsWith('public.') && !/heads|erasures|migrations/.test(name),
  );
  return tables.map(([name, rows]) => `${name}\n${rows.split('\n').sort().join('\n')}`).sort();
}

describe('48: a backup of the embedded database', () => {
  const [here, there, store] = [makeFolder(), makeFolder(), makeFolder()];
  const key = newEncryptionKey();
  const backup = join(store.path, 'backup');
  const start = (dataDir: string, encryptionKey = key): Promise<App> =>
    startApp({
      DATA_DIR: dataDir,
      JWT_SECRET: 'x'.repeat(32),
      ENCRYPTION_KEY: encryptionKey,
      INSIGHTS_DEBOUNCE_SECONDS: '3600',
    });
  afterAll(() => [here, there, store].forEach((each) => each.remove()));

  it(
    'is refused while the server runs, is restored elsewhere with every row, and only with its key',
    slow,
    async () => {
      let app = await start(here.path);
      await createNotes();
      const [gone, stays] = [await Client.register(app.url), await Client.register(app.url)];
      for (const client of [gone, stays]) await client.createEntry({ metricId: (await client.createMetric()).id });
      const note = await addNote(stays.userId, 'a secret');
      const before = await readPeople();
      expect(before.join()).toContain(stays.userId);
      expect(await run('save', here.path, backup)).toEqual([1, expect.stringContaining('in use by process')]);
      await app.stop();

      expect(await run('save', here.path, backup)).toEqual([0, expect.stringContaining('erasures.journal')]);
      expect(await run('save', here.path, backup)).toEqual([1, expect.stringContaining('already')]);
      expect(await run('restore', there.path, store.path)).toEqual([1, expect.stringContaining('no database')]);
      expect(existsSync(join(there.path, 'postgres'))).toBe(false);
      expect(await run('restore', there.path, backup)).toEqual([0, expect.stringContaining('restored')]);
      await expect(start(there.path, newEncryptionKey())).rejects.toThrow('ENCRYPTION_KEYS_ACCEPTED');
      app = await start(there.path);
      expect(await readPeople()).toEqual(before);
      expect(await readNote(stays.userId, note)).toBe('a secret');

      await eraseAccount({ client: gone.at(app.url), password: goodPassword });
      await app.stop();
      expect(await run('restore', there.path, backup)).toEqual([1, expect.stringContaining('Move that folder away')]);
      renameSync(join(there.path, 'postgres'), join(store.path, 'moved-away'));
      expect((await run('restore', there.path, backup))[0]).toBe(0);
      app = await start(there.path);
      expect(await sql.query('SELECT 1 AS one FROM users WHERE id = $1', [gone.userId])).toEqual([]);
      expect(await stays.at(app.url).countEntries()).toBe(1);
      await app.stop();
      // Without the journal nobody can know: what keeps them away is the journal, and nothing else.
      cpSync(backup, join(here.path, 'restored'), { recursive: true });
      renameSync(join(here.path, 'postgres'), join(store.path, 'also-moved-away'));
      renameSync(join(here.path, 'restored'), join(here.path, 'postgres'));
      app = await start(here.path);
      expect(await gone.at(app.url).countEntries()).toBe(1);
      await app.stop();
    },
  );
});
