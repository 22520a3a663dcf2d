import type { Viewer } from '../../kernel/viewer.ts';
import { deriveId } from '../../kernel/ids.ts';
import { sql } from '../../platform/database/database.ts';
import { readMetrics } from '../metrics/metrics.ts';
import { toStoredValue, type StoredValue } from '../metrics/rules.ts';
import { BrokenFileError } from './broken-file.ts';
import type { Check, FileFacts } from './check.ts';
import { readLayout, type Layout } from './csv-layout.ts';
import { openRowReader, type RawRow, type RowReader } from './csv-rows.ts';
import { openFileMetrics, toValue, toWanted, type FileMetrics } from './file-metrics.ts';
import type { Source } from './format.ts';
import { Matching, type Target } from './match-metrics.ts';
import { findDelimiter, readTable } from './table.ts';
import { readStaged, removeRaw, type StagedRow } from './staging.ts';

/** Raw rows of one page: each may be large. */
const rawPage = 250;
/** The part of the check in which the file is read; then its rows are converted. */
const readingShare = 0.8;

/**
 * Checks a CSV in two passes, for what a metric is can depend on its last value: the first stages the rows as text, the
 * second converts them.
 */
export async function checkCsv(check: Check, { files: [file] }: Source): Promise<FileFacts> {
  const metrics = openFileMetrics();
  let layout: Layout | undefined;
  let read: RowReader | undefined;
  for await (const rows of readTable(file!.text(), findDelimiter(await file!.head()))) {
    for (const { row, cells } of rows) {
      if (read) await stageRaw(check, row, read(cells));
      else [layout, read] = open(cells, metrics);
    }
    await check.progress(readingShare / 2);
  }
  if (!layout) throw new BrokenFileError('The file is empty.');
  await check.staging.flush();

  const matching = new Matching(check.viewer, await readMetrics(check.viewer));
  const targets = matching.matchAll(metrics.all.map(toWanted));
  for (const metric of matching.planned)
    await check.staging.add({ row: 0, kind: 'METRIC', itemId: metric.id, payload: metric });
  await convertAll(check, targets);
  const ignoredColumns = layout.kind === 'LONG' ? layout.ignored : [];
  return { layout: layout.kind, ignoredColumns, leftOut: new Map(), questions: [] };
}

/** @throws BrokenFileError when the first line names no columns, or one that cannot be a metric */
function open(header: readonly string[], metrics: FileMetrics): [Layout, RowReader] {
  const layout = readLayout(header);
  const read = openRowReader(layout, metrics);
  if (typeof read === 'string') throw new BrokenFileError(read);
  return [layout, read];
}

async function stageRaw({ staging, rejections }: Check, row: number, raw: RawRow | string | null): Promise<void> {
  if (typeof raw === 'string') rejections.add(row, raw);
  else if (raw) await staging.add({ row, kind: 'RAW', payload: raw });
}

async function convertAll(check: Check, targets: readonly Target[]): Promise<void> {
  for await (const page of readStaged<RawRow>(sql, check.key, 'RAW', { size: rawPage })) {
    for (const raw of page) await convert(check, raw, targets);
    await check.staging.flush();
    await removeRaw(sql, check.key, page[0]!.ordinal, page.at(-1)!.ordinal);
    await check.progress(readingShare);
  }
  await check.staging.flush();
}

/** A row is taken as a whole or not at all: the person mends it, and imports the file again. */
async function convert(
  { viewer, staging, rejections }: Check,
  { row, payload }: StagedRow<RawRow>,
  targets: readonly Target[],
): Promise<void> {
  const { values, ...common } = payload;
  const entries = [];
  for (const [index, cell] of values) {
    const target = targets[index]!;
    const stored = toStoredValue(target.config, toValue(target.config.type, cell));
    if (typeof stored === 'string') return rejections.add(row, `${target.label}: ${stored}`);
    entries.push({ metricId: target.id, ...common, ...stored });
  }
  for (const entry of entries) {
    const staged = { ...entry, source: null, records: 1, isKeyed: false };
    await staging.add({ row, kind: 'ENTRY', itemId: toEntryId(viewer, entry), entry: staged });
  }
}

/** The same value of the same metric at the same time is the same entry, in whichever file it stands. */
const toEntryId = (
  { userId }: Viewer,
  { metricId, date, time, number, text }: StoredValue & { metricId: string; date: string; time: string | null },
): string => deriveId('entry', userId, metricId, date, time ?? '', String(number), text ?? '');
