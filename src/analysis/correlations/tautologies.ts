import { type DailySeries, findDayRange } from '../series/daily-series.ts';
import { findOrigin, type Origin } from './computed-from.ts';
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
/** What two series alone say of each other: how closely they go together, by their ranks, and what is seen of them. */
type Beside = { ranks: number; found: Found | null };
/** A series with what has been found of it beside later ones, and the last answer to what it is computed from. */
type Searched = SampledSeries & { beside: WeakMap<Searched, Beside>; computed: Computed | null };
type Computed = { candidates: readonly Searched[]; origin: Origin };
/** By row and column of the pair, in the order of the input. */
type Table<T> = T[][];

/**
 * What earlier searches found, by the values that it was found of: whoever changes a value puts new values in, and
 * forgets by that what the old ones said. `days` are those that samples were taken of.
 */
export type TautologyMemory = { days: string; series: WeakMap<Float64Array, Searched> };

/** What a sample of the days still shows of a tautology, whatever the draw; a sample too small to tell shows all. */
const HINTS = { copy: 0.75, part: 0.5, rule: 0.85 };
/** Of what a metric is computed from, the most important goes with it at least so closely, and the least important so. */
const SOURCE = { best: 0.45, least: 0.3 };
/** Fewer common days agree by chance. */
const MIN_COMMON_DAYS = 14;
/** Days by which the end of what is sampled moves. */
const MARGIN_STEP = 14;
/** How many metrics another may be computed from: those that go with it best. */
const MAX_CANDIDATES = 8;

/** A memory without anything in it. */
export const openTautologyMemory = (): TautologyMemory => ({ days: '', series: new WeakMap() });

/**
 * The pairs of metrics that are one by construction, recognised from their values alone, in the order of the input. Of a
 * pair that is so in several ways, the first of COPY, PART of a whole, CHANGE, PART by computation. All series are of
 * one length; infinite values count as missing.
 * @param memory spares looking again at what an earlier search saw; the answer is the same without
 */
export function findTautologies(series: readonly DailySeries[], memory = openTautologyMemory()): Tautology[] {
  const searched = recall(memory, series);
  const pairs = compareAll(searched);
  const ranks = pairs.map((row) => row.map((pair) => pair?.ranks ?? Number.NaN));
  const found = pairs.map((row, i) => row.map((pair, j) => (j > i ? pair!.found : null)));
  addComputed(searched, ranks, found);
  addThroughCopies(searched, found);
  return found.flatMap((row, i) =>
    row.flatMap((one, j) =>
      one ? [{ kind: one.kind, a: series[i]!.id, b: series[j]!.id, coefficient: one.coefficient }] : [],
    ),
  );
}

function recall(memory: TautologyMemory, series: readonly DailySeries[]): Searched[] {
  const { first, end } = findMargins(series);
  const days = `${first} ${end}`;
  if (memory.days !== days) Object.assign(memory, openTautologyMemory(), { days });
  return series.map(({ values }) => {
    const known = memory.series.get(values);
    if (known) return known;
    const searched = { ...sampleSeries(values.subarray(first, end)), beside: new WeakMap(), computed: null };
    memory.series.set(values, searched);
    return searched;
  });
}

/**
 * From the first day on which any series has a value to about the last: samples should not fall on empty days. The end
 * moves by whole fortnights, or a new day would be another sample of every series.
 */
function findMargins(series: readonly DailySeries[]): { first: number; end: number } {
  const ranges = series.map(({ values }) => findDayRange(values)).filter(({ first }) => first >= 0);
  const first = ranges.reduce((least, range) => Math.min(least, range.first), Number.MAX_SAFE_INTEGER);
  const last = ranges.reduce((most, range) => Math.max(most, range.last), -1);
  const end = Math.ceil((last + 1) / MARGIN_STEP) * MARGIN_STEP;
  return { first: Math.min(first, last + 1), end: Math.min(end, series[0]?.values.length ?? 0) };
}

/** Each pair once, at both of its places in the table. */
function compareAll(searched: readonly Searched[]): Table<Beside | null> {
  const pairs: Table<Beside | null> = searched.map(() => searched.map(() => null));
  for (let i = 0; i < searched.length; i++) {
    for (let j = i + 1; j < searched.length; j++) pairs[i]![j] = pairs[j]![i] = compare(searched[i]!, searched[j]!);
  }
  return pairs;
}

function compare(a: Searched, b: Searched): Beside {
  const known = a.beside.get(b);
  if (known) return known;
  const ranks = correlateRanks(a, b);
  const beside = { ranks, found: testPair(a, b, ranks) };
  a.beside.set(b, beside);
  return beside;
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

/** Adds the pairs of a metric, what it is computed from, and what else is computed from that. */
function addComputed(sampled: Searched[], ranks: Table<number>, found: Table<Found | null>): void {
  // What a pair shows by itself says nothing about how it is computed; what was added here does.
  const isKnown = found.map((row) => row.map((one) => one !== null));
  for (let target = 0; target < sampled.length; target++) {
    const candidates = candidatesFor(target, sampled, ranks).filter(
      (other) => !isKnown[Math.min(target, other)]![Math.max(target, other)],
    );
    const { sources, siblings } = recallOrigin(
      sampled[target]!,
      candidates.map((other) => sampled[other]!),
    );
    for (const source of sources) addPair(sampled, found, [target, candidates[source]!], SOURCE.least);
    for (const { index, sources: shared } of siblings) {
      addPair(sampled, found, [target, candidates[index]!], SOURCE.least);
      for (const source of shared) addPair(sampled, found, [candidates[index]!, candidates[source]!], SOURCE.best);
    }
  }
}

/** What the target is computed from; searched anew when it is asked beside other candidates. */
function recallOrigin(target: Searched, candidates: readonly Searched[]): Origin {
  const known = target.computed;
  const isSame =
    known?.candidates.length === candidates.length && known.candidates.every((one, i) => one === candidates[i]);
  if (isSame) return known.origin;
  const origin = findOrigin(
    target.values,
    candidates.map(({ values }) => values),
  );
  target.computed = { candidates, origin };
  return origin;
}

/** What is one with one of two copies is one with the other. */
function addThroughCopies(sampled: SampledSeries[], found: Table<Found | null>): void {
  const pairs = found.flatMap((row, i) => row.flatMap((one, j) => (one ? [{ i, j, kind: one.kind }] : [])));
  for (const copy of pairs.filter(({ kind }) => kind === 'COPY')) {
    for (const { i, j } of pairs.filter(({ kind }) => kind === 'PART')) {
      for (const [twin, self] of [
        [copy.i, copy.j],
        [copy.j, copy.i],
      ] as const) {
        if (twin === i && self !== j) addPair(sampled, found, [self, j], SOURCE.least);
        if (twin === j && self !== i) addPair(sampled, found, [self, i], SOURCE.least);
      }
    }
  }
}

/** Notes a pair that is none yet, where the two go together as closely as that. */
function addPair(sampled: SampledSeries[], found: Table<Found | null>, pair: [number, number], least: number): void {
  const [first, second] = [Math.min(...pair), Math.max(...pair)];
  if (found[first]![second]) return;
  const { driver, outcome } = newestPairs(sampled[first]!.values, sampled[second]!.values, 0);
  const coefficient = spearman(driver, outcome);
  if (Math.abs(coefficient) >= least) found[first]![second] = { kind: 'PART', coefficient };
}

/** The metrics that the target may be computed from, the best-correlated first; none when none goes with it closely. */
function candidatesFor(target: number, sampled: SampledSeries[], ranks: Table<number>): number[] {
  const row = ranks[target]!;
  if (sampled[target]!.isBinary || !row.some((coefficient) => Math.abs(coefficient) >= SOURCE.best)) return [];
  const closeness = (other: number) => Math.abs(row[other]!);
  const candidates = [...sampled.keys()]
    .filter((other) => !sampled[other]!.isBinary && closeness(other) >= 0)
    .sort((a, b) => closeness(b) - closeness(a))
    .slice(0, MAX_CANDIDATES);
  return candidates.length > 0 && closeness(candidates[0]!) >= SOURCE.best ? candidates : [];
}
