import { stringify } from 'csv-stringify/sync';
import type { Metric } from '../../../generated/prisma/client.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import type { Entry } from '../entries/entry.ts';
import { readEntries } from '../entries/read-entries.ts';
import { toShownValue, type MetricConfig } from '../metrics/rules.ts';
import { joinTags, protectText } from './csv-text.ts';
import type { Selection } from './input.ts';

const columns = ['date', 'time', 'metric', 'value', 'unit', 'type', 'notes', 'tags'];

/** The chosen entries as a long CSV, the oldest first: one line per entry, in the shape that an import takes. */
export async function* writeCsv(viewer: Viewer, { range, metricIds }: Selection): AsyncGenerator<string> {
  yield toLines([columns]);
  for await (const page of readEntries(viewer, { metricIds, ...range })) {
    // An entry without its metric was deleted along with it, while the page was read.
    yield toLines(page.flatMap(({ metric, ...entry }) => (metric ? [toCells(entry, metric)] : [])));
  }
}

// A lone CR ends a line for many readers, and the library would leave it bare.
const toLines = (rows: string[][]): string => stringify(rows, { quoted_match: /[\r\n]/ });

function toCells(entry: Entry, metric: Metric): string[] {
  return [
    entry.date,
    entry.time ?? '',
    protectText(metric.name),
    toValueCell(metric.type as MetricConfig['type'], entry),
    protectText(metric.unit ?? ''),
    metric.type,
    protectText(entry.notes ?? ''),
    protectText(joinTags(entry.tags)),
  ];
}

/** Numbers stay plain, the minus of a negative one too: what is nothing but a number is no formula. */
function toValueCell(type: MetricConfig['type'], entry: Entry): string {
  const value = toShownValue(type, entry);
  return typeof value === 'string' ? protectText(value) : String(value);
}
