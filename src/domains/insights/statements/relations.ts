import type { Finding, Relation } from '../../../analysis/engine/findings.ts';
import type { CorrelationEvidence, EffectEvidence, NewInsight } from '../evidence.ts';
import { describeChangingRelation, describeCorrelation, describeRecommendation } from '../sentences/relations.ts';
import { type Context, toDates } from './context.ts';

/** What is stated of two metrics; null when one of them has no name any more. */

export function stateCorrelation(relation: Relation, context: Context): NewInsight | null {
  const { driver, outcome } = nameBoth(relation, context);
  if (!driver || !outcome) return null;
  const evidence = toEvidence(relation);
  return {
    type: 'CORRELATION',
    // The pair, not the lag or direction: when the best lag moves, it is still the same connection.
    key: `CORRELATION:${pairKey(relation)}`,
    title: describeCorrelation(driver, outcome, evidence),
    confidence: 1 - relation.qValue,
    range: toDates(context, relation.range),
    metricIds: [relation.driver, relation.outcome],
    evidence,
  };
}

export function stateChangingRelation(
  { relation, trace }: Extract<Finding, { type: 'CHANGING_RELATION' }>,
  context: Context,
): NewInsight | null {
  const { driver, outcome } = nameBoth(relation, context);
  if (!driver || !outcome || trace.verdict === 'HOLDS') return null;
  const windows = trace.windows.map(({ coefficient, n, ...days }) => ({
    range: toDates(context, days),
    coefficient,
    n,
  }));
  const { lagDays } = relation;
  const evidence = { lagDays, verdict: trace.verdict, windows, pValue: trace.pValue };
  return {
    type: 'PATTERN',
    key: `CHANGING_RELATION:${pairKey(relation)}`,
    title: describeChangingRelation(driver, outcome, {
      ...evidence,
      driver: relation.driver,
      outcome: relation.outcome,
    }),
    confidence: 1 - trace.pValue,
    range: toDates(context, relation.range),
    metricIds: [relation.driver, relation.outcome],
    evidence: { kind: 'ChangingRelation', driver: relation.driver, outcome: relation.outcome, ...evidence },
  };
}

export function stateRecommendation(
  { recommendation, confidence, range }: Extract<Finding, { type: 'RECOMMENDATION' }>,
  context: Context,
): NewInsight | null {
  const { driver, outcome } = nameBoth(recommendation, context);
  if (!driver || !outcome) return null;
  const { low, high, ...rest } = recommendation;
  const evidence = { kind: 'Recommendation' as const, ...rest, interval: { low, high } };
  return {
    type: 'RECOMMENDATION',
    key: `RECOMMENDATION:${recommendation.driver}:${recommendation.outcome}`,
    title: describeRecommendation(driver, outcome, evidence),
    confidence,
    range: toDates(context, range),
    metricIds: [recommendation.driver, recommendation.outcome],
    evidence,
  };
}

function toEvidence({ range: _, trace: __, effect, ...relation }: Relation): CorrelationEvidence {
  return { kind: 'Correlation', ...relation, isSignificant: true, effect: effect && toEffectEvidence(effect) };
}

function toEffectEvidence({
  low,
  high,
  outcomeIsBinary: _,
  ...effect
}: NonNullable<Relation['effect']>): EffectEvidence {
  return { ...effect, interval: { low, high } };
}

const pairKey = ({ driver, outcome }: { driver: string; outcome: string }): string =>
  [driver, outcome].toSorted().join(':');

const nameBoth = ({ driver, outcome }: { driver: string; outcome: string }, { metrics }: Context) => ({
  driver: metrics.get(driver),
  outcome: metrics.get(outcome),
});
