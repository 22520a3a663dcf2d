import type { Finding } from '../../../analysis/engine/findings.ts';
import type { NewInsight } from '../evidence.ts';
import { describeAnomaly, describeForecast } from '../sentences/days.ts';
import type { NamedMetric } from '../sentences/numbers.ts';
import { type Context, toDate, toDates } from './context.ts';

/** What is stated of single days of one metric. */

type Statement = Omit<NewInsight, 'metricIds'>;

export function stateAnomaly(
  { id, anomaly }: Extract<Finding, { type: 'ANOMALY' }>,
  context: Context,
  metric: NamedMetric,
): Statement {
  const { index, pValue, ...numbers } = anomaly;
  const evidence = { metricId: id, date: toDate(context, index), ...numbers };
  return {
    type: 'ANOMALY',
    key: `ANOMALY:${id}:${evidence.date}`,
    title: describeAnomaly(metric, evidence),
    confidence: 1 - pValue,
    range: { from: evidence.date, to: evidence.date },
    evidence: { kind: 'Anomaly', ...evidence },
  };
}

export function stateForecast(
  { id, forecast, range }: Extract<Finding, { type: 'FORECAST' }>,
  context: Context,
  metric: NamedMetric,
): Statement {
  const { model, level, coverage, error, naiveError, skill, n } = forecast;
  const points = forecast.points.map(({ index, ...point }) => ({ date: toDate(context, index), ...point }));
  const evidence = { metricId: id, model, points, level, coverage, error, naiveError, skill, n };
  return {
    type: 'FORECAST',
    key: `FORECAST:${id}`,
    title: describeForecast(metric, evidence),
    confidence: coverage,
    range: toDates(context, range),
    evidence: { kind: 'Forecast', ...evidence },
  };
}
