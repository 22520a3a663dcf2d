import { type DailySeries, findDayRange } from '../series/daily-series.ts';
import { findSources } from './computed-from.ts';
import { spearman } from './correlation.ts';
import { DERIVATIONS, ruleCoefficient } from './derivations.ts';
import { copyCoefficient, newestPairs } from './near-copy.ts';
import { partCoefficient } from './part-of-whole.ts';
import { correlateSamples, type SampledSeries, sampleSeries } from './sampled-series.ts';

/**
 * Two metrics that are one by construction, whose correlation is no news at any lag: the same measurement, be it a day
 * later (COPY), a part and its whole or a result and what it is computed from (PART), a metric and its change, its
 * running sum or its moving average (CHANGE). `coefficient` is Spearman's on the same day for COPY and PART, and
 * Pearson's between the one and what is derived from the other for CHANGE and for a copy that is a day late; both over
 * the newest 400 common days.
 */
export type Tautology = { kind: TautologyKind; a: string; b: string; coefficient: number };
export type TautologyKind = 'COPY' | 'PART' | 'CHANGE';

type Found = Pick<Tautology, 'kind' | 'coefficient'>;
/** By row and column of the pair, in the order of the input. */
type Table<T> = T[][];

/** What a sample of the days still shows of a tautology, whatever the draw; a sample too small to tell shows all. */
const HINTS = { copy: 0.75, part: 0.5, rule: 0.85 };
/** Of what a metric is computed from, the most important goes with it at least so closely, and the least important so. */
const SOURCE = { best: 0.45, least: 0.3 };
/** Fewer common days agree by chance. */
const MIN_COMMON_DAYS = 14;
/** How many metrics another may be computed from: those that go with it best. */
const MAX_CANDIDATES = 8;

/**
 * The pairs of metrics that are one by construction, recognised from their values alone, in the order of the input. Of a
 * pair that is so in several ways, the first of COPY, PART of a whole, CHANGE, PART by computation. All series are of
 * one length; infinite values count as missing.
 */
export function findTautologies(series: readonly DailySeries[]): Tautology[] {
  const sampled = withoutMargins(series).map(sampleSeries);
  const ranks = correlateAll(sampled);
  const found: Table<Found | null> = sampled.map((a, i) =>
    sampled.map((b, j) => (j > i ? testPair(a, b, ranks[i]![j]!) : null)),
  );
  addComputed(sampled, ranks, found);
  addThroughCopies(sampled, found);
  return found.flatMap((row, i) =>
    row.flatMap((one, j) =>
      one ? [{ kind: one.kind, a: series[i]!.id, b: series[j]!.id, coefficient: one.coefficient }] : [],
    ),
  );
}

/** The values from the first to the last day on which any series has one: samples should not fall on empty days. */
function withoutMargins(series: readonly DailySeries[]): Float64Array[] {
  const ranges = series.map(({ values }) => findDayRange(values)).filter(({ first }) => first >= 0);
  const first = ranges.reduce((least, range) => Math.min(least, range.first), Number.MAX_SAFE_INTEGER);
  const last = ranges.reduce((most, range) => Math.max(most, range.last), -1);
  return series.map(({ values }) => values.subarray(Math.min(first, last + 1), last + 1));
}

function correlateAll(sampled: readonly SampledSeries[]): Table<number> {
  const ranks = sampled.map(() => sampled.map(() => Number.NaN));
  for (let i = 0; i < sampled.length; i++) {
    for (let j = i + 1; j < sampled.length; j++) ranks[i]![j] = ranks[j]![i] = correlateRanks(sampled[i]!, sampled[j]!);
  }
  return ranks;
}

/** How closely two series go together, by a sample of the days; by the newest common days where it is too small. */
function correlateRanks(a: SampledSeries, b: SampledSeries): number {
  if (a.isConstant || b.isConstant) return Number.NaN;
  const coefficient = correlateSamples(a.sample.ranks, b.sample.ranks);
  if (!Number.isNaN(coefficient)) return coefficient;
  const { driver, outcome } = newestPairs(a.values, b.values, 0);
  return driver.length < MIN_COMMON_DAYS ? Number.NaN : spearman(driver, outcome);
}

/** What can be seen of two series alone. */
function testPair(a: SampledSeries, b: SampledSeries, ranks: number): Found | null {
  if (a.isConstant || b.isConstant) return null;
  const copy = isHint(ranks, HINTS.copy) ? copyCoefficient(a.values, b.values) : Number.NaN;
  if (!Number.isNaN(copy)) return { kind: 'COPY', coefficient: copy };
  const part = isHint(ranks, HINTS.part) ? partCoefficient(a.raw, b.raw) : Number.NaN;
  if (!Number.isNaN(part)) return { kind: 'PART', coefficient: part };
  return testDerivations(a, b) ?? testDerivations(b, a);
}

/** Whether the second series is derived from the first. */
function testDerivations(a: SampledSeries, b: SampledSeries): Found | null {
  for (const [i, { kind, at }] of DERIVATIONS.entries()) {
    if (!isHint(correlateSamples(a.sample.derived[i]!, b.sample.values), HINTS.rule)) continue;
    const derived = a.values.map((_, day) => at(a.values, day));
    const coefficient = ruleCoefficient(derived, b.values);
    if (!Number.isNaN(coefficient)) return { kind, coefficient };
  }
  return null;
}

/** Not below, rather than above: NaN, of a sample too small to tell, is a hint. */
const isHint = (coefficient: number, least: number): boolean => !(Math.abs(coefficient) < least);

/** Adds the pairs of a metric and what it is computed from. */
function addComputed(sampled: SampledSeries[], ranks: Table<number>, found: Table<Found | null>): void {
  // What a pair shows by itself says nothing about how it is computed; what was added here does.
  const isKnown = found.map((row) => row.map((one) => one !== null));
  for (let target = 0; target < sampled.length; target++) {
    const candidates = candidatesFor(target, sampled, ranks).filter(
      (other) => !isKnown[Math.min(target, other)]![Math.max(target, other)],
    );
    const terms = candidates.map((other) => sampled[other]!.values);
    for (const source of findSources(sampled[target]!.values, terms)) {
      addPair(sampled, found, target, candidates[source]!, 'PART');
    }
  }
}

/** What is one with one of two copies is one with the other. */
function addThroughCopies(sampled: SampledSeries[], found: Table<Found | null>): void {
  const pairs = found.flatMap((row, i) => row.flatMap((one, j) => (one ? [{ i, j, kind: one.kind }] : [])));
  for (const copy of pairs.filter(({ kind }) => kind === 'COPY')) {
    for (const { i, j, kind } of pairs.filter((pair) => pair.kind === 'PART')) {
      for (const [twin, self] of [
        [copy.i, copy.j],
        [copy.j, copy.i],
      ] as const) {
        if (twin === i && self !== j) addPair(sampled, found, self, j, kind);
        if (twin === j && self !== i) addPair(sampled, found, self, i, kind);
      }
    }
  }
}

/** Notes a pair that is none yet, where the two go together at all. */
function addPair(
  sampled: SampledSeries[],
  found: Table<Found | null>,
  one: number,
  other: number,
  kind: TautologyKind,
): void {
  const [first, second] = [Math.min(one, other), Math.max(one, other)];
  if (found[first]![second]) return;
  const { driver, outcome } = newestPairs(sampled[first]!.values, sampled[second]!.values, 0);
  const coefficient = spearman(driver, outcome);
  if (Math.abs(coefficient) >= SOURCE.least) found[first]![second] = { kind, coefficient };
}

/** The metrics that the target may be computed from, the best-correlated first; none when none goes with it closely. */
function candidatesFor(target: number, sampled: SampledSeries[], ranks: Table<number>): number[] {
  const closeness = (other: number) => Math.abs(ranks[target]![other]!);
  if (sampled[target]!.isBinary) return [];
  const candidates = [...sampled.keys()]
    .filter((other) => !sampled[other]!.isBinary && closeness(other) >= 0)
    .sort((a, b) => closeness(b) - closeness(a))
    .slice(0, MAX_CANDIDATES);
  return candidates.length > 0 && closeness(candidates[0]!) >= SOURCE.best ? candidates : [];
}
