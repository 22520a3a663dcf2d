import { metricLimits, metricTypes, type MetricType } from '../../../metrics/input.ts';
import type { FileMetric } from '../../format.ts';
import { importLimits } from '../../input.ts';
import { bits, classify, isTorn, nothingSeen } from './cells.ts';
import { toOwnText } from './own-text.ts';

/** A metric as a CSV names it, and what its values have shown so far. */
export type CsvMetric = {
  /** The whole of what the file calls it, and the reader meets in reasons. */
  label: string;
  name: string;
  unit: string | null;
  /** What the file says; null when it says nothing. */
  type: MetricType | null;
  /** Bits of cells.ts: what all of its values could be, and what any of them has. */
  could: number;
  has: number;
};

/** Spellings that are remembered. */
const rememberedMax = 10_000;

/** The metrics met so far in a file, each with a number of its own. */
export class CsvMetrics {
  readonly all: CsvMetric[] = [];
  private readonly numbers = new Map<string, number>();
  /** The same by how a line writes them: a file has few spellings, and millions of lines. */
  private readonly spelled = new Map<string, number>();

  /** The number of the metric, or a sentence that says why it cannot be one. @param type as the file has it, or "" */
  find(label: string, name: string, unit: string | null, type: string): number | string {
    const key = JSON.stringify([name.toLowerCase(), unit?.toLowerCase(), type]);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const problem = findProblem(name, unit, type);
    if (problem) return problem;
    if (this.all.length >= importLimits.metrics) return `A file names at most ${importLimits.metrics} metrics.`;
    this.numbers.set(key, this.all.length);
    const own = { label: toOwnText(label), name: toOwnText(name), unit: unit && toOwnText(unit) };
    return this.all.push({ ...own, type: (type || null) as MetricType | null, ...nothingSeen }) - 1;
  }

  /** The same for a spelling, which `read` takes apart when it is new. */
  findSpelled(spelling: string, read: () => number | string): number | string {
    const known = this.spelled.get(spelling);
    if (known !== undefined) return known;
    const found = read();
    if (typeof found === 'number' && this.spelled.size < rememberedMax) this.spelled.set(toOwnText(spelling), found);
    return found;
  }

  /** Learns from a value what the metric could be. */
  observe(index: number, cell: string): void {
    const metric = this.all[index]!;
    const seen = classify(cell.trim());
    metric.could &= seen;
    metric.has |= seen;
  }
}

function findProblem(name: string, unit: string | null, type: string): string | null {
  if (name === '') return 'There is no metric.';
  if (name.length > metricLimits.name) return `The name of a metric has at most ${metricLimits.name} characters.`;
  if (unit && unit.length > metricLimits.unit) return `A unit has at most ${metricLimits.unit} characters.`;
  if (type && !metricTypes.includes(type as MetricType))
    return `The type is one of ${metricTypes.join(', ')}, or empty.`;
  return null;
}

/** What a metric is whose type the file does not say. What cannot be told is TEXT, which loses nothing. */
export function inferType({ type, could, has }: CsvMetric): MetricType {
  if (type) return type;
  if (could & bits.couldBeBinary && has & bits.isWord) return 'BINARY';
  if (could & bits.couldBeNumber && !isTorn(has)) return 'NUMBER';
  return could & bits.couldBeDuration ? 'DURATION' : 'TEXT';
}

/** Whether 45 % is 45: the file says that this is what is counted, or writes it behind every number. */
export const isPercentage = ({ unit, has }: CsvMetric): boolean =>
  unit === '%' || (unit === null && (has & (bits.hasPercent | bits.isPlainNumber | bits.hasUnit)) === bits.hasPercent);

/** The units in which a duration may have been meant: as such it is kept in seconds. */
const timeUnits = /^(h|hrs?|hours?|min|mins|minutes?)$/i;

/** The metric as the matching takes it. */
export function toFileMetric(metric: CsvMetric): FileMetric {
  const type = inferType(metric);
  const isTime = type === 'DURATION' && !metric.type && timeUnits.test(metric.unit ?? '');
  const unit = type === 'NUMBER' && isPercentage(metric) ? '%' : isTime ? null : metric.unit;
  return { label: metric.label, name: metric.name, type, unit, says: metric.type ? 'TYPE' : 'NOTHING' };
}

/** Those first that say more: a line without a unit or type then joins the metric of one that has them. */
export const bySpecificity = (metrics: readonly CsvMetric[]): number[] =>
  [...metrics.keys()].toSorted((a, b) => specificity(metrics[b]!) - specificity(metrics[a]!) || a - b);

const specificity = ({ type, unit }: CsvMetric): number => (type ? 2 : 0) + (unit ? 1 : 0);
