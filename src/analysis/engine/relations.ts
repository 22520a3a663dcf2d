import { describeEffect } from '../correlations/effect.ts';
import { intervalOf } from '../correlations/interval.ts';
import { type AdjustedTest, testAtLag } from '../correlations/lagged-test.ts';
import { pairAtLag } from '../correlations/correlation.ts';
import { type RelationTrace, traceRelation } from '../patterns/changing-relations.ts';
import { isBinary } from '../series/daily-series.ts';
import { isSilence } from '../silence.ts';
import { findCut, judge, type Judged } from './families.ts';
import type { Finding, MetricFacts, PersonFacts, Relation } from './findings.ts';
import { type Described, type PairTests, testInFull } from './pair-tests.ts';
import { pairKey, type State } from './state.ts';

/** Thresholds of durations, in seconds: whole hours, half hours, quarters, five minutes, minutes. */
const DURATION_STEPS = [3600, 1800, 900, 300, 60];

/** The relations that hold, strongest evidence first: of each pair the clearest of its lags and methods. */
export function findRelations(state: State, facts: PersonFacts): { relations: Relation[]; familySize: number } {
  const untested = new Set(state.tautologies.map(({ a, b }) => pairKey(a, b)));
  const tested = [...state.pairs].flatMap(([key, tests]) => (untested.has(key) ? [] : [tests]));
  const familySize = tested.reduce((sum, tests) => sum + tests.familySize, 0);
  const cut = findCut(
    tested.flatMap(({ promising }) => promising.map(({ bound }) => bound)),
    familySize,
  );
  const found = judge(
    tested.flatMap((tests) => testUpTo(tests, cut)),
    familySize,
  );
  const factsOf = new Map(facts.metrics.map((metric) => [metric.id, metric]));
  const relations = keepBestPerPair(found).map(({ qValue, ...test }) => ({
    ...describeRelation(state, orient(state, test, factsOf), factsOf),
    qValue,
    familySize,
  }));
  return { relations, familySize };
}

/** The tests of a pair that may be let through, made in full. */
const testUpTo = (tests: PairTests, cut: number): AdjustedTest[] =>
  tests.promising.filter(({ bound }) => bound <= cut).map(({ test }) => testInFull(tests, test));

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

/** What a found test means. It depends on the two series alone, and is kept until one of them is touched. */
function describeRelation(state: State, test: AdjustedTest, factsOf: ReadonlyMap<string, MetricFacts>): Described {
  const { described } = state.pairs.get(pairKey(test.driver, test.outcome))!;
  const steps = factsOf.get(test.driver)?.isDuration ? DURATION_STEPS : undefined;
  const key = [test.method, test.driver, test.lagDays, steps].join(' ');
  const relation = described.get(key) ?? describeAnew(state, test, steps);
  described.set(key, relation);
  return relation;
}

function describeAnew(
  { members, firstDay }: State,
  test: AdjustedTest,
  steps: readonly number[] | undefined,
): Described {
  const { method, lagDays, adjustedCoefficient, effectiveN } = test;
  const [driver, outcome] = [members.get(test.driver)!, members.get(test.outcome)!];
  const [x, y] = [driver.prepared[method], outcome.prepared[method]];
  const { days } = pairAtLag(driver.values, outcome.values, lagDays);
  return {
    ...test,
    coefficient: testAtLag(x, y, lagDays)!.coefficient,
    interval: intervalOf(adjustedCoefficient, effectiveN, method),
    effect: describeEffect(driver.values, outcome.values, lagDays, { firstDay, steps }),
    trace: traceRelation(x, y, lagDays),
    range: { first: days[0]!, last: days.at(-1)! },
  };
}

/**
 * On the same day nothing says which of two metrics drives the other. What the person decides over comes first, then
 * what is done or not done: "on days with meditation, mood is higher" and not the other way round.
 */
function orient({ members }: State, test: AdjustedTest, factsOf: ReadonlyMap<string, MetricFacts>): AdjustedTest {
  if (test.lagDays > 0) return test;
  const weigh = (id: string) =>
    2 * Number(factsOf.get(id)?.isActionable ?? false) + Number(isBinary(members.get(id)!.values));
  const isTurned = weigh(test.outcome) > weigh(test.driver);
  return isTurned ? { ...test, driver: test.outcome, outcome: test.driver } : test;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
