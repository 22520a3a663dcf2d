import type { Insight } from '../../../generated/prisma/client.ts';
import type { Silence } from '../../analysis/silence.ts';
import type { NewInsight } from './evidence.ts';
import type { MetricsAlive, RetractionReason } from './retraction.ts';
import { tellsTheSame } from './sameness.ts';

/** What the analysis said where it found nothing, by the key of the insight that would stand there. */
export type Silences = ReadonlyMap<string, Silence>;

/** An insight that no longer holds. */
export type Retirement = { kept: Insight; reason: RetractionReason; silence: Silence | null };

/** What is to be written so that the insights kept are those found. */
export type RefreshPlan = {
  creates: NewInsight[];
  /** A person would be told something else, or it holds again. */
  updates: { kept: Insight; found: NewInsight }[];
  retirements: Retirement[];
};

/**
 * Compares what is kept with what was found. Where a person would be told the same again nothing is planned.
 * @param kept all insights of the person, the retracted and dismissed ones too
 * @param metrics as they are now: what is about one that was deleted or archived while the analysis ran does not hold
 */
export function planRefresh(
  kept: readonly Insight[],
  found: readonly NewInsight[],
  silences: Silences,
  metrics: MetricsAlive,
): RefreshPlan {
  const holding = new Map(found.filter((insight) => isAboutActive(insight, metrics)).map((each) => [each.key, each]));
  const known = new Set(kept.map(({ key }) => key));
  return {
    creates: [...holding.values()].filter(({ key }) => !known.has(key)),
    updates: kept.flatMap((insight) => {
      const again = holding.get(insight.key);
      return again && !isUpToDate(insight, again) ? [{ kept: insight, found: again }] : [];
    }),
    retirements: kept
      .filter(({ key, retractedAt }) => retractedAt === null && !holding.has(key))
      .map((insight) => retire(insight, silences, metrics)),
  };
}

const isAboutActive = ({ metricIds }: Pick<NewInsight, 'metricIds'>, metrics: MetricsAlive): boolean =>
  metricIds.every((id) => metrics.get(id)?.isActive);

function retire(kept: Insight, silences: Silences, metrics: MetricsAlive): Retirement {
  return isAboutActive(kept, metrics)
    ? { kept, reason: 'GROUND_CHANGED', silence: silences.get(kept.key) ?? null }
    : { kept, reason: 'METRIC_GONE', silence: null };
}

/** What the person has dismissed stays away, but its numbers stay true. */
function isUpToDate(kept: Insight, found: NewInsight): boolean {
  const isShownRightly = kept.retractedAt === null && kept.isActive === (kept.dismissedAt === null);
  return isShownRightly && tellsTheSame(kept, found);
}
