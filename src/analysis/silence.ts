/** Why an analysis has nothing to say about a series or a pair. */
export type SilenceReason =
  | 'TOO_FEW_DAYS'
  | 'TOO_FEW_PAIRED_DAYS'
  | 'CONSTANT'
  /** Enough data, looked at, and nothing that could be told from chance. */
  | 'NOTHING_FOUND'
  | 'NOT_BETTER_THAN_NAIVE'
  /** Two metrics that are one by construction: a copy, a part of a whole, a change of the other. */
  | 'TAUTOLOGY'
  | 'NOT_NUMERIC'
  | 'NOT_ACTIONABLE'
  /** The question makes no sense for this kind of value, as a forecast of a metric that was given up. */
  | 'NOT_APPLICABLE';

/** `missingDays` is how many more days would do; null when days are not what is missing. */
export type Silence = { reason: SilenceReason; missingDays: number | null };

/** Whether an analysis kept silent. */
export const isSilence = <Result extends object>(result: Result | Silence): result is Silence =>
  'missingDays' in result;

/** Silence for want of days. */
export const tooFewDays = (days: number, needed: number): Silence => ({
  reason: 'TOO_FEW_DAYS',
  missingDays: needed - days,
});

/** Silence for another reason than too few days. */
export const silent = (reason: Exclude<SilenceReason, 'TOO_FEW_DAYS' | 'TOO_FEW_PAIRED_DAYS'>): Silence => ({
  reason,
  missingDays: null,
});
