import {
  closeSync,
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { lockDirectory } from './directory-lock.ts';

/** It would write over something, or there is nothing to take. The message says what to do. */
export class BackupError extends Error {}

/** The folder below DATA_DIR that holds the embedded database. */
const folderName = 'postgres';

/**
 * Copies the embedded database while nobody uses it. Keys and the journal of erasures are no part of it: they belong apart
 * from it.
 * @param target a folder that is not there yet
 * @throws BackupError, DirectoryLockedError
 */
export function saveDatabase(dataDir: string, target: string): void {
  copyLocked(dataDir, join(dataDir, folderName), resolve(target), 'Name another place for the backup.');
}

/**
 * Puts a copy in the place of a database, which must have been moved away.
 * @throws BackupError, DirectoryLockedError
 */
export function restoreDatabase(dataDir: string, source: string): void {
  copyLocked(dataDir, resolve(source), join(dataDir, folderName), 'Move that folder away first.');
}

function copyLocked(dataDir: string, from: string, to: string, advice: string): void {
  const lock = lockDirectory(dataDir);
  try {
    if (!existsSync(join(from, 'PG_VERSION'))) throw new BackupError(`There is no database in ${from}.`);
    if (existsSync(to)) throw new BackupError(`${to} is there already. ${advice}`);
    copyWhole(from, to);
  } finally {
    lock.release();
  }
}

/** Under another name until it is whole and on the disk: what was cut off is never taken for a backup. */
function copyWhole(from: string, to: string): void {
  const partial = `${to}.partial`;
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  rmSync(partial, { recursive: true, force: true });
  cpSync(from, partial, { recursive: true, preserveTimestamps: true });
  for (const entry of readdirSync(partial, { recursive: true, withFileTypes: true }))
    sync(join(entry.parentPath, entry.name));
  sync(partial);
  renameSync(partial, to);
  sync(dirname(to));
}

/** Waits until a file, or the names in a folder, are on the disk: a stick may be pulled out as soon as we say that it is done. */
function sync(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
