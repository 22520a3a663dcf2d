import { recommend } from '../recommendations/recommendations.ts';
import { isSilence } from '../silence.ts';
import type { Conclusion, Finding, PersonFacts } from './findings.ts';
import { findCourses } from './courses.ts';
import { findRelations } from './relations.ts';
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
