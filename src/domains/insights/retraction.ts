import type { Silence, SilenceReason } from '../../analysis/silence.ts';

/** Why an insight was taken back. Closed, and the same list as in the database. */
export type RetractionReason = 'GROUND_CHANGED' | 'METRIC_GONE' | 'PAST';

/** A metric as a sentence needs it. */
export type MetricAlive = { name: string; isActive: boolean };

/** Metrics by id; one that is missing has been deleted. */
export type MetricsAlive = ReadonlyMap<string, MetricAlive>;

/** What has become of the entries behind an insight since its numbers were written. */
export type GroundShift = {
  /** Entries that had a part in it and were changed in value, metric or time, or deleted. */
  changed: number;
  added: number;
  /** The metrics they belong to. */
  metricIds: string[];
};

/** Unusual days and streaks are news for a while; nothing has to be changed for them to be over. */
const passing = new Set(['Anomaly', 'Streak']);

/** Whether an insight is not wrong but over: its kind passes, and nobody has touched what it rested on. */
export const isOver = (evidenceKind: string, shift: GroundShift | null): boolean =>
  passing.has(evidenceKind) && shift?.changed === 0;

/**
 * Why an insight was taken back, in one plain sentence. It is kept with its date, so it speaks in the past.
 * @param metricIds the metrics the insight is about
 * @param shift null when nobody has counted
 * @param silence what the analysis said in its place; null when it said nothing
 */
export function describeRetraction(
  reason: RetractionReason,
  metricIds: readonly string[],
  metrics: MetricsAlive,
  shift: GroundShift | null,
  silence: Silence | null,
): string {
  if (reason === 'PAST') return 'It is over: the days it speaks of have passed.';
  const clauses =
    reason === 'METRIC_GONE'
      ? [describeGone(metricIds, metrics)]
      : [shift && describeShift(shift, metrics), silence && silenceClauses[silence.reason](silence.missingDays)];
  const said = clauses.filter((clause) => clause !== null);
  return `It no longer holds: ${said.length > 0 ? said.join(', and ') : 'the last analysis did not find it again'}.`;
}

function describeGone(metricIds: readonly string[], metrics: MetricsAlive): string {
  if (metricIds.some((id) => !metrics.has(id))) return 'a metric it was about has been deleted';
  const archived = metricIds.flatMap((id) => metrics.get(id) ?? []).filter(({ isActive }) => !isActive);
  return `${joinNames(archived)} ${archived.length === 1 ? 'has' : 'have'} been archived`;
}

function describeShift({ changed, added, metricIds }: GroundShift, metrics: MetricsAlive): string | null {
  if (changed === 0 && added === 0) return null;
  const ofWhat = `of ${joinNames(metricIds.flatMap((id) => metrics.get(id) ?? []))}`;
  if (changed === 0) return `${added} new ${added === 1 ? 'entry' : 'entries'} ${ofWhat} ${haveOf(added)} come since`;
  const touched = `${changed} ${changed === 1 ? 'entry' : 'entries'} ${ofWhat} ${haveOf(changed)} been changed or deleted`;
  if (added === 0) return `${touched} since`;
  return `${touched} and ${added} new ${added === 1 ? 'one has' : 'ones have'} come since`;
}

const haveOf = (count: number): string => (count === 1 ? 'has' : 'have');

const silenceClauses: Record<SilenceReason, (missingDays: number | null) => string> = {
  TOO_FEW_DAYS: (missing) => describeMissing(missing, 'a value'),
  TOO_FEW_PAIRED_DAYS: (missing) => describeMissing(missing, 'values of both'),
  CONSTANT: () => 'the values did not vary any more',
  NOTHING_FOUND: () => 'it could no longer be told from chance',
  NOT_BETTER_THAN_NAIVE: () => 'it was no longer better than a plain guess',
  TAUTOLOGY: () => 'the two turned out to say the same',
  NOT_NUMERIC: () => 'the values were words',
  NOT_ACTIONABLE: () => 'it was no longer something to decide over',
  NOT_APPLICABLE: () => 'the question no longer made sense for these values',
};

function describeMissing(missing: number | null, what: string): string {
  if (missing === null) return `too few days had ${what}`;
  return `${missing} more ${missing === 1 ? 'day' : 'days'} with ${what} ${missing === 1 ? 'was' : 'were'} needed`;
}

/** "A", "A and B", "A, B and C". */
function joinNames(metrics: readonly MetricAlive[]): string {
  const names = metrics.map(({ name }) => name);
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
