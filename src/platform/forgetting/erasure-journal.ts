import { mkdirSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Who was erased, and when. */
export type ErasureNote = { userId: string; at: Date };

/** The file below DATA_DIR. */
export const journalName = 'erasures.journal';

let file: string | undefined;

/**
 * Opens the list of erased people that lies beside the database and not in it: it outlives a database that is brought back
 * from a backup. It holds random ids and times. With `memory://` there is none.
 */
export function openJournal(dataDir: string): void {
  if (dataDir.startsWith('memory://')) return void (file = undefined);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  file = join(dataDir, journalName);
}

/** Adds lines to the end of the journal; they are on the disk when it settles. Processes may share the file. */
export async function appendToJournal(notes: readonly ErasureNote[]): Promise<void> {
  if (!file || notes.length === 0) return;
  const lines = notes.map(({ userId, at }) => `${userId} ${at.toISOString()}\n`).join('');
  const handle = await open(file, 'a', 0o600);
  try {
    // The empty line keeps what follows apart from one that was cut off by the end of its process.
    await handle.appendFile(`\n${lines}`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const linePattern = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/gm;

/** Everybody in the journal; lines that are not whole are passed over. */
export async function readJournal(): Promise<ErasureNote[]> {
  const text = file ? await readFile(file, 'utf8').catch(whenMissing) : '';
  return [...text.matchAll(linePattern)].map(([, userId, at]) => ({ userId: userId!, at: new Date(at!) }));
}

function whenMissing(error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') throw error;
  return '';
}
