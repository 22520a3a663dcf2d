import { benjaminiHochberg } from '../../src/analysis/distributions/significance.ts';
import { drawPerson, type Noise, type Planted, plantEffect } from './noise.ts';
import { newsFor } from '../../src/analysis/correlations/lagged-test.ts';
import { METHODS, type Method, prepareSubject, type PValues, type Subject, testByAll, testByUsed } from './methods.ts';

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

/** Tests every history of a trial, with both coefficients in one family as the product does. */
export function runTrial({ source, days, from, histories, compares }: Trial): Outcome {
  const empty = () => ({ fooled: 0, below: LEVELS.map(() => 0), found: 0 });
  const counts = Object.fromEntries(METHODS.map((name) => [name, empty()])) as Record<Method, Count>;
  let tests = 0;
  for (let seed = from; seed < from + histories; seed++) {
    const person = 'noise' in source ? drawPerson(source.noise, days, seed) : plantEffect(source.planted, days, seed);
    const family = testPerson(person, compares ? testByAll : testByUsed);
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

function testPerson(person: Float64Array[], test: typeof testByAll): Family {
  const family: Family = { pValues: [], isPlanted: [] };
  for (const method of ['PEARSON', 'SPEARMAN'] as const) {
    const subjects = person.map((values) => prepareSubject(values, method));
    for (let driver = 0; driver < subjects.length; driver++) {
      for (let outcome = 0; outcome < subjects.length; outcome++) {
        if (driver !== outcome) testLags(family, subjects, [driver, outcome], test);
      }
    }
  }
  return family;
}

/** Lag 0 has no direction: there the earlier one is the driver. */
function testLags(family: Family, subjects: Subject[], [a, b]: [number, number], test: typeof testByAll): void {
  const [driver, outcome] = [subjects[a]!, subjects[b]!];
  const news = newsFor(driver.prepared, outcome.prepared, 1);
  for (let lag = a < b ? 0 : 1; lag <= MAX_LAG_DAYS; lag++) {
    const pValues = test(driver, outcome, lag, lag > 0 ? news : driver.prepared.news);
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
