import type { Moment } from '../../changes/moments.ts';
import type { TextRow } from '../../platform/database/database.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { readPastTexts } from '../entries/past-entries.ts';
import { quoteCell, toLines } from './csv-lines.ts';
import { joinTags, protectText } from './csv-text.ts';
import type { Selection } from './input.ts';
import { readAhead } from './read-ahead.ts';
import { readPastMetrics, type PastMetric } from './past-state.ts';

const columns = ['date', 'time', 'metric', 'value', 'unit', 'type', 'notes', 'tags'];

/**
 * The chosen entries as a long CSV, the oldest first: one line per entry, in the shape that an import takes. Somebody may have
 * a million, so a line is put together from the texts of the database; only numbers are read, as ours are written in another way.
 * @throws ExpectedError CONFLICT when the log no longer tells the state of that moment
 */
export async function* writeCsv(viewer: Viewer, selection: Selection, moment: Moment): AsyncGenerator<string> {
  const { range, metricIds } = selection;
  const metrics = (await readPastMetrics(viewer, moment, metricIds)).map(toCells);
  const cells = new Map(metrics.map((metric) => [metric.id, metric]));
  yield toLines([columns]);
  for await (const page of readAhead(readPastTexts(viewer, moment, { metricIds, ...range }))) {
    let lines = '';
    for (const row of page) lines += toLine(row, cells.get(row[2]!)!);
    yield lines;
  }
}

/** What is the same in all lines of a metric. */
type MetricCells = { id: string; type: string; name: string; unitAndType: string };

const toCells = ({ id, name, unit, type }: PastMetric): MetricCells => ({
  id,
  type,
  name: toTextCell(name),
  unitAndType: `${unit === null ? '' : toTextCell(unit)},${type}`,
});

const toTextCell = (text: string): string => quoteCell(protectText(text));

function toLine([, date, , time, number, text, notes, tags]: TextRow, metric: MetricCells): string {
  const value = toValueCell(metric.type, number ?? null, text ?? null);
  const rest = `${notes == null ? '' : toTextCell(notes)},${tags == null ? '' : toTextCell(joinTags(JSON.parse(tags) as string[]))}`;
  return `${date},${time ?? ''},${metric.name},${value},${metric.unitAndType},${rest}\n`;
}

/** Numbers stay plain, the minus of a negative one too: what is nothing but a number is no formula. */
function toValueCell(type: string, number: string | null, text: string | null): string {
  if (type === 'TEXT') return toTextCell(text ?? '');
  return type === 'BINARY' ? String(Number(number) === 1) : String(Number(number));
}
