import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process holds the directory. */
export class DirectoryLockedError extends Error {}

/**
 * Takes a directory for this process alone, creating it when missing. Two processes that open one embedded database
 * silently lose rows.
 *
 * The lock is SQLite's exclusive file lock: the operating system gives it back the moment the process ends, however it
 * ends, so a crash leaves nothing stale behind and no pid has to be trusted.
 * @throws DirectoryLockedError naming the holder's pid
 */
export function lockDirectory(directory: string): { release: () => void } {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const holderFile = join(directory, 'holder.pid');
  const lock = new DatabaseSync(join(directory, 'lock'));
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new DirectoryLockedError(`${directory} is in use by process ${readHolder(holderFile)}. Stop it first.`);
  }
  writeFileSync(holderFile, `${process.pid}\n`);
  return { release: () => lock.close() };
}

function readHolder(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '(unknown)';
  }
}
