import { isBinary } from '../series/daily-series.ts';
import { isSilence } from '../silence.ts';
import { judge } from './families.ts';
import type { Finding } from './findings.ts';
import type { Member } from './member.ts';
import type { State } from './state.ts';

/** A series without a value for longer than this was given up: its streak is over, and nobody asks what comes next. */
const GIVEN_UP_DAYS = 14;

/** What holds of single series. Trends, changes of level and calendar patterns are three families of tests. */
export function findCourses({ members }: State): Finding[] {
  const all = [...members.values()];
  const today = Math.max(-1, ...all.map(({ report }) => report.range.last));
  return [
    ...findTrends(all),
    ...findChanges(all),
    ...findCalendarPatterns(all),
    ...all.flatMap((member) => [...findStreak(member, today), ...findDays(member, today)]),
  ];
}

function findTrends(members: readonly Member[]): Finding[] {
  const tested = members.flatMap(({ id, report: { trend, motion, range } }) =>
    isSilence(trend) ? [] : [{ type: 'TREND' as const, id, trend, motion, range, pValue: trend.pValue }],
  );
  return judge(tested, tested.length)
    .filter(({ trend }) => trend.direction !== 'STEADY')
    .map(({ pValue: _, ...finding }) => finding);
}

/** A series counts as one test, by the clearest of its changes; of those that get through, the newest is stated. */
function findChanges(members: readonly Member[]): Finding[] {
  const tested = members.filter(({ report: { changes } }) => !isSilence(changes) || changes.reason === 'NOTHING_FOUND');
  const changed = tested.flatMap(({ id, report: { changes, range } }) =>
    isSilence(changes)
      ? []
      : [{ id, change: changes.at(-1)!, range, pValue: Math.min(...changes.map(({ pValue }) => pValue)) }],
  );
  return judge(changed, tested.length).map(({ pValue: _, ...finding }) => ({
    type: 'CHANGE_POINT' as const,
    ...finding,
  }));
}

function findCalendarPatterns(members: readonly Member[]): Finding[] {
  const tested = members.flatMap(({ id, report: { weekdays, months, range } }) => [
    ...(isSilence(weekdays)
      ? []
      : [{ type: 'WEEKDAYS' as const, id, effects: weekdays, range, pValue: weekdays.pValue }]),
    ...(isSilence(months) ? [] : [{ type: 'MONTHS' as const, id, effects: months, range, pValue: months.pValue }]),
  ]);
  return judge(tested, tested.length).map(({ pValue: _, ...finding }) => finding);
}

function findStreak({ id, values, report: { streaks, range } }: Member, today: number): Finding[] {
  // Yesterday's streak still stands: today is not over.
  const isRunning = range.last >= today - 1;
  if (isSilence(streaks) || !isRunning || streaks.milestone === null || !isBinary(values)) return [];
  return [{ type: 'STREAK', id, streaks }];
}

function findDays({ id, report: { anomalies, forecast, range } }: Member, today: number): Finding[] {
  const unusual = isSilence(anomalies) ? [] : anomalies.anomalies;
  const isGivenUp = range.last < today - GIVEN_UP_DAYS;
  return [
    ...unusual.map((anomaly) => ({ type: 'ANOMALY' as const, id, anomaly })),
    ...(isSilence(forecast) || isGivenUp ? [] : [{ type: 'FORECAST' as const, id, forecast, range }]),
  ];
}
