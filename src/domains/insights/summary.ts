import type { Insight, Metric, User } from '../../../generated/prisma/client.ts';
import type { MetricPeriod, SummaryInput } from '../../analysis/summaries/summary.ts';
import { readCached } from '../../changes/cached-reads.ts';
import { toDayNumber, toLocalDay } from '../../kernel/civil-time.ts';
import { UnauthenticatedError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { prisma } from '../../platform/database/database.ts';
import { runInThread } from '../../platform/thread-pool.ts';
import { getUser } from '../accounts/accounts.ts';
import { readDayEntries, type DayEntries } from '../entries/day-entries.ts';
import { readDailySeries, type DayRange } from '../entries/series.ts';
import { readMetrics } from '../metrics/metrics.ts';
import { idsMax, toMetricSummary, toStandoutDays, type MetricSummary, type StandoutDay } from './metric-summary.ts';
import { describeSummary } from './sentences/summary.ts';
import { addDays, checkSummaryRange, endingOn, historyOf, rangeBefore, type SummaryPeriod } from './summary-range.ts';

/** A person's period in numbers. */
export type Summary = {
  range: DayRange;
  previousRange: DayRange;
  headline: string;
  metrics: MetricSummary[];
  /** The changed ones of them, strongest first. */
  changed: MetricSummary[];
  /** Days of the period unlike those before, the most unlikely first. */
  stoodOut: StandoutDay[];
};

export type InsightSummary = Summary & { newInsights: Insight[]; retractedInsights: Insight[] };

/** Insights of each list at most. */
export const summaryInsightsMax = 100;

const summaryModule = new URL('../../analysis/summaries/summary.ts', import.meta.url);

/**
 * What a period was like. Kept until the person's data change.
 * @param range wins over `period`
 * @throws InvalidInputError for a range that is none, or is too long
 */
export async function readSummary(
  viewer: Viewer,
  period: SummaryPeriod,
  range: DayRange | null,
  now = new Date(),
): Promise<InsightSummary> {
  if (range) checkSummaryRange(range);
  const user = await getUser(viewer);
  if (!user) throw new UnauthenticatedError();
  const clock = { timeZone: user.timeZone, dayStartsAt: user.dayStartsAt };
  const today = toLocalDay(now, clock.timeZone, clock.dayStartsAt);
  // The clock was read before the number of the log: as a part of the question it cannot grow stale in the answer.
  const key = JSON.stringify(['summary', range ?? period, today, clock]);
  return readCached(viewer, key, ['Entry', 'Metric', 'Insight'], async () => {
    const numbers = await readCached(viewer, `${key} numbers`, ['Entry', 'Metric'], () =>
      computeSummary(viewer, period, range, today),
    );
    return { ...numbers, ...(await readInsightsOf(viewer, numbers.range, clock)) };
  });
}

async function computeSummary(
  viewer: Viewer,
  period: SummaryPeriod,
  given: DayRange | null,
  today: string,
): Promise<Summary> {
  const metrics = await readMetrics(viewer);
  const series = await readDailySeries(viewer, historyOf(given ?? { from: today, to: today }), null);
  const hasToday = series.some(({ days }) => days.at(-1) === toDayNumber(today));
  // In the morning of a day that has nothing yet the last finished one is of interest.
  const range = given ?? endingOn(period === 'DAILY' && !hasToday ? addDays(today, -1) : today, period);
  const previousRange = rangeBefore(range);
  const periods = await runInThread<MetricPeriod[]>(summaryModule, 'summarise', {
    series,
    from: toDayNumber(range.from),
    to: toDayNumber(range.to),
    unfinishedDay: toDayNumber(today),
    growing: metrics.filter(({ aggregation }) => aggregation === 'SUM').map(({ id }) => id),
  } satisfies SummaryInput);
  const entries = await readDayEntries(viewer, { from: previousRange.from, to: range.to }, idsMax.day);
  return { range, previousRange, ...toSummary(range, periods, metrics, entries) };
}

function toSummary(
  range: DayRange,
  periods: readonly MetricPeriod[],
  metrics: readonly Metric[],
  entries: readonly DayEntries[],
): Pick<Summary, 'headline' | 'metrics' | 'changed' | 'stoodOut'> {
  const byId = new Map(metrics.map((metric) => [metric.id, metric]));
  const entriesOf = Map.groupBy(entries, ({ metricId }) => metricId);
  // A metric that was deleted while this was read has no name any more; the next read will not know of it.
  const parts = periods.flatMap((period) => {
    const metric = byId.get(period.id);
    if (!metric) return [];
    const own = entriesOf.get(period.id) ?? [];
    const stoodOut = toStandoutDays(period, metric, own);
    return [{ metric, summary: toMetricSummary(period, metric, own), stoodOut }];
  });
  const strongest = parts.toSorted((a, b) => (a.summary.pValue ?? 1) - (b.summary.pValue ?? 1));
  return {
    headline: describeSummary(
      range,
      strongest.map(({ metric, summary }) => ({ metric, ...summary })),
    ),
    metrics: parts.map(({ summary }) => summary),
    changed: strongest.map(({ summary }) => summary).filter(({ isChanged }) => isChanged),
    stoodOut: parts.flatMap(({ stoodOut }) => stoodOut).sort((a, b) => a.pValue - b.pValue),
  };
}

/** The insights that came and went in the days of the person's own clock. */
async function readInsightsOf(
  { userId }: Viewer,
  range: DayRange,
  { timeZone, dayStartsAt }: Pick<User, 'timeZone' | 'dayStartsAt'>,
): Promise<Pick<InsightSummary, 'newInsights' | 'retractedInsights'>> {
  // No clock is further from UTC than a day and a half, late beginnings of the day included.
  const around = { gte: new Date(addDays(range.from, -2)), lt: new Date(addDays(range.to, 3)) };
  const rows = await prisma().insight.findMany({
    where: { userId, OR: [{ isActive: true, createdAt: around }, { retractedAt: around }] },
    orderBy: { id: 'desc' },
  });
  const isWithin = (instant: Date | null) => {
    const day = instant && toLocalDay(instant, timeZone, dayStartsAt);
    return day !== null && day >= range.from && day <= range.to;
  };
  const pick = (isWanted: (row: Insight) => boolean) => rows.filter(isWanted).slice(0, summaryInsightsMax);
  return {
    newInsights: pick((row) => row.isActive && isWithin(row.createdAt)),
    retractedInsights: pick((row) => isWithin(row.retractedAt)),
  };
}
