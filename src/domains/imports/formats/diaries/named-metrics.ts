import type { FileMetric, Reading } from '../../format.ts';
import { importLimits } from '../../input.ts';
import { metricLimits } from '../../../metrics/input.ts';

/** What the file's own names stand for: a metric each, asked for once; names that differ only in case are one. */
export class NamedMetrics {
  private readonly found = new Map<string, { number: number; metric: FileMetric }>();
  private readonly reading: Reading;

  constructor(reading: Reading) {
    this.reading = reading;
  }

  /** The metric of a name, made when it is met first; a sentence when it cannot be one. */
  find(name: string, describe: () => FileMetric): { number: number; metric: FileMetric } | string {
    const known = this.found.get(name.toLowerCase());
    if (known) return known;
    if (name === '') return 'There is no name.';
    if (name.length > metricLimits.name) return `The name of a metric has at most ${metricLimits.name} characters.`;
    if (this.found.size >= importLimits.metrics) return `A file names at most ${importLimits.metrics} metrics.`;
    const metric = describe();
    const made = { number: this.reading.metric(metric), metric };
    this.found.set(name.toLowerCase(), made);
    return made;
  }
}

/** A unit as a metric takes it; one that is too long is left out, and counted. */
export function toUnit(unit: string, reading: Reading): string | null {
  if (unit.length <= metricLimits.unit) return unit || null;
  reading.leaveOut(`Units of more than ${metricLimits.unit} characters`);
  return null;
}

/** A category as a metric takes it. */
export const toCategory = (category: string): string | undefined =>
  category === '' ? undefined : category.slice(0, metricLimits.category).trim();
