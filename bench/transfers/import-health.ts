import { createReadStream, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { createImport, readImport } from '../../test/domains/imports/transfer.ts';
import { Client } from '../../test/setup/client.ts';
import { requireEqual } from '../equality.ts';
import type { Installation } from '../installation.ts';
import { printRatio } from '../report.ts';
import { writeHealth } from './health-file.ts';
import { time, upload } from './upload.ts';

/** Records of the file, in three kinds. */
const records = 300_000;

/**
 * An export of Apple Health is uploaded and checked: read, made into days, staged, compared with what is there. Beside it a bare
 * pass of the XML parser over the same bytes, which only counts.
 */
export async function compareImportHealth(installation: Installation, _people: unknown, rounds: number): Promise<void> {
  const node = await installation.startNode('product', { ROLE: 'all' });
  const path = join(tmpdir(), `lifegraph-bench-${process.pid}.xml`);
  const [product, peer]: number[][] = [[], []];
  try {
    await writeHealth(path, records);
    for (let round = 0; round < rounds; round += 1) {
      product!.push(records / (await time(() => check(node.url, path))));
      peer!.push(records / (await time(() => count(path))));
    }
  } finally {
    rmSync(path, { force: true });
  }
  console.log(
    `importHealth: ${records.toLocaleString('en')} records of Apple Health; equal: both have seen each of them`,
  );
  printRatio({
    label: 'records per second',
    product: product!,
    peer: peer!,
    peerName: 'bare saxes pass',
    unit: '',
    wish: 'more',
  });
}

async function check(url: string, path: string): Promise<void> {
  const client = await Client.register(url);
  const { id, uploadUrl } = await createImport(client, 'AUTO');
  await upload(client, uploadUrl!, path);
  const { state, format, report } = await readImport(client, id);
  requireEqual('the import', [state, format, report?.rowsRead], ['READY', 'APPLE_HEALTH', records]);
}

async function count(path: string): Promise<void> {
  const parser = new SaxesParser({ position: false, xmlns: false });
  let found = 0;
  parser.on('opentag', ({ name }) => {
    if (name === 'Record') found += 1;
  });
  for await (const piece of createReadStream(path, 'utf8')) parser.write(piece as string);
  parser.close();
  requireEqual('the records', found, records);
}
