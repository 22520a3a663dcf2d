import type { IncomingMessage, ServerResponse } from 'node:http';
import { openUploadLink } from './imports.ts';
import { receiveUpload } from './receive-upload.ts';
import { UploadInterruptedError, type Upload } from './upload.ts';

/** Milliseconds in which nothing comes after which an upload counts as broken off. */
const silenceLimit = 240_000;
/** Milliseconds that a client which was refused gets to read why, while what it still sends is thrown away. */
const lingerLimit = 10_000;

/** PUT /imports/<token>: takes a file in, and answers when it has been checked. */
export async function serveUpload(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  try {
    const { viewer, importId } = await openUploadLink(url.pathname.split('/')[2] ?? '');
    const { id, state } = await receiveUpload(viewer, importId, toUpload(request));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id, state }));
  } finally {
    discardRest(request);
  }
}

function toUpload(request: IncomingMessage): Upload {
  const length = request.headers['content-length'];
  return { length: length === undefined ? null : Number(length), bytes: readBytes(request) };
}

async function* readBytes(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  request.setTimeout(silenceLimit, () => request.destroy());
  try {
    // Leaving the loop early must not cut the connection: the client is to read why.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch (error) {
    throw request.destroyed ? new UploadInterruptedError() : error;
  }
}

/** Until the rest of a refused upload has been taken, many clients do not look at the answer. */
function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const limit = setTimeout(() => request.destroy(), lingerLimit);
  request.once('close', () => clearTimeout(limit));
  request.once('end', () => clearTimeout(limit));
  request.on('error', () => undefined);
  request.resume();
}
