import { InvalidInputError, type InputIssue } from '../../kernel/errors.ts';
import { isStorable } from '../../kernel/text.ts';
import type { Aggregation, DesiredDirection, MetricType } from './input.ts';

/** What a metric says about its values. */
export type MetricConfig = { type: MetricType; min: number | null; max: number | null; step: number | null };

/** A value as it is stored: exactly one of the two is set. Durations are seconds, binaries 0 or 1. */
export type StoredValue = { number: number | null; text: string | null };

/** Characters of a text value. */
export const textValueMax = 10_000;

const defaultAggregations: Record<MetricType, Aggregation> = {
  RATING: 'MEAN',
  DURATION: 'SUM',
  BINARY: 'MAX',
  NUMBER: 'SUM',
  TEXT: 'LAST',
};

/** How several entries of a day become the day's value, when the person has not said. */
export const defaultAggregation = (type: MetricType): Aggregation => defaultAggregations[type];

/**
 * Whether a person can decide over a metric of this type, when they have not said: one goes to bed, but one does not decide
 * to be in a better mood.
 */
export const isActionableByDefault = (type: MetricType): boolean => type !== 'RATING' && type !== 'TEXT';

/** @throws InvalidInputError when words are to go higher or lower */
export function checkDesired(type: MetricType, desired: DesiredDirection | null): void {
  if (type !== 'TEXT' || desired === null) return;
  throw new InvalidInputError([{ path: ['input', 'desired'], message: 'Words cannot go higher or lower.' }]);
}

/** @throws InvalidInputError when bounds are in the wrong order, or the type has none */
export function checkConfig({ type, min, max, step }: MetricConfig): void {
  const issues: InputIssue[] = [];
  const hasBounds = min !== null || max !== null || step !== null;
  if (hasBounds && (type === 'BINARY' || type === 'TEXT')) {
    issues.push({ path: ['input'], message: 'Only ratings, durations and numbers have min, max and step.' });
  }
  if (min !== null && max !== null && min > max) {
    issues.push({ path: ['input', 'min'], message: 'min must not be greater than max.' });
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
}

/**
 * The value as it is stored.
 * @returns the stored value, or a sentence that says why the value does not fit the metric
 */
export function toStoredValue(metric: MetricConfig, value: unknown): StoredValue | string {
  switch (metric.type) {
    case 'TEXT':
      return toStoredText(value);
    case 'BINARY':
      if (typeof value !== 'boolean') return 'A binary metric takes true or false.';
      return { number: value ? 1 : 0, text: null };
    default:
      return toStoredNumber(metric, value);
  }
}

/** The value as the API shows it: a number, a boolean or a text. */
export function toShownValue(type: MetricType, { number, text }: StoredValue): number | boolean | string | null {
  if (type === 'TEXT') return text;
  return type === 'BINARY' ? number === 1 : number;
}

function toStoredText(value: unknown): StoredValue | string {
  if (typeof value !== 'string') return 'A text metric takes a string.';
  if (value.trim() === '') return 'A text needs at least one character.';
  if (value.length > textValueMax) return `A text has at most ${textValueMax} characters.`;
  if (!isStorable(value)) return 'A text cannot hold U+0000 or half of a surrogate pair.';
  return { number: null, text: value };
}

function toStoredNumber({ type, min, max, step }: MetricConfig, value: unknown): StoredValue | string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'This metric takes a finite number.';
  if (type === 'DURATION' && value < 0) return 'A duration is not negative.';
  if (min !== null && value < min) return `The least value of this metric is ${min}.`;
  if (max !== null && value > max) return `The greatest value of this metric is ${max}.`;
  if (step !== null && !isOnStep(value, min ?? 0, step))
    return `Values of this metric go in steps of ${step} from ${min ?? 0}.`;
  return { number: value === 0 ? 0 : value, text: null };
}

/** Whether the value is a whole number of steps from the base, up to the rounding of decimals (0.1 + 0.2). */
function isOnStep(value: number, base: number, step: number): boolean {
  const steps = (value - base) / step;
  return Math.abs(steps - Math.round(steps)) < 1e-6 * Math.max(1, Math.abs(steps));
}
