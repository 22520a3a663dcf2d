import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { log } from '../../platform/observation/log.ts';
import { openExport } from './exports.ts';
import type { ExportFormat } from './input.ts';
import { writeCsv } from './write-csv.ts';
import { writeJson } from './write-json.ts';

const kinds = {
  CSV: { write: writeCsv, type: 'text/csv; charset=utf-8', extension: 'csv' },
  JSON: { write: writeJson, type: 'application/json; charset=utf-8', extension: 'json' },
} as const;

/** GET /exports/<token>: streams the file, no faster than the client reads it. */
export async function serveExport(
  _request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  address: string | null,
): Promise<void> {
  const { viewer, selection } = await openExport(url.pathname.split('/')[2] ?? '', address);
  response.writeHead(200, toHeaders(selection.format));
  try {
    await pipeline(kinds[selection.format].write(viewer, selection), response);
  } catch (error) {
    // The status is out already. The pipeline has broken the connection off, so the client knows that the file is not whole.
    if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    log.error({ err: error }, 'an export broke off');
  }
}

function toHeaders(format: ExportFormat): Record<string, string> {
  const { type, extension } = kinds[format];
  const day = new Date().toISOString().slice(0, 10);
  return {
    'content-type': type,
    'content-disposition': `attachment; filename="lifegraph-${day}.${extension}"`,
  };
}
