import { testFamily } from '../../src/analysis/correlations/correlations.ts';
import { newsFor } from '../../src/analysis/correlations/lagged-test.ts';
import { benjaminiHochberg } from '../../src/analysis/distributions/significance.ts';
import { METHODS, type Method, prepareSubject, type PValues, type Subject, testByAll } from './methods.ts';
import { drawPerson, FIRST_DAY, type Noise, type Planted, plantEffect } from './noise.ts';

/** Persons to draw and test: seeds `from` to `from + histories - 1`. */
export type Trial = {
  source: { noise: Noise } | { planted: Planted };
  days: number;
  from: number;
  histories: number;
  /** Whether to try the other methods beside the one in use, which takes several times as long. */
  compares: boolean;
};
/** Of one method: histories with a finding, tests at or below each of `LEVELS`, and planted effects found. */
export type Count = { fooled: number; below: number[]; found: number };
export type Outcome = { histories: number; tests: number; counts: Record<Method, Count> };
type Family = { pValues: PValues[]; isPlanted: boolean[] };

export const LEVELS = [0.05, 0.01, 0.001];
const MAX_LAG_DAYS = 14;
const FALSE_DISCOVERY_RATE = 0.1;
const COEFFICIENTS = ['PEARSON', 'SPEARMAN'] as const;

/** Tests every history of a trial, with both coefficients in one family as the product does. */
export function runTrial({ source, days, from, histories, compares }: Trial): Outcome {
  const empty = () => ({ fooled: 0, below: LEVELS.map(() => 0), found: 0 });
  const counts = Object.fromEntries(METHODS.map((name) => [name, empty()])) as Record<Method, Count>;
  let tests = 0;
  for (let seed = from; seed < from + histories; seed++) {
    const person = 'noise' in source ? drawPerson(source.noise, days, seed) : plantEffect(source.planted, days, seed);
    const family = compares ? testByMethods(person) : testAsUsed(person);
    tests += family.pValues.length;
    for (const name of METHODS) count(counts[name], family, name);
  }
  return { histories, tests, counts };
}

function count(into: Count, { pValues, isPlanted }: Family, name: Method): void {
  const own = Float64Array.from(pValues, (of) => of[name] ?? 1);
  const isFound = benjaminiHochberg(own).map((q) => Number(q <= FALSE_DISCOVERY_RATE));
  into.fooled += Number(isFound.includes(1));
  into.found += Number(isFound.some((found, i) => found === 1 && isPlanted[i]));
  LEVELS.forEach((level, i) => (into.below[i]! += own.filter((p) => p <= level).length));
}

/** As the product does it, all lags of a pair at once. */
function testAsUsed(person: Float64Array[]): Family {
  const series = person.map((values, place) => ({ id: String(place), values }));
  const { results } = testFamily({ firstDay: FIRST_DAY, series }, COEFFICIENTS, {
    maxLagDays: MAX_LAG_DAYS,
    tautologies: [],
  });
  return {
    pValues: results.map(({ pValue }) => ({ used: pValue })),
    isPlanted: results.map(({ driver, outcome, lagDays }) => driver === '0' && outcome === '1' && lagDays === 1),
  };
}

function testByMethods(person: Float64Array[]): Family {
  const family: Family = { pValues: [], isPlanted: [] };
  for (const coefficient of COEFFICIENTS) {
    const subjects = person.map((values) => prepareSubject(values, coefficient));
    for (let driver = 0; driver < subjects.length; driver++) {
      for (let outcome = 0; outcome < subjects.length; outcome++) {
        if (driver !== outcome) testLags(family, subjects, [driver, outcome]);
      }
    }
  }
  return family;
}

/** Lag 0 has no direction: there the earlier one is the driver. */
function testLags(family: Family, subjects: Subject[], [a, b]: [number, number]): void {
  const [driver, outcome] = [subjects[a]!, subjects[b]!];
  const news = newsFor(driver.prepared, outcome.prepared, 1);
  for (let lag = a < b ? 0 : 1; lag <= MAX_LAG_DAYS; lag++) {
    const pValues = testByAll(driver, outcome, lag, lag > 0 ? news : driver.prepared.news);
    if (!pValues) continue;
    family.pValues.push(pValues);
    family.isPlanted.push(a === 0 && b === 1 && lag === 1);
  }
}

/** Two outcomes of the same trial put together. */
export function addOutcomes(a: Outcome, b: Outcome): Outcome {
  const counts = Object.fromEntries(
    METHODS.map((name) => {
      const [x, y] = [a.counts[name], b.counts[name]];
      const below = x.below.map((value, i) => value + y.below[i]!);
      return [name, { fooled: x.fooled + y.fooled, below, found: x.found + y.found }];
    }),
  ) as Record<Method, Count>;
  return { histories: a.histories + b.histories, tests: a.tests + b.tests, counts };
}
