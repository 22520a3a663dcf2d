import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { log } from '../../platform/observation/log.ts';
import { countBytes, isRange, readRange, sliceBytes } from './byte-ranges.ts';
import { nameContent, noteDownload, openExport, writeDownload, type Download } from './exports.ts';

const types = { CSV: 'text/csv; charset=utf-8', JSON: 'application/json; charset=utf-8' } as const;

/** Bytes of texts that have been counted, by their names: a client that asks for many parts has them counted once. */
const lengths = new LRUCache<string, number>({ max: 1000 });

/**
 * GET and HEAD /exports/<token>: streams the text, no faster than the client reads it; compressed where the client takes it,
 * or a part of it. The same link always gives the same bytes, so that a client can go on where a download broke off.
 */
export async function serveExport(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  address: string | null,
): Promise<void> {
  const download = await openExport(url.pathname.split('/')[2] ?? '');
  const { headers, method } = request;
  const name = nameContent(download);
  const isPart = method === 'GET' && isRange(headers.range) && isSame(headers['if-range'], name);
  if (isPart) return servePart(headers.range!, response, download, address);
  const isCompressed = takesGzip(headers['accept-encoding']);
  const head = { ...describe(download, isCompressed), ...(isCompressed ? {} : lengthOf(name)) };
  if (method === 'HEAD') return void response.writeHead(200, head).end();
  await noteDownload(download, address);
  // What cannot be told any more is refused with a code: once the status is out, a connection can only break.
  const text = await begin(writeDownload(download));
  response.writeHead(200, head);
  // At zlib's own level, in its threads: lower ones took as long here, and wrote a tenth more.
  if (isCompressed) return send(() => pipeline(text, createGzip(), response));
  await send(() => pipeline(text, response));
}

/** Texts have no length before they are written: a part costs writing it once more, unless it has been counted already. */
async function servePart(
  header: string,
  response: ServerResponse,
  download: Download,
  address: string | null,
): Promise<void> {
  const name = nameContent(download);
  const total = lengths.get(name) ?? (await countBytes(writeDownload(download), () => !response.destroyed));
  if (total === null) return;
  lengths.set(name, total);
  const range = readRange(header, total);
  if (!range) {
    const refusal = { ...describe(download, false), 'content-range': `bytes */${total}`, 'content-length': 0 };
    return void response.writeHead(416, refusal).end();
  }
  const { from, to } = range;
  await noteDownload(download, address);
  const text = await begin(writeDownload(download));
  response.writeHead(206, {
    ...describe(download, false),
    'content-range': `bytes ${from}-${to}/${total}`,
    'content-length': to - from + 1,
  });
  await send(() => pipeline(sliceBytes(text, range), response));
}

async function send(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // The pipeline has broken the connection off, so the client knows that the file is not whole.
    if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    log.error({ err: error }, 'an export broke off');
  }
}

/** Waits for the first piece. @throws what writing throws before it */
async function begin(pieces: AsyncGenerator<string>): Promise<AsyncGenerator<string>> {
  const first = await pieces.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* pieces;
  })();
}

/** The compressed bytes are others, so they have another name: a part of one text never completes the other. */
function describe(download: Download, isCompressed: boolean): Record<string, string> {
  const { selection, moment } = download;
  const name = nameContent(download);
  const day = moment.at.toISOString().slice(0, 10);
  return {
    'content-type': types[selection.format],
    'content-disposition': `attachment; filename="lifegraph-${day}.${selection.format.toLowerCase()}"`,
    'accept-ranges': 'bytes',
    etag: isCompressed ? `"${name}-gzip"` : `"${name}"`,
    vary: 'accept-encoding',
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
  };
}

/** Whether a client that has begun with some bytes may go on with ours; a date, and what is not ours, says no. */
const isSame = (condition: string | string[] | undefined, name: string): boolean =>
  condition === undefined || condition === `"${name}"`;

function lengthOf(name: string): { 'content-length'?: number } {
  const length = lengths.get(name);
  return length === undefined ? {} : { 'content-length': length };
}

/** Whether a client says that it takes gzip; a weight of nothing says that it does not (RFC 9110, 12.5.3). */
function takesGzip(header: string | string[] | undefined): boolean {
  const codings = String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim());
  const found = codings.find((part) => /^(x-)?gzip\b/.test(part)) ?? codings.find((part) => part.startsWith('*'));
  return found !== undefined && !/;\s*q=0(\.0*)?$/.test(found);
}
