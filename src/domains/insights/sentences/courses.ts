import type { CalendarPatternEvidence, ChangePointEvidence, StreakEvidence, TrendEvidence } from '../evidence.ts';
import { compare, formatDifference, formatError, formatLevel, type NamedMetric } from './numbers.ts';

const weekdays = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** One plain sentence about a trend. */
export function describeTrend(metric: NamedMetric, trend: Omit<TrendEvidence, 'kind'>): string {
  const verb = trend.direction === 'RISING' ? 'rising' : 'falling';
  const slope = formatDifference(metric, trend.slopePerDay * 7);
  return `${metric.name} is ${verb} by about ${slope} a week (${trend.n} days, ${formatError('p', trend.pValue)}).`;
}

/** One plain sentence about a change of level. */
export function describeChangePoint(metric: NamedMetric, change: Omit<ChangePointEvidence, 'kind'>): string {
  const { date, before, after, daysBefore, daysAfter, pValue } = change;
  const levels = `${formatLevel(metric, after)} on ${daysAfter} days since, ${formatLevel(metric, before)} on ${daysBefore} before`;
  const size = formatDifference(metric, after - before);
  return `Since ${date}, ${metric.name} is ${size} ${compare(after - before)} than before (${levels}, ${formatError('p', pValue)}).`;
}

/** One plain sentence about a weekday or month that stands out. */
export function describeCalendarPattern(metric: NamedMetric, pattern: Omit<CalendarPatternEvidence, 'kind'>): string {
  const { position, difference, ownLevel, othersLevel, days } = pattern.strongest;
  const when = pattern.cycle === 'WEEKDAY' ? `On ${weekdays[position]}` : `In ${months[position]}`;
  const levels = `${formatLevel(metric, ownLevel)} against ${formatLevel(metric, othersLevel)}`;
  const size = formatDifference(metric, difference);
  return `${when}, ${metric.name} is ${size} ${compare(difference)} than otherwise (${levels}, ${days} such days, ${formatError('q', pattern.qValue)}).`;
}

/** One plain sentence about a streak. */
export function describeStreak(metric: NamedMetric, { days, longestDays }: Omit<StreakEvidence, 'kind'>): string {
  const rank = days === longestDays ? 'your longest streak' : `your longest streak was ${longestDays}`;
  return `${metric.name} on ${days} days in a row: ${rank}.`;
}

/** The name of a weekday, from 0 for Monday. */
export const nameWeekday = (weekday: number): string => weekdays[weekday]!.slice(0, -1);
