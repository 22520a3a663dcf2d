import type { Aggregation } from '../../../metrics/input.ts';
import type { Reading } from '../../format.ts';
import { importLimits } from '../../input.ts';
import { toUnit } from '../diaries/named-metrics.ts';
import type { Tracker } from './events.ts';

/** Units that say no more than that something is a number or a length of time. */
const noUnits = new Set(['', 'num', 'number', 'count', 'none', 'timer', 'time', 'tick']);

/**
 * The trackers of a JSON export by tag, in lower case: what each is called, and in which unit it counts. The types are tick (1),
 * value, range, timer (seconds), and note, picker and others, which are numbers where they have any.
 */
export class Trackers {
  readonly byTag = new Map<string, Tracker>();
  private readonly names = new Set<string>();
  private readonly reading: Reading;

  constructor(reading: Reading) {
    this.reading = reading;
  }

  /** @param key what the tracker stands under; its tag when it does not say it itself */
  add(value: unknown, key: string | number | undefined): void {
    if (typeof value !== 'object' || value === null) return;
    const fields = value as Record<string, unknown>;
    const tag = (textOf(fields['tag']) || (typeof key === 'string' ? key : '')).replace(/^#/, '');
    if (tag === '' || this.byTag.has(tag.toLowerCase()) || this.byTag.size >= importLimits.metrics) return;
    this.byTag.set(tag.toLowerCase(), this.toTracker(fields, this.nameOf(textOf(fields['label']), tag)));
  }

  private toTracker(fields: Record<string, unknown>, name: string): Tracker {
    const type = textOf(fields['type']).toLowerCase();
    if (type === 'timer') return { isTimer: true, metric: { name, type: 'DURATION', unit: null } };
    const unit = textOf(fields['uom']);
    return {
      isTimer: false,
      metric: {
        name,
        type: 'NUMBER',
        unit: noUnits.has(unit.toLowerCase()) ? null : toUnit(unit, this.reading),
        aggregation: toAggregation(textOf(fields['math']).toLowerCase(), type),
      },
    };
  }

  /** Two trackers of one label would be one metric: the second goes by its tag. */
  private nameOf(label: string, tag: string): string {
    const name = label === '' || this.names.has(label.toLowerCase()) ? tag : label;
    this.names.add(name.toLowerCase());
    return name;
  }
}

/** As the tracker says; else a place on a range has a mean, and what is counted a sum. */
function toAggregation(math: string, type: string): Aggregation {
  if (math === 'mean' || math === 'sum') return math === 'mean' ? 'MEAN' : 'SUM';
  return type === 'range' ? 'MEAN' : 'SUM';
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
