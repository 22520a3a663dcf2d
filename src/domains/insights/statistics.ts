import type {
  CorrelationFamily,
  CorrelationMethod,
  CorrelationOptions,
} from '../../analysis/correlations/correlations.ts';
import { findDayRange, type DailySeries } from '../../analysis/series/daily-series.ts';
import { assessReadiness, type ReadinessReason, type SeriesReadiness } from '../../analysis/readiness.ts';
import type { TrendResult } from '../../analysis/trends/trend.ts';
import { toLocalDay } from '../../kernel/civil-time.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { runInThread } from '../../platform/thread-pool.ts';
import { getUser } from '../accounts/accounts.ts';
import { readSeries, type DayRange } from '../entries/series.ts';
import { readMetrics } from '../metrics/metrics.ts';
import { alignSeries, toRange, type AlignedSeries } from './daily-series.ts';
import { describeReadiness } from './describe.ts';
import type { CorrelationEvidence, TrendEvidence } from './evidence.ts';
import { maxLagDays as lagMax } from './findings.ts';

type Selection = { range?: DayRange | null; metricIds?: readonly string[] | null };
export type CorrelationsInput = Selection & { method?: CorrelationMethod | null; maxLagDays?: number | null };

/** Every test that was made. */
export type CorrelationReport = {
  range: DayRange;
  method: CorrelationMethod;
  familySize: number;
  correlations: CorrelationEvidence[];
  nearCopies: { a: string; b: string; coefficient: number }[];
};

export type Readiness = {
  metricIds: string[];
  type: 'CORRELATION' | 'TREND';
  reason: ReadinessReason;
  message: string;
  missingDays: number | null;
};

const analysisModule = new URL('../../analysis/analyse.ts', import.meta.url);

/** Tests every pair and lag, and hides nothing. @throws InvalidInputError for lags outside 0–14 */
export async function reportCorrelations(viewer: Viewer, input: CorrelationsInput): Promise<CorrelationReport> {
  const { method, maxLagDays } = { method: input.method ?? 'SPEARMAN', maxLagDays: input.maxLagDays ?? 7 };
  if (maxLagDays < 0 || maxLagDays > lagMax) {
    throw new InvalidInputError([{ path: ['input', 'maxLagDays'], message: `Lags go from 0 to ${lagMax} days.` }]);
  }
  const aligned = await readAligned(viewer, input);
  const family = await runInThread<CorrelationFamily>(analysisModule, 'analyseCorrelations', {
    series: aligned.series,
    options: { method, maxLagDays } satisfies CorrelationOptions,
  });
  return {
    range: await rangeOf(viewer, input, aligned),
    method,
    familySize: family.familySize,
    correlations: family.results.map((result) => ({ kind: 'Correlation', ...result })),
    nearCopies: family.nearCopies,
  };
}

/** The trend of every metric that has enough days for one, steady ones included. */
export async function reportTrends(viewer: Viewer, input: Selection): Promise<TrendEvidence[]> {
  const aligned = await readAligned(viewer, input);
  const trends = await runInThread<(TrendResult | null)[]>(analysisModule, 'analyseTrends', aligned.series);
  return aligned.series.flatMap((series, i) => {
    const trend = trends[i];
    if (!trend) return [];
    const { intercept: _, ...numbers } = trend;
    const { first, last } = findDayRange(series.values);
    return [{ kind: 'Trend', metricId: series.id, range: toRange(aligned, first, last), ...numbers }];
  });
}

/** What stands between the data and an answer, for each metric and pair. */
export async function reportReadiness(viewer: Viewer, metricIds: readonly string[] | null): Promise<Readiness[]> {
  const metrics = (await readMetrics(viewer)).filter(({ id, isActive }) =>
    metricIds ? metricIds.includes(id) : isActive,
  );
  const { series } = alignSeries(
    await readSeries(
      viewer,
      null,
      metrics.map(({ id }) => id),
    ),
  );
  const numeric = metrics
    .filter(({ type }) => type !== 'TEXT')
    .map(({ id }) => series.find((one) => one.id === id) ?? emptySeries(id));
  const texts = metrics.filter(({ type }) => type === 'TEXT');
  const rows: SeriesReadiness[] = [
    ...assessReadiness(numeric),
    ...texts.map(({ id }) => ({
      ids: [id],
      type: 'TREND' as const,
      reason: 'NOT_NUMERIC' as const,
      missingDays: null,
    })),
  ];
  const nameOf = new Map(metrics.map(({ id, name }) => [id, name]));
  return rows.map(({ ids, ...row }) => ({
    ...row,
    metricIds: ids,
    message: describeReadiness(
      row,
      ids.map((id) => nameOf.get(id)!),
    ),
  }));
}

/** A metric without any value: it has no days at all. */
const emptySeries = (id: string): DailySeries => ({ id, values: new Float64Array() });

const readAligned = async (viewer: Viewer, { range, metricIds }: Selection): Promise<AlignedSeries> =>
  alignSeries(await readSeries(viewer, range ?? null, metricIds ?? null));

async function rangeOf(viewer: Viewer, { range }: Selection, aligned: AlignedSeries): Promise<DayRange> {
  if (range) return range;
  if (aligned.length > 0) return toRange(aligned, 0, aligned.length - 1);
  const user = await getUser(viewer);
  const today = toLocalDay(new Date(), user?.timeZone ?? 'UTC', user?.dayStartsAt ?? 0);
  return { from: today, to: today };
}
