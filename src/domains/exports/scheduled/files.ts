import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDay } from '../../../kernel/civil-time.ts';
import type { Belonging } from '../../../kernel/define-domain.ts';
import { isId } from '../../../kernel/ids.ts';

/** `lifegraph-2026-11-21.json.gz`, and while it is being written something behind it: nothing in a name is personal. */
const fileShape = /^lifegraph-(\d{4}-\d\d-\d\d)\.json\.gz(\.[0-9a-f-]+\.partial)?$/;
/** Milliseconds after which nobody writes on any more to a file that has stood still. */
const overdue = 3_600_000;

/** A person's folder. Its name is the random id of the account, never an address. */
export const folderOf = (root: string, userId: string): string => join(root, userId);

/** A person's file of a day. */
export const fileOf = (root: string, userId: string, day: string): string =>
  join(folderOf(root, userId), `lifegraph-${day}.json.gz`);

/** The days of which a person has a file that is whole, the oldest first. */
export async function listDays(root: string, userId: string): Promise<string[]> {
  const found = (await list(folderOf(root, userId))).map((name) => fileShape.exec(name));
  return found.flatMap((match) => (match && !match[2] && isDay(match[1]!) ? [match[1]!] : [])).toSorted();
}

/** Removes what a process that was killed has left. */
export async function removeLeftovers(root: string, userId: string): Promise<void> {
  const folder = folderOf(root, userId);
  const partial = (await list(folder)).filter((name) => fileShape.exec(name)?.[2]);
  for (const path of partial.map((name) => join(folder, name))) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > overdue) await rm(path, { force: true });
  }
}

/** Removes all files of a person. */
export async function eraseFiles(root: string, userId: string): Promise<void> {
  // Anything else than an id could be a way to another folder.
  if (isId(userId)) await rm(folderOf(root, userId), { recursive: true, force: true });
}

/** The files as something that goes with an account. */
export const savedExports = (root: string): Belonging => ({
  kind: 'saved exports',
  count: async (userId) => (await listDays(root, userId)).length,
  listOwners: async () => (await list(root)).filter(isId),
  erase: (userId) => eraseFiles(root, userId),
});

/** The names in a folder; none when it is not there. */
const list = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
