import { pairAtLag } from '../correlations/correlation.ts';
import { MIN_PAIRS } from '../correlations/lagged-test.ts';
import { countDays, isConstant } from '../series/daily-series.ts';
import { isSilence, silent, type Silence, tooFewDays } from '../silence.ts';
import type { Conclusion, Finding, PersonFacts, Question, Readiness } from './findings.ts';
import type { Member } from './member.ts';
import { pairKey, type State } from './state.ts';

/**
 * What stands between the data and an answer, question by question: for each series a trend, a pattern, unusual days, a
 * forecast and a recommendation, for each pair a connection. READY is what has an answer now.
 */
export function assess(state: State, { findings }: Conclusion, facts: PersonFacts): Readiness[] {
  const answered = new Set(findings.map(questionOf));
  const copies = new Set(state.tautologies.map(({ a, b }) => pairKey(a, b)));
  const members = [...state.members.values()];
  const desired = new Set(facts.metrics.filter((metric) => metric.desired).map(({ id }) => id));
  const rows = members.flatMap((member) => assessSeries(member, desired));
  const pairs = members.flatMap((a, i) => members.slice(i + 1).map((b) => [a, b] as const));
  return [
    ...rows,
    ...pairs.map(([a, b]) =>
      toRow([a.id, b.id], 'CORRELATION', copies.has(pairKey(a.id, b.id)) ? silent('TAUTOLOGY') : assessPair(a, b)),
    ),
  ].map((row) => (answered.has(keyOf(row.type, row.ids)) ? { ...row, reason: 'READY', missingDays: null } : row));
}

/** The same for a question however it is asked. */
export const keyOf = (type: Question, ids: readonly string[]): string => `${type}:${ids.toSorted().join(':')}`;

function questionOf(finding: Finding): string {
  switch (finding.type) {
    case 'CORRELATION':
    case 'CHANGING_RELATION':
      return keyOf('CORRELATION', [finding.relation.driver, finding.relation.outcome]);
    case 'RECOMMENDATION':
      return keyOf('RECOMMENDATION', [finding.recommendation.outcome]);
    default:
      return keyOf(questions[finding.type], [finding.id]);
  }
}

const questions = {
  TREND: 'TREND',
  CHANGE_POINT: 'TREND',
  WEEKDAYS: 'PATTERN',
  MONTHS: 'PATTERN',
  STREAK: 'PATTERN',
  ANOMALY: 'ANOMALY',
  FORECAST: 'FORECAST',
} as const;

function assessSeries({ id, report }: Member, desired: ReadonlySet<string>): Readiness[] {
  const silenceOf = (result: object) => (isSilence(result) ? result : silent('NOTHING_FOUND'));
  return [
    toRow([id], 'TREND', silenceOf(report.trend)),
    toRow([id], 'PATTERN', silenceOf(report.weekdays)),
    toRow([id], 'ANOMALY', silenceOf(report.anomalies)),
    // What has been forecast and is not among the findings is no longer kept.
    toRow([id], 'FORECAST', isSilence(report.forecast) ? report.forecast : silent('NOT_APPLICABLE')),
    toRow([id], 'RECOMMENDATION', silent(desired.has(id) ? 'NOTHING_FOUND' : 'NOT_ACTIONABLE')),
  ];
}

function assessPair(a: Member, b: Member): Silence {
  const fewest = Math.min(countDays(a.values), countDays(b.values));
  if (fewest < MIN_PAIRS) return tooFewDays(fewest, MIN_PAIRS);
  if (isConstant(a.values) || isConstant(b.values)) return silent('CONSTANT');
  const { driver, outcome, days } = pairAtLag(a.values, b.values, 0);
  if (days.length < MIN_PAIRS) return { reason: 'TOO_FEW_PAIRED_DAYS', missingDays: MIN_PAIRS - days.length };
  // Varying as a whole, yet not on the days they share.
  return silent(isConstant(driver) || isConstant(outcome) ? 'CONSTANT' : 'NOTHING_FOUND');
}

const toRow = (ids: string[], type: Question, verdict: Silence): Readiness => ({ ids, type, ...verdict });
