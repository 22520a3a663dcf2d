import { PrismaPg } from '@prisma/adapter-pg';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaClient } from '../../generated/prisma/client.ts';
import { Client } from '../../test/setup/client.ts';
import { queryOnce } from '../database-state.ts';
import { requireEqual } from '../equality.ts';
import type { Installation } from '../installation.ts';
import { printRatio } from '../report.ts';
import { lifeEntries as entries, writeLife } from './life-file.ts';
import { psql } from './psql.ts';
import { bringCsv, time } from './upload.ts';

/** Rows of one `createMany`. */
const batch = 1000;

/**
 * A person brings a CSV with a million entries: checked, staged, written, logged, undoable. Beside it the same rows, ready made, by
 * `\copy` into the same table, and by Prisma's `createMany`, neither of which checks, logs, or could take them back.
 */
export async function compareImportCsv(installation: Installation): Promise<void> {
  const { databaseUrl } = await installation.sideOf('product');
  const node = await installation.startNode('product', { ROLE: 'all' });
  const [file, rows] = ['csv', 'rows'].map((name) => join(tmpdir(), `lifegraph-bench-${process.pid}.${name}`));
  try {
    await writeLife(file!, entries);
    const [person, copied, created] = await Promise.all([1, 2, 3].map(() => Client.register(node.url)));
    const product = await time(() => bringCsv(person!, file!));
    for (const peer of [copied!, created!]) await copyMetrics(databaseUrl, person!, peer);
    await psql(databaseUrl, `\\copy (${rowsOf(person!, copied!)}) to '${rows}'`);
    const copy = await time(() => psql(databaseUrl, `\\copy entries (${columns}) from '${rows}'`));
    const many = await createMany(databaseUrl, person!, created!);
    const [mine, ...others] = await Promise.all(
      [person!, copied!, created!].map((each) => readState(databaseUrl, each)),
    );
    for (const other of others) requireEqual('the entries', mine, other);
    requireEqual('how many there are', mine, { ...mine, count: String(entries) });
    console.log(`import: a CSV with ${entries.toLocaleString('en')} entries; equal: all three have the same rows`);
    const ratio = (peerName: string, peer: number) =>
      printRatio({
        label: 'entries per second',
        product: [entries / product],
        peer: [entries / peer],
        peerName,
        unit: '',
        wish: 'more',
      });
    ratio('psql \\copy', copy);
    ratio('Prisma createMany', many);
  } finally {
    for (const path of [file!, rows!]) rmSync(path, { force: true });
  }
}

const columns = `user_id, id, metric_id, date, time, number, text, notes, tags, source, import_id, import_version, version, created_at, updated_at`;

/** The metrics of one person for another one, under ids that follow from the first's. */
async function copyMetrics(databaseUrl: string, from: Client, to: Client): Promise<void> {
  await queryOnce(
    databaseUrl,
    `INSERT INTO metrics (user_id, id, name, type, category, unit, aggregation)
     SELECT $2::uuid, md5($2 || id::text)::uuid, name, type, category, unit, aggregation FROM metrics WHERE user_id = $1::uuid`,
    [from.userId, to.userId],
  );
}

/** The entries of one person as rows of another one. */
const rowsOf = (from: Client, to: Client): string =>
  `SELECT ${columns
    .replace('user_id', `'${to.userId}'::uuid`)
    .replace(' id,', ' md5(id::text)::uuid,')
    .replace(
      'metric_id',
      `md5('${to.userId}' || metric_id::text)::uuid`,
    )} FROM entries WHERE user_id = '${from.userId}'`;

async function createMany(databaseUrl: string, from: Client, to: Client): Promise<number> {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) });
  const rows = await prisma.entry.findMany({ where: { userId: from.userId } });
  const metrics = await prisma.metric.findMany({ where: { userId: from.userId } });
  const theirs = await prisma.metric.findMany({ where: { userId: to.userId } });
  const metricId = new Map(metrics.map(({ id, name }) => [id, theirs.find((each) => each.name === name)!.id]));
  const data = rows.map((row) => ({ ...row, userId: to.userId, metricId: metricId.get(row.metricId)! }));
  try {
    return await time(async () => {
      for (let i = 0; i < data.length; i += batch) await prisma.entry.createMany({ data: data.slice(i, i + batch) });
    });
  } finally {
    await prisma.$disconnect();
  }
}

/** What somebody's entries come to, whatever their ids. */
async function readState(databaseUrl: string, { userId }: Client): Promise<Record<string, unknown>> {
  const [row] = await queryOnce(
    databaseUrl,
    `SELECT count(*) AS count, md5(string_agg(line, ',' ORDER BY line)) AS digest FROM (
       SELECT md5(concat_ws('|', m.name, e.date, e.time, e.number, e.text, e.notes, e.tags)) AS line
       FROM entries e JOIN metrics m USING (user_id) WHERE m.id = e.metric_id AND e.user_id = $1::uuid) l`,
    [userId],
  );
  return row!;
}
