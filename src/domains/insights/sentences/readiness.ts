import type { SilenceReason } from '../../../analysis/silence.ts';
import type { InsightType } from '../evidence.ts';

const wanted: Record<InsightType, string> = {
  CORRELATION: 'a connection',
  TREND: 'a trend',
  PATTERN: 'a pattern',
  ANOMALY: 'unusual days',
  FORECAST: 'a forecast',
  RECOMMENDATION: 'a recommendation',
};

type Row = { reason: SilenceReason | 'READY'; missingDays: number | null; type: InsightType };

/** Why there is no answer yet, and what would be needed. */
export function describeReadiness({ reason, missingDays, type }: Row, names: readonly string[]): string {
  const what = names.join(' and ');
  const days = missingDays === 1 ? '1 more day' : `${missingDays} more days`;
  const sentences: Record<Row['reason'], string> = {
    READY: `${what}: ${wanted[type]} can be told, see the insights.`,
    TOO_FEW_DAYS: `${what}: ${days} with a value are needed to look for ${wanted[type]}.`,
    TOO_FEW_PAIRED_DAYS: `${what}: ${days} with values of both are needed.`,
    CONSTANT: `${what}: a value that never changes says nothing about ${wanted[type]}.`,
    NOTHING_FOUND: `${what}: looked for ${wanted[type]}, and found nothing that could be told from chance.`,
    NOT_BETTER_THAN_NAIVE: `${what}: no forecast did better than a plain guess, so none is given.`,
    TAUTOLOGY: `${what} are one measurement, or one is made of the other: that they go together is no news.`,
    NOT_NUMERIC: `${what} is kept in words, which statistics cannot use.`,
    NOT_ACTIONABLE: `${what}: say which metrics you can decide over, and which should become higher or lower.`,
    NOT_APPLICABLE: `${what}: this question makes no sense for it, or it is no longer kept.`,
  };
  return sentences[reason];
}
