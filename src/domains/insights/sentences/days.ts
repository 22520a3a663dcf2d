import type { AnomalyEvidence, ForecastEvidence } from '../evidence.ts';
import { nameWeekday } from './courses.ts';
import { compare, formatLevel, formatNumber, type NamedMetric } from './numbers.ts';

/** One plain sentence about an unusual day: "…, your lowest in 90 days, 3.1 MADs below a usual Tuesday". */
export function describeAnomaly(metric: NamedMetric, anomaly: Omit<AnomalyEvidence, 'kind'>): string {
  const { date, value, expected, deviation, extreme, extremeOfDays, weekday } = anomaly;
  const side = deviation < 0 ? 'below' : 'above';
  const record = extreme ? `, your ${extreme.toLowerCase()} in ${extremeOfDays} days` : '';
  const distance = `${formatNumber(Math.abs(deviation))} MADs ${side} a usual ${nameWeekday(weekday)}`;
  return `${metric.name} was ${formatLevel(metric, value)} on ${date}${record}: ${distance} (${formatLevel(metric, expected)}).`;
}

/** One plain sentence about what is to come. */
export function describeForecast(metric: NamedMetric, forecast: Omit<ForecastEvidence, 'kind'>): string {
  const { points, level, coverage, skill } = forecast;
  const [first, last] = [points[0]!, points.at(-1)!];
  const range = `${formatLevel(metric, first.low)} to ${formatLevel(metric, first.high)}`;
  const course = `${formatLevel(metric, last.value)} by ${last.date}, ${compare(last.value - first.value)}`;
  const trust = `${formatNumber(skill * 100)} % better than a plain guess; ranges meant to hold ${formatNumber(level * 100)} % of days held ${formatNumber(coverage * 100)} %`;
  return `${metric.name} should be ${formatLevel(metric, first.value)} on ${first.date} (${range}) and ${course} (${trust}).`;
}
