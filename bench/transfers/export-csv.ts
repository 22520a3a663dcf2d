import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { requestExport } from '../../test/domains/imports/transfer.ts';
import { Client } from '../../test/setup/client.ts';
import { queryOnce } from '../database-state.ts';
import { requireEqual } from '../equality.ts';
import type { Installation } from '../installation.ts';
import { printRatio } from '../report.ts';
import { lifeEntries as entries, writeLife } from './life-file.ts';
import { psql } from './psql.ts';
import { bringCsv, time } from './upload.ts';

/** A person takes a million entries along as a CSV; beside it, PostgreSQL's copy of the same rows in the same order. */
export async function compareExportCsv(installation: Installation, _people: unknown, rounds: number): Promise<void> {
  const { databaseUrl } = await installation.sideOf('product');
  const node = await installation.startNode('product', { ROLE: 'all' });
  const [file, ours, theirs] = ['life', 'ours', 'theirs'].map((name) =>
    join(tmpdir(), `lifegraph-bench-${process.pid}.${name}`),
  );
  const [product, peer]: number[][] = [[], []];
  try {
    await writeLife(file!, entries);
    const client = await Client.register(node.url);
    await bringCsv(client, file!);
    await queryOnce(databaseUrl, 'VACUUM ANALYZE');
    for (let round = 0; round < rounds; round += 1) {
      product!.push(entries / (await time(() => download(client, ours!))));
      peer!.push(
        entries /
          (await time(() => psql(databaseUrl, `\\copy (${rowsOf(client)}) to '${theirs}' (format csv, header)`))),
      );
      requireEqual('the files', await digest(ours!), await digest(theirs!));
    }
  } finally {
    for (const path of [file!, ours!, theirs!]) rmSync(path, { force: true });
  }
  console.log(
    `exportCsv: ${entries.toLocaleString('en')} entries to a file; equal: both files are the same, byte for byte`,
  );
  printRatio({
    label: 'entries per second',
    product: product!,
    peer: peer!,
    peerName: 'psql \\copy',
    unit: '',
    wish: 'more',
  });
}

async function download(client: Client, path: string): Promise<void> {
  const url = await requestExport(client, { format: 'CSV' });
  // As psql has it: nothing is compressed.
  const { body } = await fetch(client.url + url, { headers: { 'accept-encoding': 'identity' } });
  await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(path));
}

const rowsOf = ({ userId }: Client): string =>
  `SELECT e.date, e.time, m.name AS metric, e.number AS value, m.unit, m.type, e.notes, nullif(array_to_string(e.tags, ';'), '') AS tags
   FROM entries e JOIN metrics m ON m.user_id = e.user_id AND m.id = e.metric_id WHERE e.user_id = '${userId}' ORDER BY e.date, e.id`.replaceAll(
    '\n',
    ' ',
  );

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
