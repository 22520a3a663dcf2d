import type { Moment } from '../../changes/moments.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { readPastDays, type DayValue } from '../entries/past-days.ts';
import { toLines, toValueCell } from './csv-lines.ts';
import { protectText } from './csv-text.ts';
import type { Selection } from './input.ts';
import { readPastMetrics, type PastMetric } from './past-state.ts';

/** Names that a header cell cannot have: an import takes them for columns of a long CSV, or for the day. */
const taken = ['date', 'metric', 'value'];

/**
 * The chosen days as a wide CSV, the oldest first: one line per day with any value, one column per metric. A view: of several
 * entries of a day one value is left, as the metric aggregates it, without times, notes and tags.
 * @throws ExpectedError CONFLICT when the log no longer tells the state of that moment
 */
export async function* writeWideCsv(viewer: Viewer, selection: Selection, moment: Moment): AsyncGenerator<string> {
  const { range, metricIds } = selection;
  const metrics = await readPastMetrics(viewer, moment, metricIds);
  yield toLines([['date', ...toHeaders(metrics).map(protectText)]]);
  const filter = { metricIds: metrics.map(({ id }) => id), ...range };
  for await (const values of readPastDays(viewer, moment, filter, metrics)) yield toLines(toRows(values, metrics));
}

/**
 * "Weight (kg)"; what would be taken for something else, or for one metric with a column before, gets a number. A column
 * without a unit is one with each of its name.
 */
export function toHeaders(metrics: readonly Pick<PastMetric, 'name' | 'unit'>[]): string[] {
  const bare = new Set(metrics.flatMap(({ name, unit }) => (unit === null ? name.toLowerCase() : [])));
  const used = new Set(taken);
  return metrics.map(({ name, unit }) => {
    const keyOf = (given: string) => (bare.has(name.toLowerCase()) ? given : toLabel(given, unit)).toLowerCase();
    let own = name;
    for (let number = 2; used.has(keyOf(own)) || used.has(toLabel(own, unit).toLowerCase()); number++)
      own = `${name} #${number}`;
    used.add(keyOf(own)).add(toLabel(own, unit).toLowerCase());
    return toLabel(own, unit);
  });
}

const toLabel = (name: string, unit: string | null): string => (unit === null ? name : `${name} (${unit})`);

/** @param values in the order of their days */
function toRows(values: readonly DayValue[], metrics: readonly PastMetric[]): string[][] {
  const places = new Map(metrics.map(({ id }, index) => [id, index + 1]));
  const rows: string[][] = [];
  for (const value of values) {
    if (rows.at(-1)?.[0] !== value.date) rows.push([value.date, ...metrics.map(() => '')]);
    const place = places.get(value.metricId)!;
    rows.at(-1)![place] = toCell(metrics[place - 1]!, value);
  }
  return rows;
}

/** How often, and how much of a day, are numbers, and no yes or no. */
const toCell = ({ type, aggregation }: PastMetric, value: DayValue): string =>
  toValueCell(type === 'BINARY' && (aggregation === 'SUM' || aggregation === 'MEAN') ? 'NUMBER' : type, value);
