import { describeEffect } from '../correlations/effect.ts';
import { intervalOf } from '../correlations/interval.ts';
import { type AdjustedTest, testAtLag } from '../correlations/lagged-test.ts';
import { pairAtLag } from '../correlations/correlation.ts';
import { type RelationTrace, traceRelation } from '../patterns/changing-relations.ts';
import { isBinary } from '../series/daily-series.ts';
import { isSilence } from '../silence.ts';
import { judge, type Judged } from './families.ts';
import type { Finding, MetricFacts, PersonFacts, Relation } from './findings.ts';
import { pairKey, type State } from './state.ts';

/** Thresholds of durations, in seconds: whole hours, half hours, quarters, five minutes, minutes. */
const DURATION_STEPS = [3600, 1800, 900, 300, 60];

/** The relations that hold, strongest evidence first: of each pair the clearest of its lags and methods. */
export function findRelations(state: State, facts: PersonFacts): { relations: Relation[]; familySize: number } {
  const untested = new Set(state.tautologies.map(({ a, b }) => pairKey(a, b)));
  const tested = [...state.pairs].filter(([key]) => !untested.has(key)).map(([, tests]) => tests);
  const familySize = tested.reduce((sum, tests) => sum + tests.familySize, 0);
  const found = judge(
    tested.flatMap((tests) => tests.promising),
    familySize,
  );
  const factsOf = new Map(facts.metrics.map((metric) => [metric.id, metric]));
  const relations = keepBestPerPair(found).map((test) => describeRelation(state, test, familySize, factsOf));
  return { relations, familySize };
}

/** A relation that is not what it was, as a finding of its own. */
export function findChange(relation: Relation): Finding[] {
  const { trace } = relation;
  if (isSilence(trace) || trace.verdict === 'HOLDS') return [];
  return [{ type: 'CHANGING_RELATION', relation, trace: trace satisfies RelationTrace }];
}

function keepBestPerPair(found: Judged<AdjustedTest>[]): Judged<AdjustedTest>[] {
  const best = new Map<string, Judged<AdjustedTest>>();
  for (const test of found.sort(compareEvidence)) {
    const key = pairKey(test.driver, test.outcome);
    if (!best.has(key)) best.set(key, test);
  }
  return [...best.values()];
}

function compareEvidence(a: AdjustedTest, b: AdjustedTest): number {
  return (
    a.pValue - b.pValue ||
    a.lagDays - b.lagDays ||
    Math.abs(b.adjustedCoefficient) - Math.abs(a.adjustedCoefficient) ||
    compareText(pairKey(a.driver, a.outcome), pairKey(b.driver, b.outcome)) ||
    compareText(a.method, b.method)
  );
}

function describeRelation(
  state: State,
  found: Judged<AdjustedTest>,
  familySize: number,
  factsOf: ReadonlyMap<string, MetricFacts>,
): Relation {
  const test = orient(state, found, factsOf);
  const driver = state.members.get(test.driver)!;
  const outcome = state.members.get(test.outcome)!;
  const { method, lagDays } = test;
  const { coefficient } = testAtLag(driver.prepared[method], outcome.prepared[method], lagDays)!;
  const steps = factsOf.get(test.driver)?.isDuration ? DURATION_STEPS : undefined;
  const { days } = pairAtLag(driver.values, outcome.values, lagDays);
  return {
    ...test,
    coefficient,
    familySize,
    interval: intervalOf(test.adjustedCoefficient, test.effectiveN, method),
    effect: describeEffect(driver.values, outcome.values, lagDays, { firstDay: state.firstDay, steps }),
    trace: traceRelation(driver.prepared[method], outcome.prepared[method], lagDays),
    range: { first: days[0]!, last: days.at(-1)! },
  };
}

/**
 * On the same day nothing says which of two metrics drives the other. What the person decides over comes first, then
 * what is done or not done: "on days with meditation, mood is higher" and not the other way round.
 */
function orient<Test extends Judged<AdjustedTest>>(
  { members }: State,
  test: Test,
  factsOf: ReadonlyMap<string, MetricFacts>,
): Test {
  if (test.lagDays > 0) return test;
  const weigh = (id: string) =>
    2 * Number(factsOf.get(id)?.isActionable ?? false) + Number(isBinary(members.get(id)!.values));
  const isTurned = weigh(test.outcome) > weigh(test.driver);
  return isTurned ? { ...test, driver: test.outcome, outcome: test.driver } : test;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
