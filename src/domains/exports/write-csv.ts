import type { Moment } from '../../changes/moments.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { readPastEntries, type PastEntry } from '../entries/past-entries.ts';
import { toLines, toValueCell } from './csv-lines.ts';
import { joinTags, protectText } from './csv-text.ts';
import type { Selection } from './input.ts';
import { readPastMetrics, type PastMetric } from './past-state.ts';

const columns = ['date', 'time', 'metric', 'value', 'unit', 'type', 'notes', 'tags'];

/**
 * The chosen entries as a long CSV, the oldest first: one line per entry, in the shape that an import takes.
 * @throws ExpectedError CONFLICT when the log no longer tells the state of that moment
 */
export async function* writeCsv(viewer: Viewer, selection: Selection, moment: Moment): AsyncGenerator<string> {
  const { range, metricIds } = selection;
  const metrics = new Map((await readPastMetrics(viewer, moment, metricIds)).map((metric) => [metric.id, metric]));
  yield toLines([columns]);
  for await (const page of readPastEntries(viewer, moment, { metricIds, ...range })) {
    yield toLines(page.map((entry) => toCells(entry, metrics.get(entry.metricId)!)));
  }
}

function toCells(entry: PastEntry, metric: PastMetric): string[] {
  return [
    entry.date,
    entry.time ?? '',
    protectText(metric.name),
    toValueCell(metric.type, entry),
    protectText(metric.unit ?? ''),
    metric.type,
    protectText(entry.notes ?? ''),
    protectText(joinTags(entry.tags)),
  ];
}
