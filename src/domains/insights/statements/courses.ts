import type { Finding } from '../../../analysis/engine/findings.ts';
import type { Evidence, NewInsight } from '../evidence.ts';
import { describeCalendarPattern, describeChangePoint, describeStreak, describeTrend } from '../sentences/courses.ts';
import type { NamedMetric } from '../sentences/numbers.ts';
import { type Context, toDate, toDates } from './context.ts';

/** What is stated of the course of one metric. */

type Course<Type extends Finding['type']> = Extract<Finding, { type: Type }>;
/** A statement about one metric, short of its id and evidence's kind. */
type Statement = Omit<NewInsight, 'metricIds'>;

export function stateTrend(
  { id, trend, motion, qValue, range }: Course<'TREND'>,
  context: Context,
  metric: NamedMetric,
): Statement {
  const { intercept: _, ...numbers } = trend;
  const { velocity, acceleration } = motion ?? { velocity: null, acceleration: null };
  const evidence = { metricId: id, range: toDates(context, range), ...numbers, velocity, acceleration };
  return {
    type: 'TREND',
    key: `TREND:${id}`,
    title: describeTrend(metric, evidence),
    confidence: 1 - qValue,
    range: evidence.range,
    evidence: { kind: 'Trend', ...evidence },
  };
}

export function stateChangePoint(
  { id, change, qValue, range }: Course<'CHANGE_POINT'>,
  context: Context,
  metric: NamedMetric,
): Statement {
  const { index, ...numbers } = change;
  const evidence = { metricId: id, date: toDate(context, index), ...numbers };
  return {
    type: 'TREND',
    // Of a metric only the newest change is stated: the day may move a little as days are added.
    key: `CHANGE_POINT:${id}`,
    title: describeChangePoint(metric, evidence),
    confidence: 1 - qValue,
    range: toDates(context, range),
    evidence: { kind: 'ChangePoint', ...evidence },
  };
}

export function stateCalendarPattern(
  { type, id, effects, qValue, range }: Course<'WEEKDAYS'> | Course<'MONTHS'>,
  context: Context,
  metric: NamedMetric,
): Statement {
  const { strongest } = effects;
  const evidence: Omit<Extract<Evidence, { kind: 'CalendarPattern' }>, 'kind'> = {
    metricId: id,
    cycle: type === 'WEEKDAYS' ? 'WEEKDAY' : 'MONTH',
    effects: Array.from(effects.effects, (difference, position) => ({
      position,
      difference,
      days: effects.counts[position]!,
    })).filter(({ days }) => days > 0),
    strongest: {
      position: 'weekday' in strongest ? strongest.weekday : strongest.month,
      difference: strongest.difference,
      ownLevel: strongest.ownLevel,
      othersLevel: strongest.othersLevel,
      days: strongest.count,
    },
    n: effects.n,
    pValue: effects.pValue,
    qValue,
  };
  return {
    type: 'PATTERN',
    key: `${type}:${id}`,
    title: describeCalendarPattern(metric, evidence),
    confidence: 1 - qValue,
    range: toDates(context, range),
    evidence: { kind: 'CalendarPattern', ...evidence },
  };
}

export function stateStreak({ id, streaks }: Course<'STREAK'>, context: Context, metric: NamedMetric): Statement {
  const { current, longest, milestone } = streaks;
  const range = toDates(context, current!);
  const evidence = {
    metricId: id,
    days: current!.days,
    since: range.from,
    milestone: milestone!,
    longestDays: longest!.days,
  };
  return {
    type: 'PATTERN',
    key: `STREAK:${id}`,
    title: describeStreak(metric, evidence),
    // A fact, not an inference.
    confidence: 1,
    range,
    evidence: { kind: 'Streak', ...evidence },
  };
}
