import { restoreText } from '../../../exports/csv-text.ts';
import { metricLimits } from '../../../metrics/input.ts';
import { BrokenFileError } from '../../broken-file.ts';
import type { Layout } from './layout.ts';
import type { CsvMetrics } from './metrics.ts';
import { roles, type Role } from './options.ts';

/** Takes a value of a line: the number of its metric, and its cell. @returns what is wrong with it, or null */
export type TakeValue = (index: number, cell: string) => string | null;

/** How the lines of one layout are read. */
export type LineReader = {
  /** What is wrong with a line as such, null when nothing is; "" for one without any value, which does not count. */
  findProblem: (cells: readonly string[]) => string | null;
  /** The cell of a role; "" when there is no such column. */
  cell: (cells: readonly string[], role: Role) => string;
  /** Hands over the values of a line up to the first that is wrong. @returns what is wrong, or null */
  eachValue: (cells: readonly string[], take: TakeValue) => string | null;
};

/** @throws BrokenFileError when a column cannot be a metric */
export function openLines(layout: Layout, metrics: CsvMetrics): LineReader {
  const places = Object.fromEntries(roles.map((role) => [role, layout.places[role] ?? -1])) as Record<Role, number>;
  // Looked up by hand: a place of -1 would be looked for as a property, which takes longer than all the rest.
  const cell = (cells: readonly string[], role: Role) => (places[role] < 0 ? '' : (cells[places[role]] ?? ''));
  const { eachValue, hasValue } = layout.kind === 'LONG' ? openLong(layout, metrics, cell) : openWide(layout, metrics);
  const findProblem = (cells: readonly string[]) => {
    if (cells.every(isBlank)) return '';
    // What spreadsheets leave behind the last column is nothing.
    const isRagged = cells.length < layout.width || cells.slice(layout.width).some((each) => !isBlank(each));
    if (isRagged) return `This row has ${cells.length} cells, the first line has ${layout.width}.`;
    if (layout.unnamed.some((place) => !isBlank(cells[place]!))) return 'There is a value in a column without a name.';
    return hasValue(cells) ? null : '';
  };
  return { findProblem, cell, eachValue };
}

type Values = { eachValue: LineReader['eachValue']; hasValue: (cells: readonly string[]) => boolean };

const isBlank = (cell: string): boolean => cell === '' || cell.trim() === '';

function openLong(layout: Layout, metrics: CsvMetrics, cell: LineReader['cell']): Values {
  const constant = layout.metric === null ? null : findNamed(metrics, layout.metric);
  if (typeof constant === 'string') throw new BrokenFileError(`"${layout.metric}" cannot be a metric. ${constant}`);
  const eachValue: Values['eachValue'] = (cells, take) => {
    const [metric, unit, type] = [cell(cells, 'metric'), cell(cells, 'unit'), cell(cells, 'type')];
    const index =
      constant !== null && unit === '' && type === ''
        ? constant
        : metrics.findSpelled(unit === '' && type === '' ? metric : `${metric}\0${unit}\0${type}`, () => {
            const name = layout.metric ?? restoreText(metric).trim();
            return metrics.find(name, name, restoreText(unit).trim() || null, type.trim().toUpperCase());
          });
    if (typeof index === 'string') return index;
    const value = cell(cells, 'value');
    return isBlank(value) ? 'There is no value.' : take(index, value);
  };
  return { eachValue, hasValue: () => true };
}

function openWide({ metrics: columns }: Layout, metrics: CsvMetrics): Values {
  const named: { place: number; index: number }[] = [];
  for (const { place, label } of columns) {
    const index = findNamed(metrics, restoreText(label));
    if (typeof index === 'string')
      throw new BrokenFileError(`The column "${label.slice(0, 50)}" cannot be a metric. ${index}`);
    named.push({ place, index });
  }
  const eachValue: Values['eachValue'] = (cells, take) => {
    for (const { place, index } of named) {
      const problem = isBlank(cells[place]!) ? null : take(index, cells[place]!);
      if (problem) return problem;
    }
    return null;
  };
  return { eachValue, hasValue: (cells) => named.some(({ place }) => !isBlank(cells[place]!)) };
}

/** Longer ones are refused anyway, and would keep the pattern below busy. */
const labelMax = metricLimits.name + metricLimits.unit + 10;

/** "Distance (km)" is Distance in km, unless the person calls a metric just that; the matching knows. */
function findNamed(metrics: CsvMetrics, label: string): number | string {
  const parts = label.length <= labelMax ? /^(.*\S)\s*\(([^()]+)\)$/.exec(label) : null;
  const unit = parts?.[2]!.trim();
  return unit ? metrics.find(label, parts![1]!, unit, '') : metrics.find(label, label, null, '');
}
