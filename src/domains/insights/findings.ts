import type { AnalysisInput, AnalysisOutput, Finding } from '../../analysis/analyse.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { runInThread } from '../../platform/thread-pool.ts';
import { readSeries } from '../entries/series.ts';
import { readMetrics } from '../metrics/metrics.ts';
import { alignSeries, toRange, type AlignedSeries } from './daily-series.ts';
import { describeCorrelation, describeTrend, type NamedMetric } from './describe.ts';
import type { NewInsight } from './evidence.ts';

/** Days by which an outcome may follow its driver. */
export const maxLagDays = 14;

const analysisModule = new URL('../../analysis/analyse.ts', import.meta.url);

/** Everything that holds for the person now, by their active metrics. The arithmetic runs in a thread. */
export async function findInsights(viewer: Viewer): Promise<NewInsight[]> {
  const aligned = alignSeries(await readSeries(viewer, null, null));
  if (aligned.series.length === 0) return [];
  const input: AnalysisInput = { series: aligned.series, maxLagDays };
  const { findings } = await runInThread<AnalysisOutput>(analysisModule, 'analyse', input);
  const metrics = new Map((await readMetrics(viewer)).map((metric) => [metric.id, metric]));
  // A metric deleted while the analysis ran leaves no name: the run that its deletion has asked for will tidy up.
  return findings.flatMap((finding) => toInsight(finding, aligned, metrics) ?? []);
}

function toInsight(finding: Finding, aligned: AlignedSeries, metrics: Map<string, NamedMetric>): NewInsight | null {
  const range = toRange(aligned, finding.range.first, finding.range.last);
  return finding.type === 'CORRELATION'
    ? toCorrelationInsight(finding.correlation, range, metrics)
    : toTrendInsight(finding, range, metrics);
}

function toCorrelationInsight(
  correlation: Extract<Finding, { type: 'CORRELATION' }>['correlation'],
  range: NewInsight['range'],
  metrics: Map<string, NamedMetric>,
): NewInsight | null {
  const metricIds = [correlation.driver, correlation.outcome];
  const [driver, outcome] = metricIds.map((id) => metrics.get(id));
  if (!driver || !outcome) return null;
  return {
    type: 'CORRELATION',
    // The pair, not the lag or direction: when the best lag moves, it is still the same connection.
    key: `CORRELATION:${metricIds.toSorted().join(':')}`,
    title: describeCorrelation(driver, outcome, correlation),
    confidence: 1 - correlation.qValue,
    range,
    metricIds,
    evidence: { kind: 'Correlation', ...correlation },
  };
}

function toTrendInsight(
  { seriesId, trend }: Extract<Finding, { type: 'TREND' }>,
  range: NewInsight['range'],
  metrics: Map<string, NamedMetric>,
): NewInsight | null {
  const metric = metrics.get(seriesId);
  if (!metric) return null;
  const { intercept: _, ...numbers } = trend;
  return {
    type: 'TREND',
    key: `TREND:${seriesId}`,
    title: describeTrend(metric, trend),
    confidence: 1 - trend.pValue,
    range,
    metricIds: [seriesId],
    evidence: { kind: 'Trend', metricId: seriesId, range, ...numbers },
  };
}
