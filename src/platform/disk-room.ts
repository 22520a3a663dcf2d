import { statfs } from 'node:fs/promises';

/** Bytes that are left to whoever else writes to the disk: the embedded database gives up when it finds no room. */
const reserve = 128 * 1024 * 1024;

/** Bytes that a file may take of the disk of a folder: all but the reserve, and of a small one half of what is free. */
export async function readRoom(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  return Math.max(free / 2, free - reserve);
}
