import { recommend } from '../recommendations/recommendations.ts';
import type { Conclusion, Finding, PersonFacts, Relation } from './findings.ts';
import { findCourses } from './courses.ts';
import { findChange, findRelations } from './relations.ts';
import type { State } from './state.ts';

/** Judges all tests of a person together, and gathers what holds: relations, strongest first, then series by series. */
export function conclude(state: State, facts: PersonFacts): Conclusion {
  const { firstDay, tautologies } = state;
  const { relations, familySize } = findRelations(state, facts);
  const findings: Finding[] = [
    ...relations.map((relation) => ({ type: 'CORRELATION' as const, relation })),
    ...relations.flatMap(findChange),
    ...findCourses(state),
    ...findRecommendations(state, facts, relations),
  ];
  return { firstDay, findings, tautologies, familySize };
}

function findRecommendations({ members }: State, facts: PersonFacts, relations: readonly Relation[]): Finding[] {
  const series = [...members.values()];
  return recommend({ relations, ...facts, series }).map((recommendation) => {
    const { driver, outcome } = recommendation;
    const ground = relations.find((relation) => relation.driver === driver && relation.outcome === outcome)!;
    return { type: 'RECOMMENDATION', recommendation, confidence: 1 - ground.qValue, range: ground.range };
  });
}
