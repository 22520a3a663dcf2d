import { restoreText } from '../../../exports/csv-text.ts';
import type { MetricConfig } from '../../../metrics/rules.ts';
import { toStoredValue } from '../../../metrics/rules.ts';
import { bits, classify, toBoolean, withoutPercent } from './cells.ts';
import { toSeconds } from './durations.ts';
import { toNumber, type DecimalMark } from './numbers.ts';

/** Where the values of a metric go, and how they are written. */
export type Taker = {
  /** The number that `reading.metric` gave. */
  metric: number;
  config: MetricConfig;
  label: string;
  mark: DecimalMark;
  /** Whether 45 % is 45. */
  isPercentage: boolean;
};

/** The value a cell stands for, as the metric takes it, or why it takes none. */
export function readValue(taker: Taker, cell: string): number | boolean | string | Refusal {
  const value = toValue(taker, cell);
  const stored = toStoredValue(taker.config, value);
  if (typeof stored !== 'string') return value;
  const reason = typeof value === 'string' ? (explain(taker, value.trim()) ?? stored) : stored;
  return new Refusal(`${taker.label}: ${reason}`);
}

/** Why a cell is no value: a sentence, which could be taken for a text. */
export class Refusal {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** A cell that does not fit stays text, and is refused. */
function toValue({ config: { type }, mark, isPercentage }: Taker, cell: string): number | boolean | string {
  const text = restoreText(cell);
  const bare = text.trim();
  switch (type) {
    case 'TEXT':
      return text;
    case 'BINARY':
      return toBoolean(bare.toLowerCase()) ?? text;
    case 'DURATION':
      return toNumber(bare, mark) ?? toSeconds(bare) ?? text;
    default:
      return toNumber(isPercentage ? withoutPercent(bare) : bare, mark) ?? text;
  }
}

/** Why a text is no number; null when there is no more to say than that. */
function explain({ config: { type }, mark }: Taker, text: string): string | null {
  if (type === 'BINARY' || type === 'TEXT') return null;
  const seen = classify(text);
  if (seen & (bits.hasUnit | bits.hasPercent)) return hasUnit;
  return seen & bits.isPlainNumber ? `In this file decimals begin with a ${mark.toLowerCase()}.` : null;
}

const hasUnit =
  'The value has a unit in it. Write the number alone, and the unit in the name of the column: Weight (kg).';
