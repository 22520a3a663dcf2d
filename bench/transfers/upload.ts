import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createImport, put, settled } from '../../test/domains/imports/transfer.ts';
import type { Client } from '../../test/setup/client.ts';
import { requireEqual } from '../equality.ts';

/** Sends a file from the disk to an upload link. */
export const upload = (client: Client, uploadUrl: string, path: string): Promise<Response> =>
  put(client, uploadUrl, Readable.toWeb(createReadStream(path)) as ReadableStream);

/** Brings a CSV in, and waits until all of it is written. */
export async function bringCsv(client: Client, path: string): Promise<void> {
  const { id, uploadUrl } = await createImport(client, 'CSV', true);
  await upload(client, uploadUrl!, path);
  const { state, error } = await settled(client, id);
  requireEqual('the state of the import', { state, error }, { state: 'APPLIED', error: null });
}

/** @returns seconds that the work takes */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}
