import { correlateComplete } from './correlation.ts';
import { explain, explainLevel } from './trimmed-fit.ts';

/** A metric as it is explained or explains: its values, NaN = missing, with a middle near 0 and a spread near 1. */
export type Term = Float64Array;
/** Indexes of terms, with the share of the target's variation that they explain. */
type Formula = { terms: readonly number[]; level: number };
/** The target and what may explain it, with what is known already: shares and verdicts by the sets of terms. */
type Search = {
  target: Term;
  candidates: readonly Term[];
  levels: Map<string, number>;
  sources: Map<string, number[]>;
};
/** Indexes of candidates: what the target is computed from, and what else is, from which of these. */
export type Origin = { sources: number[]; siblings: Sibling[] };
type Sibling = { index: number; sources: readonly number[] };

/** What is explained so nearly completely is computed: in its values, in its steps and in its ranks. */
const COMPUTED = { level: 0.95, steps: 0.8, rank: 0.9 };
/** A formula of one term is a correlation, and a strong one may be real. */
const COMPUTED_ALONE = 0.97;
/** What the terms of a formula explain as well as this is a result of theirs, too. */
const SIBLING_LEVEL = 0.85;
/** A formula of more terms fits anything. */
const MAX_TERMS = 4;
/** A formula that is no better than this with so many terms will not become one; nor will one of all candidates. */
const PROMISING = { terms: 2, level: 0.7, together: 0.9 };
/** A term belongs to a formula when it leaves at most this share of what is unexplained without it. */
const NEEDED = 0.75;
/** A formula that is good enough takes in one more only for this. */
const WORTHWHILE = 0.5;
/** More explained than this is all: what is left is rounding, in which one term does as well as another. */
const EXACT = 1 - 1e-9;
const MIN_ROWS = 14;
const ROWS_PER_TERM = 4;
/** The newest days: a formula that holds shows on them. */
const MAX_ROWS = 60;

/**
 * Which of the candidates the target is computed from, as a tracker computes calories from minutes of activity; indexes,
 * ascending. A formula has at most 4 terms on at least 14 + 4 days per term, and explains 95 % of the variation without
 * the tenth of the days that fit worst; it explains 80 % of that of the steps from day to day, or metrics that merely
 * rise together would explain each other; and it agrees in ranks at 0.9, which a few free days would not make it.
 *
 * Each candidate is tried beside and instead of the terms found first, since two may do equally well, and counts when
 * it leaves at most three quarters of what is unexplained without it. In b = a + c the parts a and c may be independent, though a = b - c:
 * terms with negative coefficients count only where all are negative, as the minutes of a day are. Candidates of which
 * the sources of one formula explain 85 %, two of them at least being needed for that, come of the same, though with more
 * noise in between: where a tracker makes calories of minutes, it makes steps and minutes of the same movements. What goes
 * with one source alone may well be moved by it.
 */
export function findOrigin(target: Term, candidates: readonly Term[]): Origin {
  const search = beginSearch(target, candidates);
  if (isHopeless(search)) return { sources: [], siblings: [] };
  const best = extend(search, []);
  const found = new Set(sourcesOf(search, best));
  if (found.size === 0) return { sources: [], siblings: [] };
  for (const index of candidates.keys()) {
    for (const terms of formulasWith(index, best.terms)) {
      if (found.has(index)) break;
      for (const source of sourcesOf(search, extend(search, terms))) found.add(source);
    }
  }
  return { sources: [...candidates.keys()].filter((index) => found.has(index)), siblings: findSiblings(search) };
}

const beginSearch = (target: Term, candidates: readonly Term[]): Search => ({
  target,
  candidates,
  levels: new Map(),
  sources: new Map(),
});

/** Whether even all candidates together explain too little; unknown where they share too few days. */
function isHopeless(search: Search): boolean {
  const level = levelOf(search, [...search.candidates.keys()]);
  return level > -1 && level < PROMISING.together;
}

/** What else the sources of a formula explain, formula by formula, with those that it cannot do without. */
function findSiblings({ candidates, sources }: Search): Sibling[] {
  const formulas = [...sources.values()].filter(({ length }) => length > 1);
  return formulas.flatMap((terms) =>
    [...candidates.keys()].flatMap((index) => {
      const search = beginSearch(candidates[index]!, candidates);
      const level = terms.includes(index) ? -1 : levelOf(search, terms);
      if (level < SIBLING_LEVEL) return [];
      const needed = prune(search, { terms, level });
      return needed.terms.length > 1 ? [{ index, sources: needed.terms }] : [];
    }),
  );
}

/** Where a term may have its place: beside the best formula's, instead of one of them, or in a formula of its own. */
function formulasWith(index: number, best: readonly number[]): number[][] {
  if (best.includes(index)) return [[index]];
  const instead = best.map((replaced) => [...best.filter((term) => term !== replaced), index]);
  return [[...best, index], ...instead, [index]];
}

/** Forward selection from the given terms on, until one more term is not worth it. */
function extend(search: Search, first: readonly number[]): Formula {
  let formula: Formula = { terms: first, level: levelOf(search, first) };
  while (formula.terms.length < MAX_TERMS && formula.level < 1) {
    if (formula.terms.length >= PROMISING.terms && formula.level < PROMISING.level) break;
    const best = findBestTerm(search, formula);
    if (!best || best.left > (formula.level < COMPUTED.level ? 1 : WORTHWHILE)) break;
    formula = best;
  }
  return formula;
}

/** The formula with one more term that leaves the smallest share of what was unexplained. */
function findBestTerm(search: Search, formula: Formula): (Formula & { left: number }) | null {
  let best: (Formula & { left: number }) | null = null;
  for (const index of search.candidates.keys()) {
    if (formula.terms.includes(index)) continue;
    const terms = [...formula.terms, index];
    const level = levelOf(search, terms);
    const left = (1 - level) / (1 - levelOf(search, formula.terms, terms));
    if (level > -1 && !(left >= (best?.left ?? 1))) best = { terms, level, left };
  }
  return best;
}

/** The terms that make the formula, when it is one. */
function sourcesOf(search: Search, formula: Formula): number[] {
  if (formula.level < COMPUTED.level) return [];
  const { terms } = prune(search, formula);
  const key = String(terms.toSorted());
  const known = search.sources.get(key) ?? judgeFormula(search, terms);
  search.sources.set(key, known);
  return known;
}

function judgeFormula({ target, candidates }: Search, terms: readonly number[]): number[] {
  const days = completeDays([target, ...terms.map((index) => candidates[index]!)]);
  const regressors = terms.map((index) => pick(candidates[index]!, days));
  const found = explain(pick(target, days), regressors);
  const wanted = terms.length > 1 ? COMPUTED.level : COMPUTED_ALONE;
  if (!found || found.level < wanted || found.steps < COMPUTED.steps || !(found.rank >= COMPUTED.rank)) {
    return [];
  }
  const areAllNegative = found.coefficients.every((coefficient) => coefficient < 0);
  // A term that works against its own correlation only corrects another.
  const isTrue = (i: number) => found.coefficients[i]! * correlateComplete(pick(target, days), regressors[i]!) > 0;
  return terms.filter((_, i) => (areAllNegative || found.coefficients[i]! > 0) && isTrue(i));
}

/** Takes out the terms that the formula can do without, the newest first. */
function prune(search: Search, formula: Formula): Formula {
  for (const term of formula.terms.toReversed()) {
    const terms = formula.terms.filter((other) => other !== term);
    const levelWithout = levelOf(search, terms, formula.terms);
    if (1 - formula.level >= NEEDED * (1 - levelWithout)) {
      return prune(search, { terms, level: levelOf(search, terms) });
    }
  }
  return formula;
}

/**
 * The share explained by some terms on the days that `daysOf` have: shares of different days do not compare. 0 by no
 * terms, 1 when all but rounding is, -1 where there are too few days.
 */
function levelOf(search: Search, terms: readonly number[], daysOf = terms): number {
  if (terms.length === 0) return 0;
  const key = `${terms.toSorted()} ${daysOf.toSorted()}`;
  const known = search.levels.get(key);
  if (known !== undefined) return known;
  const level = computeLevel(search, terms, daysOf);
  search.levels.set(key, level);
  return level;
}

function computeLevel({ target, candidates }: Search, terms: readonly number[], daysOf: readonly number[]): number {
  const days = completeDays([target, ...daysOf.map((index) => candidates[index]!)]);
  if (days.length < MIN_ROWS + ROWS_PER_TERM * daysOf.length) return -1;
  const level = explainLevel(
    pick(target, days),
    terms.map((index) => pick(candidates[index]!, days)),
  );
  return level > EXACT ? 1 : level;
}

/** The newest days on which all have a value, ascending. */
function completeDays(all: readonly Term[]): number[] {
  const days: number[] = [];
  for (let day = all[0]!.length - 1; day >= 0 && days.length < MAX_ROWS; day--) {
    if (all.every((one) => !Number.isNaN(one[day]!))) days.push(day);
  }
  return days.toReversed();
}

/** A loop, which is several times as fast as Float64Array.from, and here that counts. */
function pick(series: Term, days: readonly number[]): Float64Array {
  const picked = new Float64Array(days.length);
  for (let i = 0; i < days.length; i++) picked[i] = series[days[i]!]!;
  return picked;
}
