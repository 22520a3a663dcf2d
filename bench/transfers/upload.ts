import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { put } from '../../test/domains/imports/transfer.ts';
import type { Client } from '../../test/setup/client.ts';

/** Sends a file from the disk to an upload link. */
export const upload = (client: Client, uploadUrl: string, path: string): Promise<Response> =>
  put(client, uploadUrl, Readable.toWeb(createReadStream(path)) as ReadableStream);

/** @returns seconds that the work takes */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}
