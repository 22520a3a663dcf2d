import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TooCostlyError, UnavailableError } from '../../kernel/errors.ts';
import { readRoom } from '../../platform/disk-room.ts';
import { importMaxBytes, uploadFolder } from './settings.ts';
import type { Upload } from './upload.ts';

/** Milliseconds after which no upload is under way any more: twice as long as the server lets a request take. */
const overdue = 2 * 3_600_000;

/**
 * Removes what a process that was killed has left of uploads.
 * @param isAlone whether no other process may be taking one in now; else only what is too old for that goes
 */
export async function sweepUploads(isAlone: boolean): Promise<void> {
  const names = await readdir(uploadFolder()).catch(() => []);
  for (const name of names) {
    const path = join(uploadFolder(), name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (isAlone || Date.now() - mtimeMs > overdue) await rm(path, { force: true });
  }
}

/** An upload on the disk of this process, until it has been read. */
export type Spooled = { path: string; remove: () => Promise<void> };

/**
 * Takes an upload in, into a file that nobody else may read: archives have their table of contents at the end, some formats
 * must be read twice, and what has been read fast waits for no slow line (docs/decisions/0014).
 * @param onBytes told how many bytes have come in so far
 * @throws TooCostlyError, UploadInterruptedError; UnavailableError when the disk has no room for it
 */
export async function spool(upload: Upload, onBytes: (total: number) => Promise<void>): Promise<Spooled> {
  if (upload.length !== null && upload.length > importMaxBytes()) throw tooLarge();
  await mkdir(uploadFolder(), { recursive: true, mode: 0o700 });
  const room = await readRoom(uploadFolder());
  if (upload.length !== null && upload.length > room) throw noRoom();
  const path = join(uploadFolder(), randomUUID());
  const remove = () => rm(path, { force: true });
  try {
    await pipeline(count(upload.bytes, room, onBytes), createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    return { path, remove };
  } catch (error) {
    await remove();
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noRoom() : error;
  }
}

async function* count(
  bytes: AsyncIterable<Uint8Array>,
  room: number,
  onBytes: (total: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.byteLength;
    if (total > importMaxBytes()) throw tooLarge();
    if (total > room) throw noRoom();
    yield chunk;
    await onBytes(total);
  }
}

const noRoom = () =>
  new UnavailableError('The server has no room for a file of this size at the moment. Try again later.');

const tooLarge = () =>
  new TooCostlyError(`An import takes files of up to ${importMaxBytes()} bytes; this one is larger.`);
