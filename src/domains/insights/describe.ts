import type { CorrelationResult } from '../../analysis/correlations/correlations.ts';
import type { SeriesReadiness } from '../../analysis/readiness.ts';
import type { TrendResult } from '../../analysis/trends/trend.ts';

/** What a sentence needs to know of a metric. */
export type NamedMetric = { name: string; unit: string | null };

/** One plain sentence about a correlation, with the numbers in it. It says what goes together, never what causes what. */
export function describeCorrelation(driver: NamedMetric, outcome: NamedMetric, result: CorrelationResult): string {
  const direction = result.coefficient > 0 ? 'higher' : 'lower';
  return `On days with more ${driver.name}, ${outcome.name} tends to be ${direction} ${describeLag(result.lagDays)} (${describeNumbers(result)}).`;
}

/** One plain sentence about a trend. */
export function describeTrend(metric: NamedMetric, trend: TrendResult): string {
  const verb = trend.direction === 'RISING' ? 'rising' : 'falling';
  const unit = metric.unit ? ` ${metric.unit}` : '';
  const slope = formatNumber(Math.abs(trend.slopePerDay) * 7);
  return `${metric.name} is ${verb} by about ${slope}${unit} a week (${trend.n} days, ${describeError('p', trend.pValue)}).`;
}

/** Why there is no answer yet, and what would be needed. */
export function describeReadiness(
  row: Pick<SeriesReadiness, 'reason' | 'missingDays' | 'type'>,
  names: readonly string[],
): string {
  const what = names.join(' and ');
  const days = row.missingDays === 1 ? '1 more day' : `${row.missingDays} more days`;
  switch (row.reason) {
    case 'READY':
      return `There is enough of ${what} to look for ${row.type === 'TREND' ? 'a trend' : 'a connection'}.`;
    case 'TOO_FEW_DAYS':
      return `${what}: ${days} with a value are needed.`;
    case 'TOO_FEW_PAIRED_DAYS':
      return `${what}: ${days} with values of both are needed.`;
    case 'CONSTANT':
      return `${what}: a value that never changes cannot go along with anything.`;
    case 'NOT_NUMERIC':
      return `${what} is kept in words, which statistics cannot use.`;
  }
}

function describeLag(lagDays: number): string {
  if (lagDays === 0) return 'on the same day';
  return lagDays === 1 ? 'on the next day' : `${lagDays} days later`;
}

function describeNumbers({ method, coefficient, n, qValue }: CorrelationResult): string {
  const symbol = method === 'PEARSON' ? 'r' : 'ρ';
  return `${symbol} = ${coefficient.toFixed(2)}, ${n} days, ${describeError('q', qValue)}`;
}

/** An error rate; below a thousandth its exact size says nothing. */
const describeError = (name: string, value: number): string =>
  value < 0.001 ? `${name} < 0.001` : `${name} = ${formatNumber(value)}`;

/** Three significant digits. */
const formatNumber = (value: number): string => String(Number(value.toPrecision(3)));
