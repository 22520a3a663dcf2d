import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, createGzip, gunzip } from 'node:zlib';
import { UnavailableError } from '../../../kernel/errors.ts';
import { readRoom } from '../../../platform/disk-room.ts';

/**
 * Writes a compressed file that is whole or not there, for our user alone. It is on the disk when this settles; a file of the
 * same name that was there before is lost only then.
 * @param texts what it holds, in pieces
 * @throws UnavailableError when the disk has no room for it
 */
export async function writeCompressed(path: string, texts: AsyncIterable<string>, signal?: AbortSignal): Promise<void> {
  const folder = dirname(path);
  const created = await mkdir(folder, { recursive: true, mode: 0o700 });
  const room = await readRoom(folder);
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    const file = createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(texts, createGzip(), withinRoom(room), file, { signal });
    await rename(partial, path);
    await syncFolder(folder);
    if (created) await syncFolder(dirname(folder));
  } catch (error) {
    await rm(partial, { force: true });
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noRoom() : error;
  }
}

/** Compressed bytes in which a beginning is found. */
const headBytes = 4096;
const expand = promisify(gunzip);

/** How a compressed file begins, some hundred characters at least; "" when it cannot be read. */
export async function readBeginning(path: string): Promise<string> {
  try {
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      // As far as it goes: the end of the file is missing.
      const text = await expand(buffer.subarray(0, bytesRead), { finishFlush: constants.Z_SYNC_FLUSH });
      return text.toString('utf8');
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

const withinRoom = (room: number) =>
  async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let total = 0;
    for await (const chunk of chunks) {
      total += chunk.byteLength;
      if (total > room) throw noRoom();
      yield chunk;
    }
  };

/** A new name in a folder is lasting only once the folder is written. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}

const noRoom = () => new UnavailableError('There is no room on the disk for the exports.');
