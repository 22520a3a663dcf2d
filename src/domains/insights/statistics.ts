import type { CorrelationMethod, CorrelationOptions } from '../../analysis/correlations/correlations.ts';
import type { Readiness as Verdict } from '../../analysis/engine/findings.ts';
import type { CorrelationReport as Correlations, ReportInput, TrendReport as Trends } from '../../analysis/reports.ts';
import { readCached } from '../../changes/cached-reads.ts';
import { fromDayNumber } from '../../kernel/civil-time.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { runInThread } from '../../platform/thread-pool.ts';
import { readDailySeries, type DayRange } from '../entries/series.ts';
import { readMetrics } from '../metrics/metrics.ts';
import { analyse, findLimit } from './analysis.ts';
import type { CorrelationEvidence, TrendEvidence } from './evidence.ts';
import { describeReadiness } from './sentences/readiness.ts';

type Selection = { range?: DayRange | null; metricIds?: readonly string[] | null };
export type CorrelationsInput = Selection & { method?: CorrelationMethod | null; maxLagDays?: number | null };

/** Every test that was made. */
export type CorrelationReport = {
  range: DayRange;
  method: CorrelationMethod;
  familySize: number;
  correlations: CorrelationEvidence[];
  tautologies: Correlations['tautologies'];
};

/** `READY`: there is enough to look for an answer. Whether one was found is another matter. */
export type Readiness = {
  metricIds: string[];
  type: Verdict['type'];
  reason: Exclude<Verdict['reason'], 'NOTHING_FOUND'>;
  isFound: boolean;
  missingDays: number | null;
  message: string;
};

const reports = new URL('../../analysis/reports.ts', import.meta.url);
const maxLagDays = 14;
/** What the reports are made from. */
const grounds = ['Entry', 'Metric', 'User'];

/** Tests every pair and lag, and hides nothing. @throws InvalidInputError for lags outside 0–14 */
export async function reportCorrelations(viewer: Viewer, input: CorrelationsInput): Promise<CorrelationReport> {
  const options: CorrelationOptions = { method: input.method ?? 'SPEARMAN', maxLagDays: input.maxLagDays ?? 7 };
  if (options.maxLagDays < 0 || options.maxLagDays > maxLagDays) {
    throw new InvalidInputError([{ path: ['input', 'maxLagDays'], message: `Lags go from 0 to ${maxLagDays} days.` }]);
  }
  const report = await runReport<Correlations>(viewer, 'reportCorrelations', input, { options });
  const { range, familySize, results, tautologies } = report;
  return {
    range: toDays(range),
    method: options.method,
    familySize,
    correlations: results.map((result) => ({
      kind: 'Correlation',
      ...result,
      familySize,
      interval: null,
      effect: null,
    })),
    tautologies,
  };
}

/** The trend of every metric that has enough days for one, steady ones included. */
export async function reportTrends(viewer: Viewer, input: Selection): Promise<TrendEvidence[]> {
  const { trends } = await runReport<Trends>(viewer, 'reportTrends', input, {});
  return trends.map(({ id, trend: { intercept: _, ...numbers }, motion, range }) => ({
    kind: 'Trend',
    metricId: id,
    range: toDays(range),
    ...numbers,
    velocity: motion?.velocity ?? null,
    acceleration: motion?.acceleration ?? null,
  }));
}

/** What stands between the data and an answer, for each metric and pair. Archived metrics are asked about in vain. */
export async function reportReadiness(viewer: Viewer, metricIds: readonly string[] | null): Promise<Readiness[]> {
  const limit = await findLimit(viewer);
  const rows = await readCached(viewer, `readiness ${limit}`, [...grounds, 'Insight'], () => readReadiness(viewer));
  return metricIds ? rows.filter((row) => row.metricIds.every((id) => metricIds.includes(id))) : rows;
}

async function readReadiness(viewer: Viewer): Promise<Readiness[]> {
  const { readiness } = await analyse(viewer);
  const metrics = (await readMetrics(viewer)).filter(({ isActive }) => isActive);
  const names = new Map(metrics.map(({ id, name }) => [id, name]));
  const texts = metrics.filter(({ type }) => type === 'TEXT');
  const rows: Verdict[] = [
    ...readiness,
    ...texts.map(({ id }) => ({
      ids: [id],
      type: 'TREND' as const,
      reason: 'NOT_NUMERIC' as const,
      missingDays: null,
    })),
  ];
  return rows.filter(({ ids }) => ids.every((id) => names.has(id))).map((row) => toReadiness(row, names));
}

function toReadiness({ ids, type, reason, missingDays }: Verdict, names: ReadonlyMap<string, string>): Readiness {
  return {
    metricIds: ids,
    type,
    reason: reason === 'NOTHING_FOUND' ? 'READY' : reason,
    isFound: reason === 'READY',
    missingDays,
    message: describeReadiness(
      { type, reason, missingDays },
      ids.map((id) => names.get(id)!),
    ),
  };
}

/** Runs a report in a thread, once for the same question and data. */
async function runReport<Report>(
  viewer: Viewer,
  name: string,
  { range, metricIds }: Selection,
  options: object,
): Promise<Report> {
  const limit = await findLimit(viewer);
  const key = JSON.stringify([name, range ?? null, metricIds ?? null, options, limit]);
  return readCached(viewer, key, grounds, async () => {
    const series = await readDailySeries(viewer, range ?? null, metricIds ?? null);
    return runInThread<Report>(reports, name, { series, limit, ...options } satisfies ReportInput);
  });
}

const toDays = ({ first, last }: { first: number; last: number }): DayRange => ({
  from: fromDayNumber(first),
  to: fromDayNumber(last),
});
