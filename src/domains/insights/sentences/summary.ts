import { isSilence, type Silence } from '../../../analysis/silence.ts';
import type { PeriodLevels } from '../../../analysis/summaries/period-levels.ts';
import type { DayRange } from '../../entries/series.ts';
import { compare, formatDifference, type NamedMetric } from './numbers.ts';

/** What the headline has to know of a metric. */
export type HeadlinePart = {
  metric: NamedMetric;
  difference: number | null;
  isChanged: boolean;
  silence: string | null;
};

/** Changes that a headline names. */
const namedMax = 3;

/** The summary in one plain sentence. @param parts of all metrics, the changed ones strongest first */
export function describeSummary(range: DayRange, parts: readonly HeadlinePart[]): string {
  const when = range.from === range.to ? `On ${range.to}` : `From ${range.from} to ${range.to}`;
  const compared = parts.filter(({ silence }) => silence === null);
  const changed = parts.filter(({ isChanged }) => isChanged);
  if (parts.length === 0) return `${when} and in the days before there is no value to say anything about.`;
  if (compared.length === 0) {
    return `${when} there ${count(parts, 'is', 'are')} with values, but not yet enough to say what is usual.`;
  }
  if (changed.length === 0) return `${when} nothing changed by more than usual (${countOf(compared)} compared).`;
  const named = changed.slice(0, namedMax).map(describeChange);
  const more = changed.length > namedMax ? [`${changed.length - namedMax} more`] : [];
  return `${when} ${changed.length} of ${countOf(compared)} changed by more than usual: ${[...named, ...more].join(', ')}.`;
}

/** Why nothing can be said about a metric, in one plain sentence; null when it can. */
export function describeSummarySilence(
  { name }: NamedMetric,
  { days, previousDays }: Pick<PeriodLevels, 'days' | 'previousDays'>,
  result: object | Silence,
): string | null {
  if (!isSilence(result)) return null;
  if (days === 0) return `${name} has no value in this period.`;
  if (previousDays === 0) return `${name} has no value in the period before.`;
  if (result.reason === 'CONSTANT') return `${name} never changes.`;
  if (result.reason === 'NOT_APPLICABLE') return `${name}: the day is not over, and its sum still grows.`;
  const more = result.missingDays === 1 ? '1 more day' : `${result.missingDays} more days`;
  return `${name}: at least ${more} are needed to know by how much it usually changes.`;
}

const describeChange = ({ metric, difference }: HeadlinePart): string =>
  `${metric.name} is ${formatDifference(metric, difference!)} ${compare(difference!)}`;

const countOf = ({ length }: readonly unknown[]): string => `${length} ${length === 1 ? 'metric' : 'metrics'}`;

const count = (parts: readonly unknown[], one: string, many: string): string =>
  `${parts.length === 1 ? one : many} ${countOf(parts)}`;
