import { restoreText } from '../exports/csv-text.ts';
import { metricLimits, metricTypes, type MetricType } from '../metrics/input.ts';
import { importLimits } from './input.ts';
import type { Wanted } from './match-metrics.ts';

/** A metric as a CSV names it, and what its values could be. */
export type CsvMetric = {
  /** The whole of what the file calls it, and the reader meets in reasons. */
  label: string;
  name: string;
  unit: string | null;
  /** What the file says; null when it says nothing. */
  type: MetricType | null;
  hasOnlyBooleans: boolean;
  hasOnlyNumbers: boolean;
};

/** The metrics met so far in a file, each with a number of its own. */
export type FileMetrics = {
  all: CsvMetric[];
  /** The number of the metric, or a sentence that says why it cannot be one. */
  find: (label: string, name: string, unit: string | null, type: string) => number | string;
  /** Learns from a value what the metric could be. */
  observe: (index: number, cell: string) => void;
};

const booleans = new Map([
  ['true', true],
  ['yes', true],
  ['false', false],
  ['no', false],
]);
// One way to match each text: an ambiguous pattern would take seconds over a long row of digits.
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

export function openFileMetrics(): FileMetrics {
  const all: CsvMetric[] = [];
  const numbers = new Map<string, number>();

  const find: FileMetrics['find'] = (label, name, unit, type) => {
    const key = JSON.stringify([name.toLowerCase(), unit?.toLowerCase(), type]);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const problem = findProblem(name, unit, type);
    if (problem) return problem;
    if (all.length >= importLimits.metrics) return `A file names at most ${importLimits.metrics} metrics.`;
    numbers.set(key, all.length);
    all.push({
      label,
      name,
      unit,
      type: (type || null) as MetricType | null,
      hasOnlyBooleans: true,
      hasOnlyNumbers: true,
    });
    return all.length - 1;
  };
  const observe: FileMetrics['observe'] = (index, cell) => {
    const metric = all[index]!;
    metric.hasOnlyBooleans &&= booleans.has(cell.trim().toLowerCase());
    metric.hasOnlyNumbers &&= isDecimal(cell.trim());
  };
  return { all, find, observe };
}

function findProblem(name: string, unit: string | null, type: string): string | null {
  if (name === '') return 'There is no metric.';
  if (name.length > metricLimits.name) return `The name of a metric has at most ${metricLimits.name} characters.`;
  if (unit && unit.length > metricLimits.unit) return `A unit has at most ${metricLimits.unit} characters.`;
  if (type && !metricTypes.includes(type as MetricType))
    return `The type is one of ${metricTypes.join(', ')}, or empty.`;
  return null;
}

/** What a metric is whose type the file does not say. */
export const inferType = ({ type, hasOnlyBooleans, hasOnlyNumbers }: CsvMetric): MetricType =>
  type ?? (hasOnlyBooleans ? 'BINARY' : hasOnlyNumbers ? 'NUMBER' : 'TEXT');

/** The value a cell stands for, as a metric of this type takes it; a cell that does not fit stays text, and is refused. */
export function toValue(type: MetricType, cell: string): unknown {
  const text = restoreText(cell);
  const word = text.trim().toLowerCase();
  if (type === 'TEXT') return text;
  if (type === 'BINARY') return booleans.get(word) ?? digits.get(word) ?? text;
  return isDecimal(word) ? Number(word) : text;
}

/** Where a yes or no is expected, 1 and 0 are clear; by themselves they are numbers. */
const digits = new Map([
  ['1', true],
  ['0', false],
]);

/** Decimals only: what else a program may take for a number (0x10, Infinity, an empty text) nobody has measured. */
const isDecimal = (text: string): boolean => decimal.test(text) && Number.isFinite(Number(text));

/** The metric as the matching takes it. */
export const toWanted = (metric: CsvMetric): Wanted => ({
  label: metric.label,
  name: metric.name,
  unit: metric.unit,
  type: inferType(metric),
  says: metric.type ? 'TYPE' : 'NOTHING',
});
